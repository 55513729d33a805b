import { expect, test } from 'vitest';
import { UsageLedger } from '../../../src/steps/agents/usage-ledger.ts';
import type { UsageEntry } from '../../../src/steps/frameworks/framework.ts';

const entry = (id: string, tokens: number, more: Partial<UsageEntry> = {}): UsageEntry => ({
  id,
  inputTokens: tokens,
  outputTokens: tokens * 10,
  cacheReadTokens: tokens * 100,
  cacheWriteTokens: tokens * 1000,
  costUsd: null,
  model: null,
  ...more,
});

function sumOf(...entries: readonly (readonly [session: string, entry: UsageEntry])[]) {
  const ledger = new UsageLedger();
  for (const [session, one] of entries) ledger.take(session, one);
  return ledger.sum();
}

test('nothing told is nothing known', () => {
  expect(new UsageLedger().sum()).toBeNull();
});

test('what is told again under its id replaces what was told before; the rest adds up', () => {
  expect(sumOf(['s', entry('a', 1)], ['s', entry('b', 2)], ['s', entry('a', 4, { model: 'm' })])).toEqual({
    input_tokens: 6,
    output_tokens: 60,
    cache_read_tokens: 600,
    cache_write_tokens: 6000,
    cost_usd: null,
    model: 'm',
  });
});

test('a total replaces all of its session, and nothing of another', () => {
  const told = sumOf(['s', entry('a', 1)], ['s', entry('total', 7)], ['s', entry('total', 9)], ['t', entry('a', 2)]);
  expect(told?.input_tokens).toBe(11);
});

test('costs add up where they are told', () => {
  expect(sumOf(['s', entry('a', 1, { costUsd: 0.5 })], ['s', entry('b', 1)])?.cost_usd).toBe(0.5);
  expect(sumOf(['s', entry('a', 1, { costUsd: 0.5 })], ['s', entry('b', 1, { costUsd: 0.25 })])?.cost_usd).toBe(0.75);
});

test('what a session had used before it went on counts no more than once', () => {
  const ledger = new UsageLedger();
  expect(ledger.take('s', entry('a', 5, { costUsd: 1 }), true)).toBe(false);
  expect(ledger.take('t', entry('total', 3, { costUsd: 0.5 }), true)).toBe(false);
  expect(ledger.sum()).toBeNull();
  ledger.take('s', entry('b', 2));
  ledger.take('t', entry('total', 10, { costUsd: 2 }));
  expect(ledger.sum()).toMatchObject({ input_tokens: 9, output_tokens: 90, cost_usd: 1.5 });
});

test('nothing that is told gives back what was used, or is more than can be written down', () => {
  expect(sumOf(['s', entry('a', 2)], ['s', entry('b', -100, { costUsd: -5 })])).toMatchObject({
    input_tokens: 2,
    cost_usd: 0,
  });
  expect(sumOf(['s', entry('a', 1e308)], ['s', entry('b', 1e308)])?.cache_write_tokens).toBe(Number.MAX_SAFE_INTEGER);
});

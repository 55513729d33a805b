import { expect, test } from 'vitest';
import type { LiveAttention } from '../../../src/core/attention.ts';
import type { KnownAttention } from '../../../src/steps/agents/monitor.ts';
import { SteadyAttention } from '../../../src/steps/agents/steady-attention.ts';

const known = (state: LiveAttention, question: string | null = null): KnownAttention => ({
  kind: 'known',
  report: { state, question, choices: [], until: null },
  source: 'screen',
});
const UNKNOWN: KnownAttention = { kind: 'unknown', evidence: ['a', 'b'] };

/** Offers each at its time; what is shown after each. */
function shown(...looks: readonly (readonly [at: number, found: KnownAttention])[]): string[] {
  const steady = new SteadyAttention();
  return looks.map(([at, found]) => {
    steady.offer(found, at);
    return wordOf(steady.shown);
  });
}

function wordOf(attention: KnownAttention): string {
  return attention === null ? '-' : attention.kind === 'unknown' ? 'unknown' : attention.report.state;
}

test('work is shown at once', () => {
  expect(shown([0, known('working')])).toEqual(['working']);
});

test.each(['idle', 'waiting_permission', 'usage_limited'] as const)(
  '%s needs two looks that agree, and a second between them',
  (state) => {
    const rest = known(state);
    expect(shown([0, rest], [500, rest], [999, rest], [1_000, rest])).toEqual(['-', '-', '-', state]);
    expect(shown([0, rest], [600, known('working')], [5_000, rest], [5_999, rest], [6_000, rest])).toEqual([
      '-',
      'working',
      'working',
      'working',
      state,
    ]);
  },
);

test('from one state to the next there is a pause', () => {
  const [working, asks] = [known('working'), known('waiting_input')];
  expect(shown([0, working], [400, asks], [1_499, asks], [1_500, asks])).toEqual([
    'working',
    'working',
    'working',
    'waiting_input',
  ]);
  expect(shown([0, asks], [1_000, asks], [2_499, working], [2_500, working])).toEqual([
    '-',
    'waiting_input',
    'waiting_input',
    'working',
  ]);
});

test('a contradiction must last', () => {
  expect(shown([0, known('working')], [5_000, UNKNOWN], [6_499, UNKNOWN], [6_500, UNKNOWN])).toEqual([
    'working',
    'working',
    'working',
    'unknown',
  ]);
});

test('what nothing tells any more is forgotten after a while', () => {
  expect(shown([0, known('working')], [1_000, null], [5_999, null], [6_000, null])).toEqual([
    'working',
    'working',
    'working',
    '-',
  ]);
});

test('another question of the same state is no other state, and is told at once', () => {
  const steady = new SteadyAttention();
  steady.offer(known('waiting_input', 'one'), 0);
  expect(steady.offer(known('waiting_input', 'one'), 1_000)).toBe(true);
  expect(steady.offer(known('waiting_input', 'one'), 1_010)).toBe(false);
  expect(steady.offer(known('waiting_input', 'two'), 1_020)).toBe(true);
  expect(steady.shown).toEqual(known('waiting_input', 'two'));
});

test('of the same question, what was seen of it stays; of another, nothing does', () => {
  const steady = new SteadyAttention();
  const asked = (question: string | null, choices: string[]): KnownAttention => ({
    kind: 'known',
    report: { state: 'waiting_permission', question, choices, until: null },
    source: 'hook',
  });
  steady.offer(asked('one', ['Yes']), 0);
  steady.offer(asked('one', ['Yes']), 1_000);
  expect(steady.offer(asked('one', []), 1_100)).toBe(false);
  expect(steady.offer(asked(null, []), 1_200)).toBe(false);
  expect(steady.shown).toEqual(asked('one', ['Yes']));
  expect(steady.offer(asked('two', []), 1_300)).toBe(true);
  expect(steady.shown).toEqual(asked('two', []));
});

test('the end of a limit that is told as so long from now is no news at each look', () => {
  const steady = new SteadyAttention();
  const limited = (until: string | null): KnownAttention => ({
    kind: 'known',
    report: { state: 'usage_limited', question: null, choices: [], until },
    source: 'screen',
  });
  steady.offer(limited('2026-01-02T05:00:00.000Z'), 0);
  steady.offer(limited('2026-01-02T05:00:01.000Z'), 1_000);
  expect(steady.offer(limited('2026-01-02T05:00:59.250Z'), 60_000)).toBe(false);
  expect(steady.offer(limited(null), 61_000)).toBe(false);
  expect(steady.offer(limited('2026-01-02T07:00:00.000Z'), 62_000)).toBe(true);
  expect(steady.shown).toEqual(limited('2026-01-02T07:00:00.000Z'));
});

test('after a prompt nothing is known, and there is no pause before work is shown', () => {
  const steady = new SteadyAttention();
  steady.offer(known('waiting_input'), 0);
  steady.offer(known('waiting_input'), 1_000);
  expect(steady.begin()).toBe(true);
  expect(steady.shown).toBeNull();
  expect(steady.begin()).toBe(false);
  expect(steady.offer(known('working'), 1_010)).toBe(true);
});

import { expect, test } from 'vitest';
import { EventLines } from '../../src/commands/event-lines.ts';
import type { Fact } from '../../src/core/events.ts';
import type { CheckCounts, Proof } from '../../src/core/proofs.ts';

const HEAD = '89abcdef0123456789abcdef0123456789abcdef';
const NO_CHECKS: CheckCounts = { passed: 0, failed: 0, pending: 0, required: 0 };
const HELD: readonly Proof[] = [
  { proof: 'repository', holds: true, expected: 'acme/shop', found: 'acme/shop' },
  { proof: 'open', holds: true, expected: 'open', found: 'open' },
  { proof: 'head', holds: true, expected: HEAD, found: HEAD },
  { proof: 'base', holds: true, expected: 'main', found: 'main' },
  { proof: 'commits', holds: true, expected: null, found: '2' },
];
const MERGEABLE: Proof = { proof: 'mergeable', holds: true, expected: 'MERGEABLE', found: 'MERGEABLE' };
const CONFLICTING: Proof = { ...MERGEABLE, holds: false, found: 'CONFLICTING' };
const CHECKS: Proof = { proof: 'checks', holds: true, expected: null, found: null, checks: NO_CHECKS };
const RUNNING: Proof = { ...CHECKS, holds: null, checks: { ...NO_CHECKS, passed: 1, pending: 2, required: 3 } };
const MERGING: Fact = { kind: 'task_pr_merging', task: 'cart', attempt: 1, pr: pull(7), commit: HEAD };

function pull(number: number): string {
  return `https://github.com/acme/shop/pull/${number}`;
}

function ofTask(proofs: readonly Proof[], number = 7): Fact[] {
  return proofs.map((proof) => ({ kind: 'task_pr_proof', task: 'cart', attempt: 1, pr: pull(number), ...proof }));
}

/** What is printed of them before it is asked for all. */
function printed(facts: readonly Fact[], atEnd = false): string[] {
  const out: string[] = [];
  const lines = new EventLines({ width: 8, colour: false, start: 0 }, (line) => out.push(line));
  const at = new Date(1_500).toISOString();
  for (const [i, fact] of facts.entries()) lines.add({ v: 1, seq: i + 1, at, ...fact });
  if (atEnd) lines.flush();
  return out.map((line) => line.replace(/^00:01\.5 {2}/, ''));
}

const FIVE = 'cart      proved          PR #7: repository, open, head 89abcdef, base, 2 commits ahead';

test('what one look has proved is one line, printed with the last of it', () => {
  expect(printed(ofTask([...HELD, MERGEABLE, CHECKS]))).toEqual([`${FIVE}, mergeable, no checks`]);
  const counted = { ...CHECKS, checks: { ...NO_CHECKS, passed: 2, required: 2 } };
  const lane = HELD.concat(MERGEABLE, counted).map(
    (proof): Fact => ({ kind: 'workstream_pr_proof', workstream: 'api', pr: pull(7), ...proof }),
  );
  expect(printed(lane)).toEqual([`${FIVE.replace('cart    ', 'lane api')}, mergeable, checks 2/2`]);
});

test('what does not hold, or is not known, has its own line at once, after what holds', () => {
  expect(printed(ofTask([...HELD, CONFLICTING, CHECKS]))).toEqual([
    FIVE,
    'cart      not proved      PR #7: not mergeable: it conflicts with its base',
    'cart      proved          PR #7: checks none',
  ]);
  expect(printed(ofTask([...HELD, MERGEABLE, RUNNING]))).toEqual([
    `${FIVE}, mergeable`,
    'cart      not known yet   PR #7: checks 1/3, 2 running',
  ]);
});

test('what only a later look has proved is told at once', () => {
  expect(printed(ofTask([...HELD, MERGEABLE, RUNNING, MERGEABLE]))).toHaveLength(3);
  expect(printed(ofTask([MERGEABLE]))).toEqual(['cart      proved          PR #7: mergeable']);
});

test('another event, another pull request and the end print what was held back first', () => {
  expect(printed([...ofTask(HELD), MERGING])).toEqual([FIVE, 'cart      merging']);
  expect(printed([...ofTask(HELD), ...ofTask([MERGEABLE], 8)])).toEqual([
    FIVE,
    'cart      proved          PR #8: mergeable',
  ]);
  expect(printed(ofTask(HELD.slice(0, 1)))).toEqual([]);
  expect(printed(ofTask(HELD.slice(0, 1)), true)).toEqual([
    'cart      proved          PR #7: repository matches (acme/shop)',
  ]);
});

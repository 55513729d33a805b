import { describe, expect, test } from 'vitest';
import type { CheckCounts, Proof, ProofName } from '../../../src/core/proofs.ts';
import { mergeWaitWords, proofWords } from '../../../src/ui/wording/proof-words.ts';
import { inTheQueue } from '../../../src/ui/wording/queue-words.ts';

const SHA = '89abcdef0123456789abcdef0123456789abcdef';

function words(
  proof: ProofName,
  holds: boolean | null,
  found: string | null,
  more: { expected?: string; checks?: CheckCounts } = {},
): string {
  return proofWords({ proof, holds, found, expected: null, ...more } satisfies Proof);
}

function counts(passed: number, failed: number, pending: number, required = passed + failed + pending): CheckCounts {
  return { passed, failed, pending, required };
}

describe('a proof in a few words', () => {
  test.each<[ProofName, boolean | null, string | null, string | undefined, string]>([
    ['repository', true, 'acme/shop', 'acme/shop', 'repository matches (acme/shop)'],
    ['repository', false, 'evil/shop', 'acme/shop', 'repository is evil/shop, not acme/shop'],
    ['repository', null, null, undefined, 'repository not known yet'],
    ['open', true, 'open', 'open', 'is open'],
    ['open', false, 'closed', 'open', 'is closed'],
    ['open', false, 'draft', 'open', 'is a draft'],
    ['open', false, 'missing', 'open', 'is not there'],
    ['open', null, null, undefined, 'state not known yet'],
    ['head', true, SHA, SHA, 'head matches (89abcdef)'],
    ['head', false, `acme:b@${SHA}`, `acme:a@${SHA}`, 'head is acme:b@89abcdef, not acme:a@89abcdef'],
    ['base', false, 'main', undefined, 'base is main'],
    ['commits', true, '3', undefined, '3 commits ahead'],
    ['commits', true, '1', undefined, '1 commit ahead'],
    ['commits', false, '0', undefined, 'no commits ahead'],
    ['commits', null, null, undefined, 'commits not known yet'],
    ['mergeable', true, 'MERGEABLE', undefined, 'mergeable'],
    ['mergeable', null, 'UNKNOWN', undefined, 'mergeable? (GitHub works it out)'],
    ['mergeable', null, null, undefined, 'mergeable? (GitHub works it out)'],
    ['mergeable', null, 'BLOCKED', undefined, 'mergeable? (the rules of its base do not let it in yet)'],
    ['mergeable', false, 'CONFLICTING', undefined, 'not mergeable: it conflicts with its base'],
    ['mergeable', false, 'BLOCKED: REVIEW_REQUIRED', undefined, 'not mergeable: a review is required'],
    ['mergeable', false, 'BLOCKED: MERGE_QUEUE', undefined, "not mergeable: its base has a merge queue of GitHub's"],
    ['mergeable', false, 'SOMETHING_NEW', undefined, 'not mergeable: something new'],
    ['mergeable', false, 'constructor', undefined, 'not mergeable: constructor'],
  ])('%s %s %s', (proof, holds, found, expected, text) => {
    expect(words(proof, holds, found, expected === undefined ? {} : { expected })).toBe(text);
  });

  test.each<[boolean | null, CheckCounts | undefined, string | null, string]>([
    [true, counts(8, 0, 0), null, 'checks 8/8'],
    [null, counts(5, 0, 3), null, 'checks 5/8, 3 running'],
    [false, counts(7, 1, 0), 'build', 'checks 7/8, 1 red: build'],
    [false, counts(4, 4, 0), 'a, b, c, d', 'checks 4/8, 4 red: a, b, c and 1 more'],
    [null, counts(3, 0, 0), null, 'checks 3/3, others not reported yet'],
    [null, counts(0, 0, 0), null, 'checks not reported yet'],
    [true, counts(0, 0, 0), null, 'checks none'],
    [true, counts(1, 1, 0, 0), null, 'checks 1/2, 1 red, none required'],
    [true, undefined, null, 'checks passed'],
    [false, undefined, null, 'checks red'],
    [null, undefined, null, 'checks not known yet'],
  ])('of checks: %s %j', (holds, checks, found, text) => {
    expect(words('checks', holds, found, checks === undefined ? {} : { checks })).toBe(text);
  });
});

test.each<[ProofName, string | null, string]>([
  ['mergeable', 'BLOCKED', 'checks to be reported, or another rule of its base'],
  ['mergeable', 'UNKNOWN', 'mergeable? (GitHub works it out)'],
  ['head', null, 'head not known yet'],
])('what a merge waits for: %s %s', (proof, found, text) => {
  expect(mergeWaitWords({ kind: 'proof', proof: { proof, holds: null, expected: null, found } })).toBe(text);
});

test.each([
  [2, '2nd'],
  [3, '3rd'],
  [4, '4th'],
  [11, '11th'],
  [12, '12th'],
  [21, '21st'],
  [112, '112th'],
])('place %i in a queue', (place, ordinal) => {
  expect(inTheQueue(place, 'main')).toBe(`${ordinal} in the queue for main`);
});

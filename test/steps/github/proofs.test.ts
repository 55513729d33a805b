import { describe, expect, test } from 'vitest';
import { PullRequestError } from '../../../src/core/errors.ts';
import { PROOFS, type Proof, type ProofName } from '../../../src/core/proofs.ts';
import { firstFailed, isBehind, proofError, provePullRequest, redChecks } from '../../../src/steps/github/proofs.ts';
import type { CheckSnapshot, PullRequestSnapshot } from '../../../src/steps/github/pull-request.ts';
import { HEAD, snapshot, WIDGETS } from '../../support/pull-request-answers.ts';

const TARGET = { repository: WIDGETS, head: 'feature', commit: HEAD, base: 'main' };
const URL_41 = 'https://github.com/acme/widgets/pull/41';
const OTHER = '2'.repeat(40);

function check(outcome: CheckSnapshot['outcome'], isRequired = true, name: string = outcome): CheckSnapshot {
  return { name, url: `https://ci.example/${name}`, outcome, isRequired };
}

function prove(parts: Partial<PullRequestSnapshot> = {}): Proof[] {
  return provePullRequest(TARGET, snapshot(parts), URL_41);
}

function proof(name: ProofName, parts: Partial<PullRequestSnapshot> = {}): Omit<Proof, 'proof'> {
  const { proof: _, ...evidence } = prove(parts).find(({ proof }) => proof === name) as Proof;
  return evidence;
}

test('one that is what it must be has all seven, in their order', () => {
  const checks = [check('passed', true), check('passed', false, 'extra')];
  const proofs = prove({ checks });
  expect(proofs).toEqual([
    { proof: 'repository', holds: true, expected: 'acme/widgets', found: 'acme/widgets' },
    { proof: 'open', holds: true, expected: 'open', found: 'open' },
    { proof: 'head', holds: true, expected: HEAD, found: HEAD },
    { proof: 'base', holds: true, expected: 'main', found: 'main' },
    { proof: 'commits', holds: true, expected: null, found: '3' },
    { proof: 'mergeable', holds: true, expected: 'MERGEABLE', found: 'MERGEABLE' },
    {
      proof: 'checks',
      holds: true,
      expected: null,
      found: null,
      checks: { passed: 1, failed: 0, pending: 0, required: 1 },
    },
  ]);
  expect(proofs.map(({ proof }) => proof)).toEqual(PROOFS);
  expect(firstFailed(proofs)).toBeNull();
});

describe('the repository', () => {
  test.each([
    ['https://github.com/acme/other/pull/41', 'acme/widgets', 'acme/other'],
    ['https://github.com/mallory/widgets/pull/41', 'acme/widgets', 'mallory/widgets'],
    ['https://ghe.test/acme/widgets/pull/41', 'github.com/acme/widgets', 'ghe.test/acme/widgets'],
    ['local:feature@1', 'acme/widgets', 'local:feature@1'],
    ['https://github.com/acme/widgets/issues/41', 'acme/widgets', 'https://github.com/acme/widgets/issues/41'],
  ])('of %s is another', (url, expected, found) => {
    // Whatever was read here under that number is no pull request of there.
    const [first, ...rest] = provePullRequest(TARGET, snapshot(), url);
    expect(first).toEqual({ proof: 'repository', holds: false, expected, found });
    expect(rest.map(({ holds, expected, found }) => [holds, expected, found])).toEqual(
      rest.map(() => [null, null, null]),
    );
  });

  test('is the same in whatever case', () => {
    const proofs = provePullRequest(
      TARGET,
      snapshot({ headRepository: 'Acme/Widgets' }),
      URL_41.replace('acme', 'ACME'),
    );
    expect(firstFailed(proofs)).toBeNull();
  });
});

describe('the state', () => {
  test.each<[string, Partial<PullRequestSnapshot>]>([
    ['closed', { state: 'CLOSED' }],
    ['merged', { state: 'MERGED' }],
    ['draft', { isDraft: true }],
    ['closed', { state: 'CLOSED', isDraft: true }],
  ])('%s is not open', (found, parts) => {
    expect(proof('open', parts)).toEqual({ holds: false, expected: 'open', found });
  });

  test('of one that is not there is missing, and nothing else is known', () => {
    const [, open, ...rest] = provePullRequest(TARGET, null, URL_41);
    expect(open).toEqual({ proof: 'open', holds: false, expected: 'open', found: 'missing' });
    expect(rest.every(({ holds }) => holds === null)).toBe(true);
  });
});

describe('the head', () => {
  test.each<[string, Partial<PullRequestSnapshot>, string, string]>([
    ['moved', { headRefOid: OTHER }, HEAD, OTHER],
    ['is another branch', { headRefName: 'other' }, `acme:feature@${HEAD}`, `acme:other@${HEAD}`],
    [
      'is of a fork',
      { headRepository: 'mallory/widgets' },
      `acme/widgets:feature@${HEAD}`,
      `mallory/widgets:feature@${HEAD}`,
    ],
    [
      'is of a fork of our own',
      { headRepository: 'acme/fork' },
      `acme/widgets:feature@${HEAD}`,
      `acme/fork:feature@${HEAD}`,
    ],
    ['is of nothing any more', { headRepository: null }, `acme/widgets:feature@${HEAD}`, `(deleted):feature@${HEAD}`],
    ['differs in case', { headRefName: 'Feature' }, `acme:feature@${HEAD}`, `acme:Feature@${HEAD}`],
  ])('%s', (_, parts, expected, found) => {
    expect(proof('head', parts)).toEqual({ holds: false, expected, found });
  });
});

test('the base is another', () => {
  expect(proof('base', { baseRefName: 'dev' })).toEqual({ holds: false, expected: 'main', found: 'dev' });
});

test('no commits are none', () => {
  expect(proof('commits', { commits: 0 })).toEqual({ holds: false, expected: null, found: '0' });
});

describe('mergeable', () => {
  const review = (reviewDecision: string | null) => ({ mergeStateStatus: 'BLOCKED', reviewDecision });

  test.each<[string, Partial<PullRequestSnapshot>, boolean | null, string]>([
    ['conflicts', { mergeable: 'CONFLICTING', mergeStateStatus: 'DIRTY' }, false, 'CONFLICTING'],
    ['is not worked out yet', { mergeable: 'UNKNOWN', mergeStateStatus: 'UNKNOWN' }, null, 'UNKNOWN'],
    ['has a state that is not worked out yet', { mergeStateStatus: 'UNKNOWN' }, null, 'UNKNOWN'],
    ['has two words that differ', { mergeStateStatus: 'DIRTY' }, null, 'UNKNOWN'],
    ['wants a review', review('REVIEW_REQUIRED'), false, 'BLOCKED: REVIEW_REQUIRED'],
    [
      'wants changes',
      { ...review('CHANGES_REQUESTED'), checks: [check('failed', false)] },
      false,
      'BLOCKED: CHANGES_REQUESTED',
    ],
    [
      'wants a review and a check',
      { ...review('REVIEW_REQUIRED'), checks: [check('pending')] },
      null,
      'BLOCKED: REVIEW_REQUIRED',
    ],
    [
      'wants a review and a fix',
      { ...review('REVIEW_REQUIRED'), checks: [check('failed')] },
      null,
      'BLOCKED: REVIEW_REQUIRED',
    ],
    ['goes through a queue', { isMergeQueueEnabled: true }, false, 'BLOCKED: MERGE_QUEUE'],
    ['wants a check', { ...review(null), checks: [check('pending')] }, true, 'MERGEABLE'],
    ['wants a fix', { ...review('APPROVED'), checks: [check('failed')] }, true, 'MERGEABLE'],
    ['wants something else', { ...review('APPROVED'), checks: [check('passed')] }, null, 'BLOCKED'],
    ['is behind', { mergeStateStatus: 'BEHIND' }, true, 'MERGEABLE'],
    ['has red checks that are not required', { mergeStateStatus: 'UNSTABLE' }, true, 'MERGEABLE'],
    ['has hooks', { mergeStateStatus: 'HAS_HOOKS' }, true, 'MERGEABLE'],
    ['is in a state that is new', { mergeStateStatus: 'BRAND_NEW' }, true, 'MERGEABLE'],
  ])('%s', (_, parts, holds, found) => {
    expect(proof('mergeable', parts)).toEqual({ holds, expected: 'MERGEABLE', found });
  });
});

describe('checks', () => {
  const BLOCKED = { mergeStateStatus: 'BLOCKED' };
  const counts = (passed: number, failed: number, pending: number, required: number) => ({
    passed,
    failed,
    pending,
    required,
  });

  test.each<[string, Partial<PullRequestSnapshot>, boolean | null, ReturnType<typeof counts>]>([
    ['none', {}, true, counts(0, 0, 0, 0)],
    ['none required', { checks: [check('failed', false), check('pending', false)] }, true, counts(0, 1, 1, 0)],
    ['all required passed', { checks: [check('passed'), check('failed', false)] }, true, counts(1, 0, 0, 1)],
    ['one runs', { ...BLOCKED, checks: [check('passed'), check('pending')] }, null, counts(1, 0, 1, 2)],
    ['one was not reported yet', { ...BLOCKED, checks: [check('passed')] }, null, counts(1, 0, 0, 1)],
    ['none was reported yet', { ...BLOCKED, checks: [check('failed', false)] }, null, counts(0, 1, 0, 0)],
    [
      'a review is awaited',
      { ...BLOCKED, reviewDecision: 'REVIEW_REQUIRED', checks: [check('passed')] },
      true,
      counts(1, 0, 0, 1),
    ],
    [
      'a review was given',
      { ...BLOCKED, reviewDecision: 'APPROVED', checks: [check('passed')] },
      null,
      counts(1, 0, 0, 1),
    ],
  ])('%s', (_, parts, holds, checks) => {
    expect(proof('checks', parts)).toEqual({ holds, expected: null, found: null, checks });
  });

  test('a red one is red while others run, and is named', () => {
    const checks = [
      check('failed', true, 'build'),
      check('pending'),
      check('failed', true, 'lint'),
      check('failed', false),
    ];
    expect(proof('checks', { ...BLOCKED, checks })).toEqual({
      holds: false,
      expected: null,
      found: 'build, lint',
      checks: counts(0, 2, 1, 3),
    });
    expect(redChecks(snapshot({ checks }))).toEqual([
      { name: 'build', url: 'https://ci.example/build' },
      { name: 'lint', url: 'https://ci.example/lint' },
    ]);
  });
});

test('behind is what GitHub calls so', () => {
  expect(isBehind(snapshot({ mergeStateStatus: 'BEHIND' }))).toBe(true);
  expect(isBehind(snapshot())).toBe(false);
});

describe('the error of a proof that failed', () => {
  const BLOCKED = { mergeStateStatus: 'BLOCKED' };

  test.each<[string, Partial<PullRequestSnapshot> | null, string]>([
    [
      'pr_not_found',
      null,
      'proof "open" of URL failed: expected an open pull request, found it missing; look whether it',
    ],
    [
      'pr_closed',
      { state: 'CLOSED' },
      'proof "open" of URL failed: expected an open pull request, found it closed; reopen it',
    ],
    [
      'pr_closed',
      { state: 'MERGED' },
      'proof "open" of URL failed: expected an open pull request, found it merged; its work',
    ],
    [
      'pr_draft',
      { isDraft: true },
      'proof "open" of URL failed: expected an open pull request, found it draft; mark it',
    ],
    [
      'head_moved',
      { headRefOid: OTHER },
      `proof "head" of URL failed: expected the head ${HEAD}, found ${OTHER}; someone pushed`,
    ],
    [
      'pr_head_mismatch',
      { headRefName: 'x' },
      `proof "head" of URL failed: expected the head acme:feature@${HEAD}, found acme:x@${HEAD}; only`,
    ],
    [
      'pr_head_mismatch',
      { headRepository: null },
      `proof "head" of URL failed: expected the head acme/widgets:feature@${HEAD}, found (deleted):`,
    ],
    [
      'pr_wrong_base',
      { baseRefName: 'dev' },
      'proof "base" of URL failed: expected the base branch main, found dev; change its base',
    ],
    [
      'no_commits',
      { commits: 0 },
      'proof "commits" of URL failed: expected at least 1 commit ahead of its base, found 0; commit',
    ],
    [
      'pr_conflicts',
      { mergeable: 'CONFLICTING' },
      'proof "mergeable" of URL failed: expected MERGEABLE, found CONFLICTING; merge',
    ],
    [
      'pr_protected',
      { ...BLOCKED, reviewDecision: 'REVIEW_REQUIRED' },
      'found BLOCKED: REVIEW_REQUIRED; have it reviewed',
    ],
    [
      'pr_protected',
      { ...BLOCKED, reviewDecision: 'CHANGES_REQUESTED' },
      'found BLOCKED: CHANGES_REQUESTED; make the changes',
    ],
    ['pr_protected', { isMergeQueueEnabled: true }, 'found BLOCKED: MERGE_QUEUE; its base has a merge queue'],
    ['pr_protected', { ...BLOCKED, reviewDecision: 'BRAND_NEW' }, 'found BLOCKED: BRAND_NEW; look which rule'],
    [
      'checks_failed',
      { checks: [check('failed', true, 'build')] },
      'expected all required checks to pass, found red: build; read',
    ],
  ])('%s', (code, parts, words) => {
    const proofs = provePullRequest(TARGET, parts && snapshot(parts), URL_41);
    const error = proofError(firstFailed(proofs) as Proof, URL_41);
    expect(error).toBeInstanceOf(PullRequestError);
    expect(error).toMatchObject({ code, failureClass: 'expected_task_failure' });
    expect(error.message).toContain(words.replace('URL', URL_41));
  });

  test('pr_wrong_repository', () => {
    const url = 'https://github.com/acme/other/pull/41';
    const error = proofError(firstFailed(provePullRequest(TARGET, null, url)) as Proof, url);
    expect(error.code).toBe('pr_wrong_repository');
    expect(error.message).toContain('expected a pull request of acme/widgets, found acme/other; open it there');
  });
});

import { describe, expect, test } from 'vitest';
import { GhError } from '../../../src/steps/github/gh-error.ts';
import type { CheckSnapshot } from '../../../src/steps/github/pull-request.ts';
import { type AskGraphql, type GraphqlError, lookAtPullRequests } from '../../../src/steps/github/pull-request-look.ts';
import {
  checkRun,
  commitStatus,
  commits,
  HEAD,
  pullRequestAnswer,
  snapshot,
  WIDGETS,
} from '../../support/pull-request-answers.ts';

const RATE = { cost: 1, limit: 5_000, remaining: 4_999, resetAt: '2026-01-02T04:00:00Z' };

/** Looks with these answers, in turn; the queries that were sent too. */
async function look(numbers: number[], answers: Record<string, unknown>[], errors?: GraphqlError[]) {
  const queries: string[] = [];
  const rates: unknown[] = [];
  const ask: AskGraphql = async (query, variables) => {
    expect(variables).toEqual({ owner: 'acme', name: 'widgets' });
    queries.push(query);
    const data = { repository: answers[queries.length - 1], rateLimit: RATE };
    return errors === undefined ? { data } : { data, errors };
  };
  const onAnswer = (rate: unknown) => rates.push(rate);
  const found = await lookAtPullRequests(numbers, { ask, repository: WIDGETS, onAnswer }, new AbortController().signal);
  return { found, queries, rates };
}

/** The checks of pull request 1 that has these. */
async function checksOf(nodes: unknown[], parts: Record<string, unknown> = {}, errors?: GraphqlError[]) {
  const { found } = await look([1], [{ p1: pullRequestAnswer(1, { commits: commits(nodes), ...parts }) }], errors);
  return found.get(1)?.checks;
}

async function failureOf(promise: Promise<unknown>): Promise<GhError> {
  const error: unknown = await promise.catch((error: unknown) => error);
  if (error instanceof GhError) return error;
  throw new Error(`no GhError: ${String(error)}`);
}

test('all of a pull request is read', async () => {
  const answer = pullRequestAnswer(41, { headRefName: 'feature', commits: commits([checkRun(), commitStatus()]) });
  const { found, rates } = await look([41], [{ p41: answer }]);
  const checks: CheckSnapshot[] = [
    { name: 'build', url: 'https://ci.example/1', outcome: 'passed', isRequired: true },
    { name: 'legacy', url: null, outcome: 'passed', isRequired: false },
  ];
  expect(found.get(41)).toEqual(snapshot({ commits: 2, checks }));
  expect(rates).toEqual([RATE]);
});

test('of one that is merged it is read by whom', async () => {
  const merged = { state: 'MERGED', mergeCommit: { oid: HEAD }, mergedBy: { login: 'hubot' }, headRepository: null };
  const { found } = await look([1], [{ p1: pullRequestAnswer(1, merged) }]);
  expect(found.get(1)).toMatchObject({ state: 'MERGED', mergeCommit: HEAD, mergedBy: 'hubot', headRepository: null });
});

test('words that may come are taken as they are, and a mergeability that nobody knows is unknown', async () => {
  const parts = { mergeStateStatus: 'BRAND_NEW', reviewDecision: 'ALSO_NEW', mergeable: 'PERHAPS' };
  const { found } = await look([1], [{ p1: pullRequestAnswer(1, parts) }]);
  expect(found.get(1)).toMatchObject({ ...parts, mergeable: 'UNKNOWN' });
});

describe('the outcome of a check', () => {
  test.each([
    ['SUCCESS', 'passed'],
    ['NEUTRAL', 'passed'],
    ['SKIPPED', 'passed'],
    ['FAILURE', 'failed'],
    ['CANCELLED', 'failed'],
    ['TIMED_OUT', 'failed'],
    ['ACTION_REQUIRED', 'failed'],
    ['STALE', 'failed'],
    ['STARTUP_FAILURE', 'failed'],
    ['BRAND_NEW', 'failed'],
    [null, 'failed'],
  ])('that is completed with %s', async (conclusion, outcome) => {
    expect(await checksOf([checkRun({ conclusion })])).toMatchObject([{ outcome }]);
  });

  test.each(['QUEUED', 'IN_PROGRESS', 'PENDING', 'REQUESTED', 'WAITING', 'BRAND_NEW'])('that is %s', async (status) => {
    expect(await checksOf([checkRun({ status, conclusion: null })])).toMatchObject([{ outcome: 'pending' }]);
  });

  test.each([
    ['SUCCESS', 'passed'],
    ['PENDING', 'pending'],
    ['EXPECTED', 'pending'],
    ['FAILURE', 'failed'],
    ['ERROR', 'failed'],
  ])('that is a status of %s', async (state, outcome) => {
    expect(await checksOf([commitStatus({ state })])).toMatchObject([{ outcome }]);
  });
});

describe('of two runs of one check', () => {
  const RED = { conclusion: 'FAILURE' };
  const LATER = { startedAt: '2026-01-02T03:05:00Z' };

  test.each([
    ['the later one counts', [checkRun(RED), checkRun(LATER)], ['passed']],
    ['the later one counts in whatever order', [checkRun({ ...RED, ...LATER }), checkRun()], ['failed']],
    [
      'one that has not begun is the newest',
      [checkRun(RED), checkRun({ status: 'QUEUED', startedAt: null })],
      ['pending'],
    ],
    ['the worse one counts at the same second', [checkRun(), checkRun(RED), checkRun()], ['failed']],
    ['a status is none', [checkRun(RED), commitStatus({ context: 'build' })], ['failed', 'passed']],
    [
      'one of another app is none',
      [checkRun(RED), checkRun({ checkSuite: { app: { slug: 'x' }, workflowRun: null } })],
      ['failed', 'passed'],
    ],
    [
      'one for another event is none',
      [checkRun(RED), checkRun({ ...LATER, checkSuite: suite('pull_request', 'CI') })],
      ['failed', 'passed'],
    ],
    [
      'one of another workflow is none',
      [checkRun(RED), checkRun({ ...LATER, checkSuite: suite('push', 'Docs') })],
      ['failed', 'passed'],
    ],
    [
      'they are one where apps and workflows may not be read',
      [checkRun({ ...RED, checkSuite: null }), checkRun({ ...LATER, checkSuite: null })],
      ['passed'],
    ],
  ])('%s', async (_, nodes, outcomes) => {
    expect((await checksOf(nodes))?.map(({ outcome }) => outcome)).toEqual(outcomes);
  });

  function suite(event: string, name: string) {
    return { app: { slug: 'actions' }, workflowRun: { event, workflow: { name } } };
  }
});

describe('checks on further pages', () => {
  const page = (nodes: unknown[], options: Parameters<typeof commits>[1] = {}) => ({
    commits: commits(nodes, options),
  });

  test('are read with a request for all that have more', async () => {
    const first = (number: number, after?: string) =>
      pullRequestAnswer(number, page([checkRun()], after === undefined ? {} : { after }));
    const answers = [
      { p1: first(1, 'c"1'), p2: first(2), p3: first(3, 'c3') },
      { p1: page([checkRun({ name: 'a' })], { after: 'c4' }), p3: page([checkRun({ name: 'b' })]) },
      { p1: page([checkRun({ name: 'red', conclusion: 'FAILURE' })]) },
    ];
    const { found, queries, rates } = await look([1, 2, 3], answers);
    const names = [...found.values()].map((pr) => pr?.checks.map(({ name }) => name));
    expect(names).toEqual([['build', 'a', 'red'], ['build'], ['build', 'b']]);
    expect(queries).toHaveLength(3);
    expect(rates).toHaveLength(3);
    expect(queries[1]).toContain('p1: pullRequest(number: 1) { commits(last: 1)');
    expect(queries[1]).toContain('after: "c\\"1"');
    expect(queries[1]).not.toContain('p2');
  });

  test('and of another commit by now are left out', async () => {
    const answers = [
      { p1: pullRequestAnswer(1, page([checkRun()], { after: 'c' })) },
      { p1: page([checkRun({ name: 'other' })], { oid: '2'.repeat(40) }) },
    ];
    const { found } = await look([1], answers);
    expect(found.get(1)?.checks.map(({ name }) => name)).toEqual(['build']);
  });

  test('without an end are refused', async () => {
    const more = { p1: pullRequestAnswer(1, page([checkRun()], { after: 'c' })) };
    const error = await failureOf(
      look(
        [1],
        Array.from({ length: 100 }, () => more),
      ),
    );
    expect(error).toMatchObject({ failure: 'permanent', message: expect.stringContaining('checks') });
  });
});

test('checks of a commit that is not the head are of no use', async () => {
  expect(await checksOf([], { commits: commits([checkRun()], { oid: '2'.repeat(40) }) })).toEqual([]);
});

test('more pull requests than a query takes are looked at with the next', async () => {
  const numbers = Array.from({ length: 101 }, (_, i) => i + 1);
  const answer = (some: number[]) =>
    Object.fromEntries(some.map((number) => [`p${number}`, pullRequestAnswer(number)]));
  const { found, queries } = await look(numbers, [answer(numbers.slice(0, 100)), answer([101])]);
  expect(queries).toHaveLength(2);
  expect([...found.keys()]).toEqual(numbers);
});

describe('what GraphQL says went wrong', () => {
  const notFound = (number: number): GraphqlError => ({
    type: 'NOT_FOUND',
    path: ['repository', `p${number}`],
    message: `Could not resolve to a PullRequest with the number of ${number}.`,
  });

  test('of one that does not exist harms no other', async () => {
    const { found } = await look([1, 999], [{ p1: pullRequestAnswer(1), p999: null }], [notFound(999)]);
    expect(found.get(999)).toBeNull();
    expect(found.get(1)?.number).toBe(1);
  });

  test.each<[string, GraphqlError, string]>([
    ['the repository', { type: 'NOT_FOUND', path: ['repository'], message: 'gone' }, 'permanent'],
    [
      'a pull request that may not be read',
      { type: 'FORBIDDEN', path: ['repository', 'p1'], message: 'no' },
      'permanent',
    ],
    ['a moment', { path: ['repository', 'p1'], message: 'Something went wrong' }, 'transient'],
    ['no field', { message: 'Timeout' }, 'transient'],
  ])('of %s is a failure', async (_, error, failure) => {
    const found = await failureOf(look([1, 2], [{ p1: null, p2: pullRequestAnswer(2) }], [error]));
    expect(found).toMatchObject({ failure, message: `GitHub: ${error.message}` });
  });

  const hidden = (...field: (string | number)[]): GraphqlError => ({
    type: 'FORBIDDEN',
    message: 'Resource not accessible by personal access token',
    path: ['repository', 'p1', 'commits', 'nodes', 0, 'commit', 'statusCheckRollup', 'contexts', 'nodes', 0, ...field],
  });

  test('of a workflow that the token may not read leaves the check', async () => {
    const checks = await checksOf([checkRun({ checkSuite: null })], {}, [hidden('checkSuite', 'workflowRun')]);
    expect(checks).toMatchObject([{ name: 'build', outcome: 'passed' }]);
  });

  test.each([
    ['SUCCESS', 'CLEAN', 'passed', false],
    ['FAILURE', 'UNSTABLE', 'failed', false],
    ['PENDING', 'BLOCKED', 'pending', true],
    ['EXPECTED', 'BLOCKED', 'pending', true],
    ['FAILURE', 'BLOCKED', 'failed', true],
    ['FAILURE', 'BEHIND', 'pending', true],
    ['SUCCESS', 'BEHIND', 'passed', true],
  ])(
    'of checks that it may not read leaves what they say together: %s, %s',
    async (state, status, outcome, isRequired) => {
      const parts = { mergeStateStatus: status, commits: commits([null, commitStatus()], { state }) };
      expect(await checksOf([], parts, [hidden()])).toMatchObject([
        { name: 'legacy' },
        { name: 'checks that the token of gh may not read', outcome, isRequired },
      ]);
    },
  );
});

test.each([
  ['repository.p1.headRefOid', { p1: { ...pullRequestAnswer(1), headRefOid: undefined } }],
  ['repository.p1.state', { p1: pullRequestAnswer(1, { state: 'LOST' }) }],
  ['repository.p1', {}],
])('without %s there is no answer', async (field, answer) => {
  expect(await failureOf(look([1], [answer]))).toMatchObject({
    failure: 'permanent',
    message: expect.stringContaining(`${field}: `),
  });
});

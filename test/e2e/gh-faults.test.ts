import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import type { MergeMethod } from '../../src/core/graph/graph.ts';
import { Gh } from '../../src/steps/github/gh.ts';
import { GhError } from '../../src/steps/github/gh-error.ts';
import { PullRequestWatch } from '../../src/steps/github/pull-request-watch.ts';
import { PullRequests } from '../../src/steps/github/pull-requests.ts';
import { eof, type FaultAction, hang, respond, secondaryLimit } from '../support/github/faults.ts';
import { githubSandbox } from '../support/github/sandbox.ts';
import { PROGRAM } from '../support/run-fixture.ts';
import { apiCase, type FaultCase, gitCase } from '../support/sweep/fault-cases.ts';
import type { FaultBaseline } from '../support/sweep/fault-judge.ts';
import { faultBaseline, tryFaults } from '../support/sweep/fault-sweep.ts';

// The short form of `npm run sweep:fault`: some of its faults, several in one run.

const SWEPT = { program: PROGRAM };

/** A run without faults, made once. */
const baselines = new Map<MergeMethod, Promise<FaultBaseline>>();
function baselineOf(method: MergeMethod): Promise<FaultBaseline> {
  const known = baselines.get(method) ?? faultBaseline(SWEPT, method);
  baselines.set(method, known);
  return known;
}

const POST = 'POST /repos/:owner/:repo/pulls';
const GET = 'GET /repos/:owner/:repo/pulls';
const PATCH = 'PATCH /repos/:owner/:repo/pulls/:number';
const PUT = 'PUT /repos/:owner/:repo/pulls/:number/update-branch';

/** Of one run each kind of call meets one fault at most. */
const RUNS: readonly (readonly [name: string, cases: readonly FaultCase[]])[] = [
  [
    'answers that are lost after the work was done',
    [
      apiCase('merge', 'PullRequestMerge', 1, '502 done'),
      apiCase('merge', POST, 2, 'EOF done'),
      apiCase('merge', PATCH, 1, 'EOF done'),
      gitCase('merge', 'run push', 1, 'lost'),
      gitCase('merge', 'agent push', 2, 'lost'),
    ],
  ],
  [
    'requests that do not get through',
    [
      apiCase('merge', 'AgentrelayPreflight', 1, '502'),
      apiCase('merge', 'PullRequestMerge', 7, '502'),
      apiCase('merge', 'PullRequests', 3, 'EOF done'),
      gitCase('merge', 'run ls-remote', 1, 'closed'),
      gitCase('merge', 'run push', 2, 'cut last'),
    ],
  ],
  [
    'limits',
    [
      apiCase('merge', 'PullRequestMerge', 2, '429'),
      apiCase('merge', POST, 1, 'limit'),
      apiCase('merge', 'PullRequests', 3, 'limit'),
    ],
  ],
  [
    'refusals that pass, and a squash whose answer is lost',
    [
      apiCase('squash', 'AgentrelayPreflight', 1, '401'),
      apiCase('squash', 'PullRequests', 4, '401'),
      apiCase('squash', 'PullRequestMerge', 3, 'EOF done'),
      apiCase('squash', POST, 8, 'EOF done'),
    ],
  ],
];

describe.concurrent('a whole run ends as if nothing had been', () => {
  test.for(RUNS)('after %s', async ([, cases], { signal, onTestFinished: atEnd }) => {
    const baseline = await baselineOf(cases[0]?.method ?? 'merge');
    signal.throwIfAborted();
    const trying = tryFaults({ ...SWEPT, signal }, baseline, cases);
    // One that is out of time is cleared away too.
    atEnd(() => trying.then(() => undefined));
    const { deviations, output } = await trying;
    expect(deviations, output).toEqual([]);
  });
});

/** Four pull requests, each for one thing that is asked for at the same time and meets the same fault. */
async function scene(fault: { when: 'before' | 'after'; action: FaultAction }) {
  const box = await githubSandbox();
  onTestFinished(() => box.close());
  for (const [name, value] of Object.entries(box.env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const slept: number[] = [];
  const limits: string[] = [];
  let now = 0;
  const sleep = async (milliseconds: number) => {
    slept.push(milliseconds);
    now += milliseconds;
  };
  const clock: Clock = { now: () => now, random: () => 0, sleep };
  const repository = { host: 'github.com', owner: 'acme', name: 'widgets' };
  const gh = new Gh({ repository, cacheFolder: join(box.folder, 'cache'), timeout: 3_000 });
  const watch = new PullRequestWatch({
    ask: (query, variables, how) => gh.graphql(query, variables, how),
    ...{ repository, clock, onBudget: () => {}, onLimited: () => {} },
  });
  onTestFinished(() => watch.close());
  const pullRequests = new PullRequests({ gh, watch, clock, onLimited: (kind) => limits.push(kind) });
  const repo = box.api.repo();
  const heads = ['merged', 'updated', 'edited', 'opened'].map((name) => box.commit(name, { [name]: name }));
  const [merged = '', updated = ''] = heads;
  for (const head of ['merged', 'updated', 'edited']) await repo.openPr({ head, base: 'main' });
  box.commit('main', { news: 'news' });
  for (const match of ['PullRequestMerge', PUT, PATCH, POST]) box.api.inject({ match, ...fault });
  const { signal } = new AbortController();
  const text = { head: 'opened', base: 'main', title: 'A title', body: 'A body' };
  // What was refused is told by the kind of its failure.
  const failureOf = (error: unknown) => (error instanceof GhError ? error.failure : error);
  const asked = [
    pullRequests.merge({ number: 1, commit: merged, method: 'merge', subject: 'One', body: '' }, signal),
    pullRequests.update(2, updated, signal),
    pullRequests.edit(3, { title: 'Another', body: 'Other' }, signal),
    pullRequests.open(text, signal),
  ];
  const answers = await Promise.all(asked.map((one) => one.catch(failureOf)));
  const pulls = await repo.pullRequests();
  return {
    ...{ answers, limits, slept },
    counts: box.api.counts(),
    found: pulls.map(({ state, title }) => `${state} ${title}`),
    merges: box.git(box.bare, 'log', '--merges', '--format=%s', 'main'),
    updates: box.git(box.bare, 'log', '--merges', '--oneline', 'main..updated').split('\n').length,
    problems: box.api.problems(),
  };
}

const DONE = {
  answers: ['merged', true, undefined, { number: 4, url: 'https://github.com/acme/widgets/pull/4' }],
  found: ['MERGED merged', 'OPEN updated', 'OPEN Another', 'OPEN A title'],
  merges: 'One',
  updates: 1,
  problems: [],
};

test('requests that hang are ended, and made again when nothing was done', async () => {
  const { counts, ...found } = await scene({ when: 'before', action: hang });
  expect(found).toMatchObject({ ...DONE, limits: [] });
  expect(counts).toMatchObject({ PullRequestMerge: 2, [PUT]: 2, [PATCH]: 2, [POST]: 2, [GET]: 1 });
});

test.for([
  ['hang', hang],
  ['are cut off', eof],
] as const)('requests that %s after the work was done are not made again', async ([, action]) => {
  const { counts, ...found } = await scene({ when: 'after', action });
  expect(found).toMatchObject({ ...DONE, limits: [] });
  // To say the same twice changes nothing: that alone is not looked back for.
  expect(counts).toMatchObject({ PullRequestMerge: 1, [PUT]: 1, [POST]: 1, [GET]: 1 });
});

test('a limit of which nobody says how long it lasts is waited for, a minute at first', async () => {
  const { counts, slept, ...found } = await scene({ when: 'before', action: secondaryLimit() });
  expect(found).toMatchObject({ ...DONE, limits: Array.from({ length: 4 }, () => 'secondary') });
  expect(slept).toEqual([60_000, 60_000, 60_000, 60_000]);
  expect(counts).toMatchObject({ PullRequestMerge: 2, [PUT]: 2, [PATCH]: 2, [POST]: 2 });
});

test('what is refused for good is asked for once', async () => {
  const action = respond(403, { message: 'Resource not accessible by personal access token' });
  const { answers, counts, found, slept } = await scene({ when: 'before', action });
  expect(answers).toEqual(['permanent', 'permanent', 'permanent', 'permanent']);
  expect(counts).toMatchObject({ PullRequestMerge: 1, [PUT]: 1, [PATCH]: 1, [POST]: 1 });
  expect(found).toEqual(['OPEN merged', 'OPEN updated', 'OPEN edited']);
  expect(slept).toEqual([]);
});

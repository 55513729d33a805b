import { join } from 'node:path';
import { parse, validate } from 'graphql';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import type { ApiBudget } from '../../src/core/events.ts';
import { Gh } from '../../src/steps/github/gh.ts';
import { firstFailed, provePullRequest, redChecks } from '../../src/steps/github/proofs.ts';
import type { PullRequestSnapshot } from '../../src/steps/github/pull-request.ts';
import { furtherChecksQuery, pullRequestsQuery } from '../../src/steps/github/pull-request-query.ts';
import { PullRequestWatch } from '../../src/steps/github/pull-request-watch.ts';
import type { Check } from '../support/github/checks.ts';
import { badGateway, eof, tooManyRequests, unauthorised } from '../support/github/faults.ts';
import { githubSchema } from '../support/github/schema.ts';
import { testSandbox } from '../support/github/test-sandbox.ts';

const WIDGETS = { host: 'github.com', owner: 'acme', name: 'widgets' };

/** The real gh, the branches f1 and f2 with a pull request each, and a watch by whose clock waits are over at once. */
async function scene() {
  const box = await testSandbox();
  for (const [name, value] of Object.entries(box.env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const heads = [box.commit('f1', { a: '1\n' }), box.commit('f2', { b: '2\n' })];
  for (const head of ['f1', 'f2']) await box.api.repo().openPr({ head, base: 'main', title: `Of ${head}` });
  const gh = new Gh({ repository: WIDGETS, cacheFolder: join(box.folder, 'cache of gh') });
  let now = Date.now();
  const sleep = async (milliseconds: number, signal?: AbortSignal) => {
    signal?.throwIfAborted();
    now += milliseconds;
  };
  const clock: Clock = { now: () => now, random: () => 0, sleep };
  const budgets: ApiBudget[] = [];
  const limits: string[] = [];
  const watch = new PullRequestWatch({
    ask: (query, variables, options) => gh.graphql(query, variables, { ...options, allowErrors: true }),
    repository: WIDGETS,
    clock,
    onBudget: (budget) => budgets.push(budget),
    onLimited: (kind) => limits.push(kind),
  });
  const count = (op: string) => box.api.calls.filter((call) => call.op === op).length;
  return { api: box.api, repo: box.api.repo(), heads, watch, budgets, limits, count };
}

test('the queries are what the schema of GitHub allows', () => {
  const cursors = new Map([
    [1, 'Y3Vyc29yOjEwMA=='],
    [2, '"quoted"\n'],
  ]);
  for (const query of [pullRequestsQuery([1, 22, 333]), furtherChecksQuery(cursors)]) {
    expect(validate(githubSchema(), parse(query)).map(({ message }) => message)).toEqual([]);
  }
});

test('one request reads all, those that are not there too; a red check on the second page is seen', async () => {
  const { api, repo, heads, watch, budgets, count } = await scene();
  repo.requireChecks(['check 104']);
  const checks: Check[] = Array.from({ length: 105 }, (_, i) => ({ name: `check ${i}`, conclusion: 'SUCCESS' }));
  checks[104] = { name: 'check 104', conclusion: 'FAILURE' };
  repo.settings.autoChecks = (pr) => (pr.headBranch === 'f2' ? checks : []);
  const [one, two, none] = await Promise.all([watch.read(1), watch.read(2), watch.read(999)]);
  expect(none).toBeNull();
  expect(one).toMatchObject({ title: 'Of f1', headRepository: 'acme/widgets', headRefOid: heads[0], checks: [] });
  expect(two?.checks).toHaveLength(105);
  expect(redChecks(two as PullRequestSnapshot).map(({ name }) => name)).toEqual(['check 104']);
  const target = { repository: WIDGETS, head: 'f2', commit: heads[1] as string, base: 'main' };
  expect(firstFailed(provePullRequest(target, two, two?.url ?? ''))?.proof).toBe('checks');
  expect([count('PullRequests'), count('PullRequestChecks')]).toEqual([1, 1]);
  expect(budgets).toMatchObject([{ requests: 2, spent: 2, limit: api.budget.limit, remaining: api.budget.remaining }]);
  expect(api.problems()).toEqual([]);
});

test('what a person does is noticed, and what passes by is waited for', async () => {
  const { api, repo, watch, limits } = await scene();
  const mergedBy = watch.until(1, (pr) => pr?.mergedBy ?? null, { pace: 'calm', limit: null });
  const closed = watch.until(2, (pr) => (pr?.state === 'CLOSED' ? 'closed' : null), { pace: 'brisk', limit: null });
  await api.arrives('PullRequests');
  for (const action of [badGateway(), tooManyRequests(7), unauthorised(), eof]) {
    await api.inject({ match: 'PullRequests', action });
    await api.arrives('PullRequests');
  }
  await repo.mergePr(1);
  await repo.closePr(2);
  expect(await Promise.all([mergedBy, closed])).toEqual(['hubot', 'closed']);
  expect(limits).toEqual(['secondary']);
  expect(api.problems()).toEqual([]);
});

test('a token that may not read the repository ends all waits', async () => {
  const { api, watch } = await scene();
  api.tokens.clear();
  await expect(watch.read(1)).rejects.toMatchObject({ name: 'GhError', failure: 'unauthenticated' });
  expect(api.calls.filter(({ op }) => op === 'PullRequests')).toHaveLength(2);
});

import { expect, test } from 'vitest';
import type { MergeMethod } from '../../../src/core/graph/graph.ts';
import { MergeQueue } from '../../../src/core/merge-queue.ts';
import { GhBranches } from '../../../src/steps/forges/gh-branches.ts';
import { TaskMerge } from '../../../src/steps/forges/gh-task-merge.ts';
import { Gh } from '../../../src/steps/github/gh.ts';
import { GhError } from '../../../src/steps/github/gh-error.ts';
import { PullRequestWatch } from '../../../src/steps/github/pull-request-watch.ts';
import { PullRequests } from '../../../src/steps/github/pull-requests.ts';
import { RemoteGit } from '../../../src/steps/github/remote-git.ts';
import { makeAttempt } from '../../support/attempt.ts';
import { GitRepository } from '../../support/git-repository.ts';
import { PullRequestAnswers, WIDGETS } from '../../support/pull-request-answers.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const INTO = 'agentrelay/graph/ws/default';
const BRANCH = 'agentrelay/graph/task';
const MINUTE = 60_000;
/** How git is waited for, that does not know of simulated time. */
const SOON = { timeout: 10_000, interval: 5 };

/** A task with one commit on its branch, and pull request 41 of it; only the commands of gh are not the real ones. */
function ready({ method = 'merge' as MergeMethod, update = async () => true } = {}) {
  const repository = new GitRepository();
  repository.run('branch', INTO);
  const commit = repository.branch(BRANCH, { a: 'a\n' }, INTO);
  // Whoever is at its own address has all that it pushes.
  repository.run('remote', 'add', 'origin', '.');
  const attempt = makeAttempt(repository.folder, {});
  Object.assign(attempt.runtime.state, { integrationBranch: INTO, branchName: BRANCH, commit });
  const clock = new SimulatedClock();
  const github = new PullRequestAnswers(clock);
  const watch = new PullRequestWatch({
    ask: github.ask,
    repository: WIDGETS,
    clock,
    onBudget: () => {},
    onLimited: () => {},
  });
  github.put(41);
  github.change(41, { headRefName: BRANCH, headRefOid: commit, baseRefName: INTO });
  const gh = new Gh({ repository: WIDGETS, cacheFolder: '/nonexistent' });
  const pullRequests = new PullRequests({ gh, watch, clock, onLimited: () => {} });
  pullRequests.update = update;
  const { git, worktrees } = repository;
  const remote = new RemoteGit({ git, remote: 'origin', clock });
  const branches = new GhBranches({ git, remote });
  const tools = { git, worktrees, branches, remote, repository: WIDGETS, pullRequests, watch, clock, method };
  const options = { ...tools, queue: new MergeQueue(), removesBranches: false };
  const merge = new TaskMerge(attempt.runtime, 'https://github.com/acme/widgets/pull/41', options);
  return { repository, commit, github, clock, merge, pullRequests, leave: attempt.leave };
}

/** What it ends with, in time that passes as long as it has not. */
async function endOf<T>(work: Promise<T>, clock: SimulatedClock): Promise<T> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  work.then(over, over);
  await expect
    .poll(async () => {
      await clock.advance(1_000);
      return isOver;
    }, SOON)
    .toBe(true);
  return await work;
}

test('who stands in line waits as long as the others take', async () => {
  const { merge, clock, github } = ready();
  const leave = new AbortController();
  const obstacle = merge.obstacle(leave.signal);
  await clock.advance(90 * MINUTE);
  github.change(41, { state: 'CLOSED' });
  await Promise.all([expect(obstacle).rejects.toMatchObject({ code: 'pr_closed' }), clock.advance(MINUTE)]);
});

test('a GitHub that is away for an hour is not taken for checks that are slow', async () => {
  const { merge, clock, github } = ready();
  const away = new GhError('transient', 'gh api graphql: error connecting to api.github.com');
  github.failures.push(...Array.from({ length: 500 }, () => away));
  const verdict = expect(merge.verdict('brisk')).rejects.toMatchObject({
    code: 'gh_transient',
    message: expect.stringContaining('waited for 60 min; gh api graphql: error connecting'),
  });
  await clock.advance(61 * MINUTE);
  await verdict;
});

test('an update that GitHub takes and does not make fails the task, and is no bug', async () => {
  const { merge, clock } = ready();
  const update = expect(merge.follow({ kind: 'behind' })).rejects.toMatchObject({
    code: 'update_timeout',
    failureClass: 'expected_task_failure',
  });
  await clock.advance(3 * MINUTE);
  await update;
});

test('one that is up to date is looked at again, and no update is awaited', async () => {
  const update = async () => {
    throw new GhError('already_done', 'gh api PUT update-branch: There are no new commits on the base branch.');
  };
  const { merge, clock } = ready({ update });
  const again = merge.follow({ kind: 'behind' });
  await clock.advance(1_000);
  expect(await again).toBe('again');
});

test.each<MergeMethod>(['merge', 'squash'])(
  'one that a person has squashed is merged, also where the method is %s',
  async (method) => {
    const { merge, clock, github, repository, commit } = ready({ method });
    const squash = repository.commitFiles(INTO, { a: 'a\n' }, 'By hand (#41)');
    repository.run('update-ref', `refs/heads/${INTO}`, squash);
    github.change(41, { state: 'MERGED', headRefOid: commit, mergeCommit: { oid: squash } });
    expect(await endOf(merge.follow({ kind: 'merged' }), clock)).toEqual({ kind: 'merged', commit: squash });
  },
);

test.each([
  ['is in another branch', (commit: string) => ({ headRefOid: commit, mergeCommit: { oid: commit } })],
  ['is of another head', (commit: string) => ({ headRefOid: '2'.repeat(40), mergeCommit: { oid: commit } })],
])('a merge that %s is none of this task', async (_, parts) => {
  const { merge, clock, github, commit } = ready({ method: 'squash' });
  github.change(41, { state: 'MERGED', ...parts(commit) });
  await expect(endOf(merge.follow({ kind: 'merged' }), clock)).rejects.toMatchObject({ code: 'merge_missing' });
});

test.each([
  ['call_off', { value: 'merged' }],
  ['cancel', { value: 'merged' }],
  ['detach', { reason: 'detach' }],
])('a merge that was sent when the signal says %s', async (cause, end) => {
  const { merge, clock, github, repository, commit, pullRequests, leave } = ready();
  pullRequests.merge = async (_, signal, sending = signal) => {
    leave.abort(cause);
    sending.throwIfAborted();
    repository.run('update-ref', `refs/heads/${INTO}`, commit);
    github.change(41, { state: 'MERGED', mergeCommit: { oid: commit } });
    return 'merged';
  };
  const [outcome] = await Promise.allSettled([endOf(merge.follow({ kind: 'ready' }), clock)]);
  expect(outcome).toMatchObject('value' in end ? { value: { kind: 'merged', commit } } : end);
});

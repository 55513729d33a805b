import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { MergeMethod } from '../../../src/core/graph/graph.ts';
import { MergeQueue } from '../../../src/core/merge-queue.ts';
import { localPullRequest } from '../../../src/core/names.ts';
import { LocalTaskMerger } from '../../../src/steps/forges/local-task-merger.ts';
import { makeAttempt } from '../../support/attempt.ts';
import { GitRepository } from '../../support/git-repository.ts';

const INTO = 'agentrelay/graph/ws/default';
const BRANCH = 'agentrelay/graph/task';

function ready(options: { method?: MergeMethod; description?: string | null } = {}) {
  const { method = 'merge', description = null } = options;
  const repository = new GitRepository();
  repository.run('branch', INTO);
  const commit = repository.branch(BRANCH, { a: 'a\n' }, INTO);
  const attempt = makeAttempt(repository.folder, { spec: { description } });
  Object.assign(attempt.runtime.state, { integrationBranch: INTO, branchName: BRANCH, commit });
  const queue = new MergeQueue();
  const merger = new LocalTaskMerger({ git: repository.git, queue, method });
  return { ...attempt, repository, commit, merger, queue, prUrl: localPullRequest(BRANCH, commit) };
}

test.each<[string | null, string]>([
  [null, 'Merge task task'],
  ['  \n ', 'Merge task task'],
  ['Write the parser.\nWith care.', 'Merge task task: Write the parser.'],
  ['x'.repeat(60), `Merge task task: ${'x'.repeat(60)}`],
  ['x'.repeat(61), `Merge task task: ${'x'.repeat(59)}…`],
])('merges what was signalled, and writes .merged: %j', async (description, subject) => {
  const { merger, runtime, prUrl, repository, signalDir } = ready({ description });
  const result = await merger.mergePr(runtime, prUrl);
  const tip = repository.commit(INTO);
  expect(result).toEqual({ kind: 'merged', commit: tip });
  expect(repository.run('show', '-s', '--format=%s', tip)).toBe(subject);
  expect(readFileSync(join(signalDir, '.merged'), 'utf8')).toMatch(new RegExp(`^\\d{4}-.*Z\\n${tip}\\n$`));
});

test('merges the same once more without a second commit', async () => {
  const { merger, runtime, prUrl } = ready();
  const first = await merger.mergePr(runtime, prUrl);
  expect(await merger.mergePr(runtime, prUrl)).toEqual(first);
});

test('squashes when told to', async () => {
  const { merger, runtime, prUrl, repository } = ready({ method: 'squash' });
  await merger.mergePr(runtime, prUrl);
  expect(repository.run('rev-list', '--parents', '-1', INTO).split(' ')).toHaveLength(2);
});

test.each<[string, string, (context: ReturnType<typeof ready>) => string]>([
  ['of another branch', 'pr_head_mismatch', ({ commit }) => localPullRequest('main', commit)],
  ['of another commit', 'pr_head_mismatch', ({ repository }) => localPullRequest(BRANCH, repository.commit('main'))],
  ['that is a URL', 'pr_head_mismatch', () => 'https://example.invalid/pull/1'],
  [
    'whose branch moved on',
    'head_moved',
    ({ repository, prUrl }) => {
      repository.branch(BRANCH, { late: 'late\n' }, BRANCH);
      return prUrl;
    },
  ],
  [
    'whose branch is gone',
    'head_moved',
    ({ repository, prUrl }) => {
      repository.run('branch', '-D', BRANCH);
      return prUrl;
    },
  ],
])('refuses a pull request %s', async (_name, code, change) => {
  const context = ready();
  const { merger, runtime, repository } = context;
  const tip = repository.commit(INTO);
  const merged = merger.mergePr(runtime, change(context));
  await expect(merged).rejects.toMatchObject({ name: 'PullRequestError', code });
  expect(repository.commit(INTO)).toBe(tip);
});

test('names conflicts and writes no .merged', async () => {
  const { merger, runtime, prUrl, repository, signalDir } = ready();
  repository.branch(INTO, { a: 'other\n' }, INTO);
  expect(await merger.mergePr(runtime, prUrl)).toEqual({ kind: 'conflict', files: ['a'] });
  expect(() => readFileSync(join(signalDir, '.merged'))).toThrow('ENOENT');
});

test('waits its turn, tells its place, and leaves the queue when it is called off', async () => {
  const { merger, runtime, prUrl, queue, facts, leave, repository } = ready();
  const tip = repository.commit(INTO);
  const { promise, resolve: finish } = Promise.withResolvers<void>();
  const first = queue.run(INTO, { task: 'other' }, new AbortController().signal, () => promise);
  const merged = merger.mergePr(runtime, prUrl);
  expect(facts).toMatchObject([{ kind: 'task_merge_queued', target: INTO, position: 1 }]);
  leave.abort('cancel');
  finish();
  await first;
  await expect(merged).rejects.toBe('cancel');
  expect(repository.commit(INTO)).toBe(tip);
});

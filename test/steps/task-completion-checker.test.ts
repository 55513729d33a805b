import { mkdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type AttemptWatches, SignalCompletionChecker } from '../../src/steps/task-completion-checker.ts';
import { makeAttempt } from '../support/attempt.ts';
import { GitRepository } from '../support/git-repository.ts';

const BRANCH = 'agentrelay/graph/task';
const INTO = 'agentrelay/graph/ws/default';

function ready() {
  const repository = new GitRepository();
  const path = repository.worktree(BRANCH);
  const attempt = makeAttempt(repository.folder);
  repository.run('branch', INTO);
  const state = {
    worktreePath: path,
    branchName: BRANCH,
    integrationBranch: INTO,
    baseCommit: repository.commit('main'),
  };
  Object.assign(attempt.runtime.state, state);
  const watches: AttemptWatches = new Map();
  onTestFinished(() => watches.forEach((watch) => void watch.close()));
  const checker = new SignalCompletionChecker({ git: repository.git, worktrees: repository.worktrees, watches });
  const signal = (name: string, payload: string) =>
    writeFileSync(join(attempt.signalDir, name), `2026-01-02T03:04:05Z\n${payload}\ntoken\n`);
  const commit = (name: string) => {
    repository.write(name, name, path);
    repository.in(path, 'add', '-A');
    repository.in(path, 'commit', '-qm', name);
    return repository.commit(BRANCH);
  };
  const log = (name: string, text: string) => writeFileSync(join(attempt.signalDir, name), text);
  return { ...attempt, repository, path, checker, signal, commit, log, watches };
}

test.each([1, 3, 9])('takes done with the commit and how far ahead it is: %s', async (count) => {
  const { checker, runtime, signal, commit, log, repository } = ready();
  for (let n = 0; n < count; n++) commit(`file ${n}`);
  log('concerns.log', 'one\ntwo\n');
  log('ops_concerns.log', 'slow\n');
  signal('.done', 'local:x@y');
  expect(await checker.waitForCompletion(runtime)).toEqual({
    outcome: 'done',
    prUrl: 'local:x@y',
    error: null,
    concerns: ['one', 'two'],
    opsConcerns: ['slow'],
    commit: repository.commit(BRANCH),
    commitsAhead: count,
  });
});

test('counts no commits that came with a merge of the integration branch, and all of them once the work is in it', async () => {
  const { checker, runtime, signal, commit, repository, path } = ready();
  commit('own');
  repository.branch(INTO, { other: 'x', third: 'y' }, INTO);
  repository.in(path, 'merge', '-q', '--no-edit', INTO);
  signal('.done', 'local:x@y');
  expect(await checker.waitForCompletion(runtime)).toMatchObject({ commitsAhead: 2 });
  repository.run('update-ref', `refs/heads/${INTO}`, repository.commit(BRANCH));
  await checker.reopen(runtime, 1);
  signal('.done', 'local:x@y');
  expect(await checker.waitForCompletion(runtime)).toMatchObject({ commitsAhead: 3 });
});

test('takes NO_PR also with uncommitted files, and without commits', async () => {
  const { checker, runtime, signal, repository, path } = ready();
  repository.write('notes', 'notes', path);
  signal('.done', 'NO_PR');
  expect(await checker.waitForCompletion(runtime)).toMatchObject({ prUrl: 'NO_PR', commitsAhead: 0 });
});

test('takes failed whatever the worktree is like', async () => {
  const { checker, runtime, signal, path } = ready();
  rmSync(path, { recursive: true });
  signal('.failed', 'cannot');
  expect(await checker.waitForCompletion(runtime)).toMatchObject({ outcome: 'failed', error: 'cannot', commit: null });
});

test.each<[string, string, (context: ReturnType<typeof ready>) => void]>([
  ['its worktree is gone', 'worktree_missing', ({ path }) => rmSync(path, { recursive: true })],
  ['.git is gone', 'worktree_missing', ({ path }) => unlinkSync(join(path, '.git'))],
  ['.git is nonsense', 'worktree_broken', ({ path }) => writeFileSync(join(path, '.git'), 'gitdir: /no/such\n')],
  [
    'it is on another branch',
    'wrong_branch',
    ({ repository, path }) => repository.in(path, 'checkout', '-q', '-b', 'other'),
  ],
  ['HEAD is detached', 'wrong_branch', ({ repository, path }) => repository.in(path, 'checkout', '-q', '--detach')],
  [
    'its branch is gone',
    'branch_missing',
    ({ repository }) => repository.run('update-ref', '-d', `refs/heads/${BRANCH}`),
  ],
  ['files are untracked', 'dirty_worktree', ({ repository, path }) => repository.write('new', '', path)],
  ['files are deleted', 'dirty_worktree', ({ path }) => unlinkSync(join(path, 'README.md'))],
  ['there are too many concerns', 'signal_too_large', ({ log }) => log('concerns.log', 'x\n'.repeat(1_001))],
  ['the log is a folder', 'signal_too_large', ({ signalDir }) => mkdirSync(join(signalDir, 'ops_concerns.log'))],
])('refuses done when %s', async (_name, code, change) => {
  const context = ready();
  context.commit('work');
  change(context);
  context.signal('.done', 'local:x@y');
  await expect(context.checker.waitForCompletion(context.runtime)).rejects.toMatchObject({
    name: 'SignalError',
    code,
    failureClass: 'expected_task_failure',
  });
});

test('names ten of many uncommitted files', async () => {
  const { checker, runtime, signal, repository, path } = ready();
  for (let n = 10; n < 22; n++) repository.write(`f${n}`, '', path);
  signal('.done', 'local:x@y');
  await expect(checker.waitForCompletion(runtime)).rejects.toThrow(/: f10, .*f19 and 2 more$/);
});

test('reopens, and takes the next signal through the same watch', async () => {
  const { checker, runtime, signal, commit, watches } = ready();
  const first = commit('one');
  signal('.done', 'one');
  expect(await checker.waitForCompletion(runtime)).toMatchObject({ commit: first });
  await checker.reopen(runtime, 1);
  const next = checker.waitForCompletion(runtime);
  const second = commit('two');
  signal('.done', 'two');
  expect(await next).toMatchObject({ prUrl: 'two', commit: second, commitsAhead: 2 });
  expect(watches.size).toBe(1);
});

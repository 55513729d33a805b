import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { archiveRun, runBranches } from '../../src/commands/archive-run.ts';
import { GitRepository } from '../support/git-repository.ts';
import { makeGraph } from '../support/graphs.ts';

function ready() {
  const repository = new GitRepository();
  const { git, root, commonDir } = repository;
  repository.write('.git/info/exclude', '/.worktrees/\n');
  const archive = (run: number, name = 'shop') =>
    archiveRun({ repository: { root, commonDir }, git, graph: makeGraph({ name, tasks: [] }), run });
  return { repository, archive };
}

test('every branch of the graph moves below its run, and those of others stay', async () => {
  const { repository, archive } = ready();
  const task = repository.branch('agentrelay/shop/task', { a: 'a' });
  const lane = repository.branch('agentrelay/shop/ws/lane', { b: 'b' });
  for (const name of ['agentrelay/shop-two/task', 'mine']) repository.run('branch', name);
  expect(await runBranches(repository.git, 'shop')).toEqual([
    { ref: 'refs/heads/agentrelay/shop/task', commit: task },
    { ref: 'refs/heads/agentrelay/shop/ws/lane', commit: lane },
  ]);
  await archive(4);
  expect(repository.refs('refs/heads')).toEqual([
    'refs/heads/agentrelay/shop-two/task',
    'refs/heads/main',
    'refs/heads/mine',
  ]);
  expect(repository.commit('refs/agentrelay/archive/4/task')).toBe(task);
  expect(repository.commit('refs/agentrelay/archive/4/ws/lane')).toBe(lane);
  await archive(4);
  expect(repository.refs('refs/agentrelay/archive')).toHaveLength(2);
});

test('no archived branch takes the place of another', async () => {
  const { repository, archive } = ready();
  // Another graph's run of the same number has kept `lane` already.
  const kept = repository.commitFiles(null, { other: 'graph' });
  repository.run('update-ref', 'refs/agentrelay/archive/1/ws/lane', kept);
  const one = repository.branch('agentrelay/shop/ws/lane', { a: 'a' });
  const two = repository.branch('agentrelay/shop/ws/lane-2', { b: 'b' });
  await archive(1);
  const refs = repository.refs('refs/agentrelay/archive/1');
  expect(refs).toHaveLength(3);
  expect(new Set(refs.map((ref) => repository.commit(ref)))).toEqual(new Set([kept, one, two]));
});

test('the graph’s worktrees go, with all that was in them saved, and no others', async () => {
  const { repository, archive } = ready();
  const path = join(repository.root, '.worktrees/shop/lane');
  repository.run('worktree', 'add', '-q', '-b', 'agentrelay/shop/task', path);
  const detached = join(repository.root, '.worktrees/shop/two');
  repository.run('worktree', 'add', '-q', '--detach', detached);
  repository.in(detached, 'commit', '-q', '--allow-empty', '-m', 'on no branch');
  const stray = repository.in(detached, 'rev-parse', 'HEAD');
  repository.write('draft', 'draft', path);
  const others = [repository.worktree('mine'), join(repository.root, '.worktrees/shop-two/lane')];
  repository.run('worktree', 'add', '-q', '-b', 'agentrelay/shop-two/task', others[1] ?? '');
  await archive(2);
  expect([path, detached].map((folder) => existsSync(folder))).toEqual([false, false]);
  expect(others.map((folder) => existsSync(folder))).toEqual([true, true]);
  const saved = repository.refs('refs/agentrelay/backup/2');
  expect(saved).toHaveLength(2);
  expect(saved.map((ref) => repository.commit(ref))).toContain(stray);
  expect(saved.some((ref) => 'draft' in repository.tree(ref))).toBe(true);
});

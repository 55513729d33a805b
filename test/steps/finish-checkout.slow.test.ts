import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Worktrees } from '../../src/steps/worktree.ts';
import { GitRepository } from '../support/git-repository.ts';
import { killGitAt, killWhenWriting, leftovers, Snare } from '../support/killed-git.ts';

/** A lane's worktree on `main`, and the commit that it is to be put on: with every sort of change. */
function between() {
  const repository = new GitRepository();
  const path = join(repository.folder, 'lane');
  for (const name of ['deleted', 'edited', 'middle', 'run', 'turned', 'zz']) repository.write(name, `${name}\n`);
  repository.run('add', '-A');
  repository.run('commit', '-qm', 'from');
  const other = repository.worktree('other');
  repository.write('added/new', 'new\n', other);
  repository.write('edited', 'edited again\n', other);
  repository.write('middle', `${'in the middle\n'.repeat(100)}`, other);
  repository.write('zz', 'the last one\n', other);
  rmSync(join(other, 'deleted'));
  rmSync(join(other, 'turned'));
  symlinkSync('edited', join(other, 'turned'));
  symlinkSync('nowhere', join(other, 'link'));
  chmodSync(join(other, 'run'), 0o755);
  repository.in(other, 'add', '-A');
  repository.in(other, 'commit', '-qm', 'to');
  repository.run('worktree', 'remove', other);
  return { repository, path, from: repository.commit('main'), to: repository.commit('other') };
}

async function killedInCheckout() {
  const all = between();
  const { repository, path, from, to } = all;
  await repository.worktrees.add(path, { commit: from });
  const args = ['checkout', '-q', '--no-track', '-B', 'task', to];
  await killWhenWriting(repository, 'middle', () => repository.git.run(args, { cwd: path }));
  expect(existsSync(join(path, 'added/new'))).toBe(true);
  expect(readFileSync(join(path, 'zz'), 'utf8')).toBe('zz\n');
  expect(leftovers(repository)).toEqual(['worktrees/lane/index.lock']);
  return { ...all, worktrees: new Worktrees(repository.git, repository.commonDir) };
}

function expectAt(repository: GitRepository, path: string, commit: string): void {
  expect(repository.in(path, 'status', '--porcelain')).toBe('');
  expect(repository.in(path, 'rev-parse', 'HEAD')).toBe(commit);
  expect(repository.listing(path)).toEqual(repository.tree(commit));
  expect(leftovers(repository)).toEqual([]);
}

describe('a checkout in which git was killed', () => {
  test('is finished by a hand-over to the same commit, and by asking for it again', async () => {
    for (const repeat of ['hand over', 'check out']) {
      const { repository, path, to, worktrees } = await killedInCheckout();
      if (repeat === 'hand over') expect(await worktrees.handOver(path, to, 1)).toBeNull();
      await worktrees.add(path, { commit: to, branch: 'task' });
      expectAt(repository, path, to);
      expect(repository.in(path, 'branch', '--show-current')).toBe('task');
      expect(repository.refs('refs/agentrelay')).toEqual([]);
    }
  });

  test('is finished at once by the owner that lives on', async () => {
    for (const [where, act] of [
      ['on a branch', 'kill -KILL 0'],
      ['detached', 'kill -KILL 0'],
      ['on a branch', 'printf "in the mid" >middle; kill -KILL 0'],
    ] as const) {
      const { repository, path, from, to } = between();
      await repository.worktrees.add(path, { commit: from });
      const snare = new Snare(repository, 'middle', act);
      await snare.around(async () => {
        if (where === 'on a branch') await repository.worktrees.add(path, { commit: to, branch: 'task' });
        else expect(await repository.worktrees.handOver(path, to, 1)).toBeNull();
      });
      expectAt(repository, path, to);
      expect(repository.refs('refs/agentrelay')).toEqual([]);
    }
  });

  test.each([{ after: false }, { after: true }])('is asked for again when killed, at its end: $after', async (how) => {
    const { repository, path, from, to } = between();
    await repository.worktrees.add(path, { commit: from });
    const toCome = killGitAt(repository, 'checkout', how);
    await repository.worktrees.add(path, { commit: to, branch: 'task' });
    expect(toCome()).toBe(0);
    expectAt(repository, path, to);
    expect(repository.in(path, 'branch', '--show-current')).toBe('task');
  });

  test('is finished where one file was written in part', async () => {
    const { repository, path, to, worktrees } = await killedInCheckout();
    writeFileSync(join(path, 'middle'), 'in the middle\n'.repeat(100));
    truncateSync(join(path, 'middle'), 333);
    expect(await worktrees.handOver(path, to, 1)).toBeNull();
    expectAt(repository, path, to);
  });

  test('is finished where only HEAD was still to come', async () => {
    const { repository, path, from, to } = between();
    await repository.worktrees.add(path, { commit: from });
    repository.in(path, 'read-tree', '-m', '-u', from, to);
    const worktrees = new Worktrees(repository.git, repository.commonDir);
    expect(await worktrees.handOver(path, to, 1)).toBeNull();
    expectAt(repository, path, to);
    expect(repository.refs('refs/agentrelay')).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['a file of its own', 'mine', 'work\n'],
    ['a change to what git has written', 'edited', 'work\n'],
    ['a change to what git has not written yet', 'zz', 'work\n'],
    ['two files that begin as git would write them', 'edited', 'edit'],
  ])('keeps %s', async (_name, name, content) => {
    const { repository, path, to, worktrees } = await killedInCheckout();
    repository.write(name, content, path);
    repository.write('middle', 'in the', path);
    const files = repository.listing(path);
    const saved = await worktrees.handOver(path, to, 1);
    expect(repository.tree(saved?.commit ?? '')).toEqual(files);
    expectAt(repository, path, to);
  });

  test('keeps a deletion where no git was killed', async () => {
    const { repository, path, from, to } = between();
    await repository.worktrees.add(path, { commit: from });
    rmSync(join(path, 'zz'));
    const files = repository.listing(path);
    const saved = await new Worktrees(repository.git, repository.commonDir).handOver(path, to, 1);
    expect(repository.tree(saved?.commit ?? '')).toEqual(files);
    expectAt(repository, path, to);
  });

  test('keeps the beginning of a file where no git was killed', async () => {
    const { repository, path, from, to } = between();
    await repository.worktrees.add(path, { commit: from });
    repository.write('middle', 'in the', path);
    const worktrees = new Worktrees(repository.git, repository.commonDir);
    const saved = await worktrees.handOver(path, to, 1);
    expect(repository.tree(saved?.commit ?? '').middle).toBe('100644 in the');
    expectAt(repository, path, to);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NO_COMMIT } from '../../../src/steps/tools/git.ts';
import { lockNamedIn } from '../../../src/steps/tools/stale-lock.ts';
import { GitRepository } from '../../support/git-repository.ts';
import { Halt, leftovers } from '../../support/killed-git.ts';

describe('lockNamedIn', () => {
  test.each([
    ["fatal: Unable to create '/r/.git/index.lock': File exists.\n\nAnother git process", '/r/.git/index.lock'],
    ["fatal: prepare: cannot lock ref 'HEAD': Unable to create '/r/.git/HEAD.lock': File exists.", '/r/.git/HEAD.lock'],
    ["error: Unable to create '/a b/it's/refs/heads/x.lock': File exists.", "/a b/it's/refs/heads/x.lock"],
    ["fatal: Unable to create '.git/packed-refs.lock': File exists.", '/cwd/.git/packed-refs.lock'],
    ['error: could not lock config file .git/config: File exists', '/cwd/.git/config.lock'],
    ["fatal: Unable to create '/r/.git/index.lock': Permission denied", null],
    ["fatal: cannot lock ref 'refs/heads/x': is at 1 but expected 2", null],
    ['', null],
  ])('%s', (stderr, lock) => {
    expect(lockNamedIn(stderr, '/cwd')).toBe(lock);
  });
});

/** A lock, and a command that needs it. */
const STALE: readonly [string, (repository: GitRepository) => Promise<unknown>][] = [
  ['index.lock', ({ git }) => git.run(['rm', '-q', '--cached', 'README.md'])],
  ['HEAD.lock', ({ git }) => git.run(['checkout', '-q', '--detach'])],
  ['config.lock', ({ git }) => git.run(['config', 'some.key', 'value'])],
  ['packed-refs.lock', ({ git }) => git.run(['pack-refs', '--all'])],
  ['refs/heads/main.lock', ({ git }) => git.run(['commit', '-q', '--allow-empty', '-m', 'next'])],
  ['refs/heads/deep/er.lock', ({ git }) => git.run(['branch', 'deep/er'])],
  ['worktrees/work/index.lock', ({ git, folder }) => git.run(['reset', '-q'], { cwd: join(folder, 'work') })],
  [
    'worktrees/work/HEAD.lock',
    ({ git, folder }) => git.run(['checkout', '-q', '--detach'], { cwd: join(folder, 'work') }),
  ],
  ['refs/heads/busy.lock', (repository) => makeRef(repository, 'refs/heads/busy')],
  ['packed-refs.lock', (repository) => deleteRef(repository, 'refs/heads/work')],
];

async function makeRef({ git }: GitRepository, ref: string): Promise<void> {
  const main = (await git.branch('main')) ?? 'none';
  expect(await git.updateRefs([{ ref, to: main, from: NO_COMMIT }])).toBe(true);
}

async function deleteRef({ git }: GitRepository, ref: string): Promise<void> {
  const from = (await git.resolve(ref)) ?? 'none';
  expect(await git.updateRefs([{ ref, to: NO_COMMIT, from }])).toBe(true);
}

test('locks that a killed git has left are removed, and git is asked again', async () => {
  const works = STALE.map(async ([lock, work]) => {
    const repository = new GitRepository();
    repository.worktree();
    const path = join(repository.commonDir, lock);
    repository.write(join('.git', lock), '');
    await work(repository);
    expect(repository.git.wasStale(path)).toBe(true);
    expect(leftovers(repository)).toEqual([]);
  });
  await Promise.all(works);
});

describe('a lock that somebody holds', () => {
  /** As of a person who commits and is still writing the message; `-a` keeps the index locked meanwhile. */
  async function committing(repository: GitRepository, cwd = repository.root) {
    const halt = new Halt(repository);
    repository.write('README.md', 'changed by the person\n', cwd);
    const editor = `f() { ${halt.shell}; echo message >"$1"; }; f`;
    const commit = spawn('git', ['commit', '-a'], {
      cwd,
      env: { ...process.env, GIT_EDITOR: editor },
      stdio: 'ignore',
    });
    const ended = once(commit, 'exit');
    await halt.begun();
    return { halt, ended };
  }

  test('stays his however long it takes, and git’s own words are the error', async () => {
    const repository = new GitRepository();
    const { halt, ended } = await committing(repository);
    const failed = repository.git.run(['rm', '-q', '--cached', 'README.md']);
    await expect(failed).rejects.toThrow(/^git rm -q exited 128: fatal: Unable to create '.*index.lock': File exists/);
    expect(leftovers(repository)).toEqual(['index.lock']);
    halt.letGo();
    expect(await ended).toEqual([0, null]);
    expect(repository.tree('main')['README.md']).toBe('100644 changed by the person\n');
  });

  test('is waited for', async () => {
    const repository = new GitRepository();
    const { halt, ended } = await committing(repository);
    const added = repository.git.run(['update-index', '--add', '--cacheinfo', `160000,${repository.commit()},link`]);
    for (let look = 0; look < 5; look++) await repository.git.run(['rev-parse', 'HEAD']);
    halt.letGo();
    await Promise.all([added, ended]);
    expect(repository.run('ls-files')).toBe('README.md\nlink');
    expect(repository.tree('main')).toEqual({ 'README.md': '100644 changed by the person\n' });
  });

  test('in one worktree keeps no stale lock of another', async () => {
    const repository = new GitRepository();
    const inside = join(repository.root, 'inside');
    repository.run('worktree', 'add', '-q', '--detach', inside);
    const other = repository.worktree();
    const { halt, ended } = await committing(repository, inside);
    const locks = ['index.lock', 'worktrees/work/index.lock'];
    for (const lock of locks) repository.write(join('.git', lock), '');
    await Promise.all([repository.git.run(['reset', '-q']), repository.git.run(['reset', '-q'], { cwd: other })]);
    expect(leftovers(repository)).toEqual(['worktrees/inside/index.lock']);
    halt.letGo();
    expect(await ended).toEqual([0, null]);
  });
});

test('readers that stay keep no lock', async () => {
  const repository = new GitRepository();
  const reader = spawn('git', ['-c', 'a.b=c', 'cat-file', '--batch'], {
    cwd: repository.root,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  reader.stdin.write('HEAD\n');
  await once(reader.stdout, 'data');
  repository.write('.git/index.lock', '');
  await repository.git.run(['reset', '-q']);
  reader.stdin.end();
  await once(reader, 'exit');
  expect(leftovers(repository)).toEqual([]);
});

test('two who find it at once both go on, and the lock of the next git is not taken for it', async () => {
  const repository = new GitRepository();
  const lock = join(repository.commonDir, 'index.lock');
  writeFileSync(lock, '');
  const until = () => ({ until: performance.now() + 3_000, stillFor: 0 });
  expect(await Promise.all([repository.git.freeLock(lock, until()), repository.git.freeLock(lock, until())])).toEqual([
    true,
    true,
  ]);
  expect(leftovers(repository)).toEqual([]);
});

describe('never touches', () => {
  const soon = () => ({ until: performance.now() + 300, stillFor: 0 });

  test.each(['agentrelay.lock', 'index', '../file.lock', '../../other.lock'])('%s', async (name) => {
    const repository = new GitRepository();
    const path = join(repository.commonDir, name);
    writeFileSync(path, 'mine');
    expect(await repository.git.freeLock(path, soon())).toBe(false);
    expect(existsSync(path)).toBe(true);
  });

  test('a folder with the name of a lock', async () => {
    const repository = new GitRepository();
    const path = join(repository.commonDir, 'index.lock');
    mkdirSync(path);
    expect(await repository.git.freeLock(path, soon())).toBe(false);
    rmSync(path, { recursive: true });
    expect(await repository.git.freeLock(path, soon())).toBe(true);
    expect(repository.git.wasStale(path)).toBe(false);
  });
});

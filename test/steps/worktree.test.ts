import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GitRepository } from '../support/git-repository.ts';
import { makeMess } from '../support/mess.ts';

describe('remove', () => {
  test('keeps every sort of change and takes the worktree away', async () => {
    const repository = new GitRepository();
    const path = repository.worktree();
    makeMess(repository, path);
    const mess = repository.listing(path);
    const saved = await repository.worktrees.remove(path, 2);
    expect(repository.tree(saved?.commit ?? '')).toEqual(mess);
    expect(existsSync(path)).toBe(false);
    expect(repository.run('worktree', 'list', '--porcelain').match(/^worktree /gm)).toHaveLength(1);
  });

  test('keeps commits on a detached HEAD, nested repositories and a folder without .git', async () => {
    const repository = new GitRepository();
    const detached = repository.worktree('detached');
    repository.in(detached, 'checkout', '-q', '--detach');
    repository.in(detached, 'commit', '-q', '--allow-empty', '-m', 'on no branch');
    const head = repository.in(detached, 'rev-parse', 'HEAD');
    expect((await repository.worktrees.remove(detached, 1))?.commit).toBe(head);

    const nesting = repository.worktree('nesting');
    execFileSync('git', ['init', '-q', 'inner'], { cwd: nesting });
    repository.write('inner/a', 'nested\n', nesting);
    await repository.worktrees.remove(nesting, 1);
    const kept = join(repository.commonDir, 'agentrelay-kept');
    expect(readdirSync(kept).map((folder) => readFileSync(join(kept, folder, 'inner/a'), 'utf8'))).toEqual([
      'nested\n',
    ]);

    const broken = repository.worktree('broken');
    repository.write('a', 'work\n', broken);
    unlinkSync(join(broken, '.git'));
    const saved = await repository.worktrees.remove(broken, 1);
    expect(repository.tree(saved?.commit ?? '')).toHaveProperty('a', '100644 work\n');
    expect(existsSync(broken)).toBe(false);
  });

  test('forgets a worktree whose folder was deleted by hand, and no other', async () => {
    const repository = new GitRepository();
    const path = repository.worktree();
    const away = repository.worktree('on-a-disk-that-is-away');
    renameSync(away, `${away}-unmounted`);
    rmSync(path, { recursive: true });
    expect(await repository.worktrees.remove(path, 1)).toBeNull();
    expect(await repository.worktrees.remove(path, 1)).toBeNull();
    const listed = repository.run('worktree', 'list', '--porcelain');
    expect(listed.match(/^worktree .*/gm)).toEqual([`worktree ${repository.root}`, `worktree ${away}`]);
  });

  test('removes a locked worktree and leaves the branch', async () => {
    const repository = new GitRepository();
    const path = repository.worktree();
    repository.run('worktree', 'lock', path);
    expect(await repository.worktrees.remove(path, 1)).toBeNull();
    expect(existsSync(path)).toBe(false);
    expect(repository.commit('work')).toBe(repository.commit('main'));
  });
});

describe('clean', () => {
  test('keeps what is uncommitted, stays on the branch, and is quiet about nothing', async () => {
    const repository = new GitRepository();
    const path = repository.worktree();
    const { worktrees } = repository;
    const before = await worktrees.status(path);
    expect(before).toEqual({ head: repository.commit('main'), branch: 'work', dirty: [] });
    expect(await worktrees.clean(path, before ?? never(), 1)).toBeNull();
    makeMess(repository, path);
    const mess = repository.listing(path);
    const saved = await worktrees.clean(path, (await worktrees.status(path)) ?? never(), 1);
    expect(repository.tree(saved?.commit ?? '')).toEqual(mess);
    expect(await worktrees.status(path)).toEqual({ head: repository.commit('work'), branch: 'work', dirty: [] });
  });
});

describe('status', () => {
  test('names every changed path as it is', async () => {
    const repository = new GitRepository();
    const path = repository.worktree();
    repository.write('old', 'a file that is long enough to be known again\n', path);
    repository.in(path, 'add', '-A');
    repository.in(path, 'commit', '-qm', 'old');
    repository.in(path, 'mv', 'old', 'two  blanks\nand more');
    repository.write('"quoted"', '', path);
    unlinkSync(join(path, 'README.md'));
    const status = await repository.worktrees.status(path);
    expect(status?.dirty.toSorted()).toEqual(['"quoted"', 'README.md', 'two  blanks\nand more']);
  });

  test('is null for what is no worktree', async () => {
    const repository = new GitRepository();
    expect(await repository.worktrees.status(join(repository.folder, 'nothing'))).toBeNull();
    const path = join(repository.root, 'folder');
    mkdirSync(join(path, '.git'), { recursive: true });
    expect(await repository.worktrees.status(path)).toBeNull();
  });
});

describe('add', () => {
  test('makes a worktree on a branch, and puts one that is there on another', async () => {
    const repository = new GitRepository();
    const path = join(repository.folder, 'a folder');
    const other = repository.branch('other', { new: 'new\n' });
    await repository.worktrees.add(path, { commit: repository.commit(), branch: 'one' });
    await repository.worktrees.add(path, { commit: other, branch: 'two' });
    expect(await repository.worktrees.status(path)).toEqual({ head: other, branch: 'two', dirty: [] });
    expect(repository.commit('one')).toBe(repository.commit('main'));
  });

  test('makes one again whose folder was deleted by hand, on the branch that it was on', async () => {
    const repository = new GitRepository();
    const path = repository.worktree();
    rmSync(path, { recursive: true });
    const other = repository.branch('other', { new: 'new\n' });
    await repository.worktrees.add(path, { commit: other, branch: 'work' });
    expect(await repository.worktrees.status(path)).toEqual({ head: other, branch: 'work', dirty: [] });
  });

  test('does not take a branch from another worktree', async () => {
    const repository = new GitRepository();
    const other = repository.worktree('taken');
    const added = repository.worktrees.add(join(repository.folder, 'new'), {
      commit: repository.branch('ahead', { a: 'a' }),
      branch: 'taken',
    });
    await expect(added).rejects.toMatchObject({ code: 'worktree_clash' });
    expect(repository.in(other, 'status', '--porcelain')).toBe('');
  });

  test('refuses a folder that is not git’s, and leaves it as it is', async () => {
    const repository = new GitRepository();
    const path = join(repository.folder, 'taken');
    repository.write('file', 'mine\n', path);
    const added = repository.worktrees.add(path, { commit: repository.commit() });
    await expect(added).rejects.toMatchObject({ name: 'WorkspaceError', code: 'worktree_clash' });
    expect(readFileSync(join(path, 'file'), 'utf8')).toBe('mine\n');
  });

  test('makes and removes ten worktrees at once', async () => {
    const repository = new GitRepository();
    const paths = Array.from({ length: 10 }, (_, n) => join(repository.folder, `lane ${n}`));
    await Promise.all(paths.map((path, n) => repository.worktrees.add(path, { commit: 'main', branch: `b${n}` })));
    expect(repository.run('worktree', 'list').split('\n')).toHaveLength(11);
    await Promise.all(paths.map((path) => repository.worktrees.remove(path, 1)));
    expect(repository.run('worktree', 'list').split('\n')).toHaveLength(1);
  });
});

describe('whereIs', () => {
  test('finds the worktree of a branch, and no folder that is gone', async () => {
    const repository = new GitRepository();
    const { worktrees, root } = repository;
    const path = repository.worktree('a/b');
    expect(await worktrees.whereIs('main')).toBe(root);
    expect(await worktrees.whereIs('a/b')).toBe(path);
    expect(await worktrees.whereIs('a')).toBeNull();
    renameSync(path, `${path}-moved`);
    expect(await worktrees.whereIs('a/b')).toBeNull();
  });
});

function never(): never {
  throw new Error('the worktree is gone');
}

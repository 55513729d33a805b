import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Worktrees } from '../../src/steps/worktree.ts';
import { GitRepository } from '../support/git-repository.ts';
import { makeMess } from '../support/mess.ts';

function clean(repository: GitRepository, path: string): void {
  expect(repository.in(path, 'status', '--porcelain')).toBe('');
}

describe('handOver', () => {
  test('keeps every sort of change in a backup ref and leaves a clean, detached worktree', async () => {
    const repository = new GitRepository();
    const path = repository.worktree();
    makeMess(repository, path);
    const mess = repository.listing(path);
    const head = repository.commit('work');

    const saved = await repository.worktrees.handOver(path, repository.commit('main'), 7);

    expect(saved?.ref).toBe('refs/agentrelay/backup/7/1');
    expect(repository.commit(saved?.ref)).toBe(saved?.commit);
    expect(repository.tree(saved?.commit ?? '')).toEqual(mess);
    expect(repository.commit(`${saved?.commit}^1`)).toBe(head);
    clean(repository, path);
    expect(repository.in(path, 'rev-parse', 'HEAD')).toBe(repository.commit('main'));
    expect(repository.in(path, 'branch', '--show-current')).toBe('');
    expect(Object.keys(repository.listing(path))).toEqual(['README.md']);
  });

  test('does nothing to a clean worktree that is where it should be, and saves nothing', async () => {
    const repository = new GitRepository();
    const path = join(repository.folder, 'lane');
    await repository.worktrees.add(path, { commit: repository.commit() });
    expect(await repository.worktrees.handOver(path, repository.commit(), 1)).toBeNull();
    expect(repository.refs('refs/agentrelay')).toEqual([]);
  });

  test('keeps what was staged and then changed again, or deleted', async () => {
    const repository = new GitRepository();
    const path = repository.worktree();
    repository.write('README.md', 'staged text\n', path);
    repository.write('gone', 'only in the index\n', path);
    repository.in(path, 'add', '-A');
    repository.write('README.md', 'later text\n', path);
    unlinkSync(join(path, 'gone'));
    const saved = await repository.worktrees.handOver(path, repository.commit(), 1);
    expect(repository.tree(saved?.commit ?? '')).toEqual({ 'README.md': '100644 later text\n' });
    expect(repository.tree(`${saved?.commit}^2`)).toEqual({
      'README.md': '100644 staged text\n',
      gone: '100644 only in the index\n',
    });
  });

  test('keeps ignored files that were added by force, as they are now', async () => {
    const repository = new GitRepository();
    repository.write('.git/info/exclude', '*.log\n');
    const path = repository.worktree();
    repository.write('a.log', 'first\n', path);
    repository.in(path, 'add', '-f', 'a.log');
    repository.write('a.log', 'second\n', path);
    const saved = await repository.worktrees.handOver(path, repository.commit(), 1);
    expect(repository.tree(saved?.commit ?? '')['a.log']).toBe('100644 second\n');
    clean(repository, path);
  });

  test('leaves ignored files where they are', async () => {
    const repository = new GitRepository();
    repository.write('.gitignore', 'node_modules/\n');
    repository.run('add', '-A');
    repository.run('commit', '-qm', 'ignore');
    const path = repository.worktree();
    repository.write('node_modules/dependency/index.js', 'installed\n', path);
    repository.write('new', 'work\n', path);
    const saved = await repository.worktrees.handOver(path, repository.commit(), 1);
    expect(Object.keys(repository.tree(saved?.commit ?? '')).sort()).toEqual(['.gitignore', 'README.md', 'new']);
    expect(readFileSync(join(path, 'node_modules/dependency/index.js'), 'utf8')).toBe('installed\n');
    expect(existsSync(join(path, 'new'))).toBe(false);
  });

  test('keeps files that were ignored only by an uncommitted .gitignore', async () => {
    const repository = new GitRepository();
    repository.write('.gitignore', 'build/\n');
    repository.run('add', '-A');
    repository.run('commit', '-qm', 'ignore');
    const path = repository.worktree();
    repository.write('.gitignore', 'notes/\n', path);
    repository.write('notes/plan', 'the plan\n', path);
    const saved = await repository.worktrees.handOver(path, repository.commit(), 1);
    clean(repository, path);
    const kept = repository.run('log', '--format=%H', saved?.ref ?? '', '--', 'notes/plan').split('\n')[0] ?? '';
    expect(repository.tree(kept)['notes/plan']).toBe('100644 the plan\n');
    expect(repository.refs('refs/agentrelay/backup')).toEqual([saved?.ref]);
    expect(repository.tree(`${saved?.ref}^2`)['.gitignore']).toBe('100644 notes/\n');
  });

  test('keeps files that the next commit does not ignore any more', async () => {
    const repository = new GitRepository();
    const path = repository.worktree();
    repository.write('.gitignore', 'cache/\n', path);
    repository.in(path, 'add', '-A');
    repository.in(path, 'commit', '-qm', 'ignore the cache');
    repository.write('cache/entry', 'dear\n', path);
    const saved = await repository.worktrees.handOver(path, repository.commit('main'), 1);
    clean(repository, path);
    expect(repository.tree(saved?.commit ?? '')['cache/entry']).toBe('100644 dear\n');
  });

  test.each([
    ['with commits', true],
    ['without commits', false],
  ])('moves a nested repository %s away, whole', async (_name, commits) => {
    const repository = new GitRepository();
    const path = repository.worktree();
    const nested = join(path, 'sub folder/nested');
    mkdirSync(nested, { recursive: true });
    repository.in(nested, 'init', '-q', '-b', 'own');
    repository.write('a', 'of the nested repository\n', nested);
    if (commits) {
      repository.in(nested, 'add', '-A');
      repository.in(nested, 'commit', '-qm', 'nested work');
    }
    repository.write('b', 'uncommitted\n', nested);
    repository.write('beside', 'beside\n', path);

    const saved = await repository.worktrees.handOver(path, repository.commit(), 1);

    clean(repository, path);
    expect(existsSync(nested)).toBe(false);
    expect(repository.tree(saved?.commit ?? '')).toMatchObject({ beside: '100644 beside\n' });
    const kept = keptIn(repository, saved?.commit);
    expect(readFileSync(join(kept, 'sub folder/nested/b'), 'utf8')).toBe('uncommitted\n');
    if (commits)
      expect(repository.in(join(kept, 'sub folder/nested'), 'log', '--format=%s', 'own')).toBe('nested work');
  });

  test('moves a nested repository away that was committed as a link', async () => {
    const repository = new GitRepository();
    const path = repository.worktree();
    const nested = join(path, 'nested');
    mkdirSync(nested);
    repository.in(nested, 'init', '-q', '-b', 'own');
    repository.in(nested, 'commit', '-q', '--allow-empty', '-m', 'nested work');
    repository.in(path, 'add', '-A');
    repository.in(path, 'commit', '-qm', 'link it');
    const saved = await repository.worktrees.handOver(path, repository.commit('main'), 1);
    clean(repository, path);
    const kept = keptIn(repository, saved?.commit);
    expect(repository.in(join(kept, 'nested'), 'log', '--format=%s', 'own')).toBe('nested work');
  });

  test.each(['merge', 'rebase', 'cherry-pick', 'revert', 'bisect'])(
    'ends a %s that is in progress',
    async (operation) => {
      const repository = new GitRepository();
      const path = repository.worktree();
      repository.write('README.md', 'ours\n', path);
      repository.in(path, 'commit', '-qam', 'ours');
      const other = repository.branch('other', { 'README.md': 'theirs\n' });
      repository.write('README.md', 'ours, more\n', path);
      repository.in(path, 'commit', '-qam', 'more');
      const start: Record<string, string[]> = {
        merge: ['merge', other],
        rebase: ['rebase', other],
        'cherry-pick': ['cherry-pick', other, 'main'],
        revert: ['revert', '--no-edit', 'HEAD~1', 'HEAD'],
        bisect: ['bisect', 'start', 'HEAD', 'main'],
      };
      try {
        repository.in(path, ...(start[operation] ?? []));
      } catch {
        // It stops at a conflict.
      }
      expect(repository.in(path, 'status')).toMatch(/merging|merge|rebas|cherry-pick|revert|bisect/i);
      const mess = repository.listing(path);
      const head = repository.in(path, 'rev-parse', 'HEAD');
      const unmerged = repository.in(path, 'ls-files', '-u') !== '';
      expect(unmerged).toBe(operation !== 'bisect');

      const saved = await repository.worktrees.handOver(path, repository.commit('main'), 1);

      if (unmerged) expect(repository.tree(saved?.commit ?? '')).toEqual(mess);
      if (unmerged) expect(repository.commit(`${saved?.commit}^1`)).toBe(head);
      clean(repository, path);
      expect(repository.in(path, 'status').split('\n')[0]).toMatch(/^(HEAD detached at|Not currently on any branch)/);
      expect(repository.in(path, 'status')).not.toMatch(/merging|rebas|cherry-pick|revert|bisect/i);
      await repository.worktrees.checkout(path, 'next', repository.commit('main'));
      repository.run('branch', '-D', 'work');
    },
  );

  test('keeps commits that were made on a detached HEAD, clean or not', async () => {
    const repository = new GitRepository();
    const path = repository.worktree();
    repository.in(path, 'checkout', '-q', '--detach');
    repository.in(path, 'commit', '-q', '--allow-empty', '-m', 'on no branch');
    const head = repository.in(path, 'rev-parse', 'HEAD');
    const saved = await repository.worktrees.handOver(path, repository.commit('main'), 1);
    expect(saved?.commit).toBe(head);
    expect(repository.commit(saved?.ref)).toBe(head);

    repository.in(path, 'commit', '-q', '--allow-empty', '-m', 'once more');
    const again = repository.in(path, 'rev-parse', 'HEAD');
    repository.write('new', 'new\n', path);
    const later = new Worktrees(repository.git, repository.commonDir);
    const second = await later.handOver(path, repository.commit('main'), 1);
    expect(second?.ref).toBe('refs/agentrelay/backup/1/2');
    expect(repository.commit(`${second?.ref}^1`)).toBe(again);
  });

  test('keeps the files of a branch without commits', async () => {
    const repository = new GitRepository();
    const path = repository.worktree();
    repository.in(path, 'checkout', '-q', '--orphan', 'fresh');
    repository.write('new', 'new\n', path);
    expect(await repository.worktrees.status(path)).toMatchObject({ head: null, branch: 'fresh' });
    const saved = await repository.worktrees.handOver(path, repository.commit('main'), 1);
    expect(repository.tree(saved?.commit ?? '')).toEqual({
      'README.md': '100644 a project\n',
      new: '100644 new\n',
    });
    expect(repository.run('rev-list', '--parents', '-1', '--first-parent', saved?.ref ?? '')).not.toContain(
      repository.commit('main'),
    );
    clean(repository, path);
  });

  test('takes away the index.lock that a killed git left behind', async () => {
    const repository = new GitRepository();
    const path = repository.worktree();
    repository.write('new', 'new\n', path);
    writeFileSync(repository.in(path, 'rev-parse', '--git-path', 'index.lock'), '');
    const saved = await repository.worktrees.handOver(path, repository.commit('main'), 1);
    expect(repository.tree(saved?.commit ?? '')).toHaveProperty('new');
    clean(repository, path);
  });

  test('makes the worktree again when its folder was deleted by hand', async () => {
    const repository = new GitRepository();
    const path = repository.worktree();
    rmSync(path, { recursive: true });
    expect(await repository.worktrees.handOver(path, repository.commit('main'), 1)).toBeNull();
    clean(repository, path);
    expect(repository.run('worktree', 'list', '--porcelain')).not.toContain('prunable');
  });

  test('keeps the work of a worktree whose .git file was deleted', async () => {
    const repository = new GitRepository();
    const path = repository.worktree();
    makeMess(repository, path);
    const mess = repository.listing(path);
    unlinkSync(join(path, '.git'));
    const saved = await repository.worktrees.handOver(path, repository.commit('main'), 1);
    expect(repository.tree(saved?.commit ?? '')).toEqual(mess);
    clean(repository, path);
  });

  test.each([
    ['an empty .git folder', (path: string) => mkdirSync(join(path, '.git'))],
    ['a repository of its own', (path: string) => execFileSync('git', ['init', '-q'], { cwd: path })],
  ])('sets a folder with %s aside, and touches no other repository', async (_name, replace) => {
    const repository = new GitRepository();
    const path = join(repository.root, '.worktrees/lane');
    repository.write('.git/info/exclude', '/.worktrees/\n');
    await repository.worktrees.add(path, { commit: repository.commit() });
    repository.write('README.md', 'of the user, not committed\n');
    repository.write('work', 'of the agent\n', path);
    unlinkSync(join(path, '.git'));
    replace(path);

    const saved = await repository.worktrees.handOver(path, repository.commit(), 3);

    expect(readFileSync(join(repository.root, 'README.md'), 'utf8')).toBe('of the user, not committed\n');
    clean(repository, path);
    expect(existsSync(join(path, 'work'))).toBe(false);
    const kept = keptIn(repository, saved?.commit);
    expect(readFileSync(join(kept, 'lane/work'), 'utf8')).toBe('of the agent\n');
  });

  test('does not run hooks or a file system monitor of the agent', async () => {
    const repository = new GitRepository();
    const path = repository.worktree();
    const ran = join(repository.folder, 'ran');
    for (const hook of ['post-checkout', 'reference-transaction', 'fsmonitor', 'post-index-change']) {
      repository.write(`.git/hooks/${hook}`, `#!/bin/sh\necho ${hook} >>'${ran}'\n`);
      chmodSync(join(repository.commonDir, 'hooks', hook), 0o755);
    }
    repository.run('config', 'core.fsmonitor', join(repository.commonDir, 'hooks/fsmonitor'));
    rmSync(ran, { force: true });
    writeFileSync(join(path, 'new'), 'new\n');
    await repository.worktrees.handOver(path, repository.commit('main'), 1);
    expect(existsSync(ran)).toBe(false);
  });

  test('never takes the number of a backup that is there', async () => {
    const repository = new GitRepository();
    for (const n of [1, 2, 9]) repository.run('update-ref', `refs/agentrelay/backup/4/${n}`, 'main');
    const path = repository.worktree();
    writeFileSync(join(path, 'new'), 'new\n');
    const saved = await repository.worktrees.handOver(path, repository.commit('main'), 4);
    expect(saved?.ref).toBe('refs/agentrelay/backup/4/10');
  });
});

/** The folder that the last line of a commit's message names. */
function keptIn(repository: GitRepository, commit = 'none'): string {
  return repository.run('show', '-s', '--format=%B', commit).split('\n').at(-1) ?? '';
}

import { describe, expect, test } from 'vitest';
import { KeyedQueue } from '../../src/core/queue.ts';
import { type MergePlan, mergedTree, mergeIntoBranch, planMerge } from '../../src/steps/local-merge.ts';
import { NO_COMMIT } from '../../src/steps/tools/git.ts';
import { GitRepository } from '../support/git-repository.ts';

const plan = (commit: string, change: Partial<MergePlan> = {}): MergePlan => ({
  into: 'main',
  commit,
  method: 'merge',
  message: 'Merge it',
  ...change,
});

const parents = (repository: GitRepository, commit: string) =>
  repository.run('rev-list', '--parents', '-1', commit).split(' ').slice(1);

describe('mergeIntoBranch', () => {
  test('makes a merge commit also where the branch could just move on', async () => {
    const repository = new GitRepository();
    const tip = repository.commit();
    const commit = repository.branch('work', { a: 'a\n' });
    const message = 'Merge task a: "quotes" and -dash\n\nA body.';
    const result = await mergeIntoBranch(repository.git, plan(commit, { message }));
    expect(result).toEqual({ kind: 'merged', commit: repository.commit('main') });
    expect(parents(repository, 'main')).toEqual([tip, commit]);
    expect(repository.run('show', '-s', '--format=%B', 'main')).toBe(message);
    expect(repository.tree('main')).toEqual(repository.tree(commit));
  });

  test('joins branches that went apart', async () => {
    const repository = new GitRepository();
    const one = repository.branch('one', { a: 'a\n', 'README.md': null });
    const two = repository.branch('two', { 'odd "näme"\n': 'b\n' });
    await mergeIntoBranch(repository.git, plan(one));
    await mergeIntoBranch(repository.git, plan(two));
    expect(Object.values(repository.tree('main'))).toEqual(['100644 a\n', '100644 b\n']);
    expect(parents(repository, 'main')[1]).toBe(two);
  });

  test('squashes into one commit with the branch as its only parent', async () => {
    const repository = new GitRepository();
    const tip = repository.commit();
    const first = repository.branch('work', { a: 'a\n' });
    const commit = repository.commitFiles(first, { b: 'b\n' });
    await mergeIntoBranch(repository.git, plan(commit, { method: 'squash' }));
    expect(parents(repository, 'main')).toEqual([tip]);
    expect(Object.keys(repository.tree('main'))).toEqual(['README.md', 'a', 'b']);
  });

  test('finds merged what the branch contains, and makes nothing', async () => {
    const repository = new GitRepository();
    const old = repository.commit();
    const side = repository.branch('side', { a: 'a\n' });
    repository.run('merge', '-q', '--no-ff', '--no-edit', 'side');
    const tip = repository.commit();
    for (const [commit, by] of [
      [old, old],
      [side, tip],
      [tip, tip],
    ] as const) {
      expect(await mergeIntoBranch(repository.git, plan(commit))).toEqual({ kind: 'merged', commit: tip });
      const found = await mergeIntoBranch(repository.git, plan(commit, { findMerge: true }));
      expect(found).toEqual({ kind: 'merged', commit: by });
    }
    expect(repository.commit()).toBe(tip);
  });

  test('names the merge that brought a commit in, whatever was merged after it', async () => {
    const repository = new GitRepository();
    const cut = repository.commit();
    const work = ['one', 'two', 'three'].map((name) => {
      const first = repository.commitFiles(cut, { [name]: 'half\n' });
      return { first, commit: repository.commitFiles(first, { [name]: 'whole\n' }) };
    });
    const merges: string[] = [];
    for (const { commit } of work) {
      const result = await mergeIntoBranch(repository.git, plan(commit));
      if (result.kind === 'merged') merges.push(result.commit);
    }
    for (const [n, { first, commit }] of work.entries()) {
      for (const contained of [commit, first]) {
        const again = await mergeIntoBranch(repository.git, plan(contained, { findMerge: true }));
        expect(again).toEqual({ kind: 'merged', commit: merges[n] });
      }
    }
    expect(repository.commit('main')).toBe(merges[2]);
  });

  describe('squashes once', () => {
    const squash = async (repository: GitRepository, commit: string, message = 'Squash it') =>
      await mergeIntoBranch(repository.git, plan(commit, { method: 'squash', message }));

    test('also where others were merged before and after', async () => {
      const repository = new GitRepository();
      const cut = repository.commit();
      const commit = repository.commitFiles(cut, { a: 'a\n', 'README.md': 'of the task\n' });
      await squash(repository, repository.commitFiles(cut, { b: 'b\n' }), 'Squash another');
      const first = await squash(repository, commit);
      expect(first).toEqual({ kind: 'merged', commit: repository.commit('main') });
      for (const [n, content] of ['and another\n', 'a project\n', 'of the task\n'].entries()) {
        repository.run(
          'update-ref',
          'refs/heads/main',
          repository.commitFiles('main', { 'README.md': content }, `${n}`),
        );
        const tip = repository.commit('main');
        expect(await squash(repository, commit)).toEqual(first);
        expect(repository.commit('main')).toBe(tip);
      }
    });

    test('and does what another with the same message has not done', async () => {
      const repository = new GitRepository();
      const cut = repository.commit();
      await squash(repository, repository.commitFiles(cut, { a: 'one\n' }));
      await squash(repository, repository.commitFiles(cut, { b: 'two\n' }));
      expect(Object.keys(repository.tree('main'))).toEqual(['README.md', 'a', 'b']);
    });

    test('and nothing at all where nothing changes', async () => {
      const repository = new GitRepository();
      const tip = repository.commit();
      const empty = repository.run('commit-tree', 'HEAD^{tree}', '-p', 'HEAD', '-m', 'no change');
      expect(await squash(repository, empty)).toEqual({ kind: 'merged', commit: tip });
      expect(repository.commit('main')).toBe(tip);
    });
  });

  test('keeps the history of commits that change nothing', async () => {
    const repository = new GitRepository();
    const empty = repository.run('commit-tree', 'HEAD^{tree}', '-p', 'HEAD', '-m', 'no change');
    repository.run('commit', '-q', '--allow-empty', '-m', 'apart');
    await mergeIntoBranch(repository.git, plan(empty));
    expect(parents(repository, 'main')[1]).toBe(empty);
  });

  test.each<[string, Record<string, string | null>, Record<string, string | null>, string[]]>([
    ['both changed', { 'README.md': 'ours\n' }, { 'README.md': 'theirs\n' }, ['README.md']],
    ['both added', { 'a b\n"ü"': '1\n' }, { 'a b\n"ü"': '2\n' }, ['a b\n"ü"']],
    ['deleted and changed', { 'README.md': null }, { 'README.md': 'theirs\n' }, ['README.md']],
    ['file and folder', { thing: 'a file\n' }, { 'thing/inside': 'b\n' }, ['thing']],
    ['several', { a: '1\n', b: '1\n', c: '1\n' }, { a: '2\n', b: '2\n', c: '1\n' }, ['a', 'b']],
  ])('names the files that conflict: %s', async (_name, ours, theirs, files) => {
    const repository = new GitRepository();
    const tip = repository.branch('main-too', ours);
    const commit = repository.branch('work', theirs);
    const result = await mergeIntoBranch(repository.git, plan(commit, { into: 'main-too' }));
    if (result.kind !== 'conflict') throw new Error(result.kind);
    for (const file of files) expect(result.files.join('|')).toContain(file);
    expect(new Set(result.files).size).toBe(result.files.length);
    expect(repository.commit('main-too')).toBe(tip);
  });

  test('names a file that was renamed here and deleted there', async () => {
    const repository = new GitRepository();
    const text = Array.from({ length: 20 }, (_, n) => `line ${n}\n`).join('');
    const base = repository.branch('base', { old: text });
    repository.branch('ours', { old: null, renamed: text }, 'base');
    const commit = repository.commitFiles(base, { old: null });
    const result = await mergeIntoBranch(repository.git, plan(commit, { into: 'ours' }));
    expect(result).toMatchObject({ kind: 'conflict', files: expect.arrayContaining(['renamed']) });
  });

  test('says what has no common history, and that a branch is gone', async () => {
    const repository = new GitRepository();
    const own = repository.commitFiles(null, { own: 'own\n' });
    await expect(mergeIntoBranch(repository.git, plan(own))).rejects.toMatchObject({
      name: 'WorkspaceError',
      code: 'unrelated_histories',
    });
    const gone = mergeIntoBranch(repository.git, plan(repository.commit(), { into: 'no-such' }));
    await expect(gone).rejects.toMatchObject({ name: 'WorkspaceError', code: 'branch_missing' });
  });

  test.each([true, false])('loses none of 20 merges at once, through a queue: %s', async (queued) => {
    const repository = new GitRepository();
    const { git } = repository;
    repository.run('branch', 'target');
    const commits = Array.from({ length: 20 }, (_, n) =>
      repository.commitFiles(repository.commit(), { [`f${n}`]: 'x' }),
    );
    const queue = new KeyedQueue();
    const merge = (commit: string) => mergeIntoBranch(git, plan(commit, { into: 'target' }));
    const results = await Promise.all(
      commits.map((commit) => (queued ? queue.run('target', () => merge(commit)) : merge(commit))),
    );
    expect(results.map(({ kind }) => kind)).toEqual(Array(20).fill('merged'));
    expect(Object.keys(repository.tree('target'))).toHaveLength(21);
    expect(repository.run('rev-list', '--count', '--merges', 'target')).toBe('20');
  });

  test('takes in what another git put on the branch meanwhile', async () => {
    const repository = new GitRepository();
    const { git } = repository;
    const commit = repository.branch('work', { a: 'a\n' });
    const planned = await planMerge(git, plan(commit));
    const other = repository.branch('other', { b: 'b\n' });
    repository.run('update-ref', 'refs/heads/main', other);
    if (planned.kind !== 'merge') throw new Error(planned.kind);
    expect(await git.updateRefs([{ ref: 'refs/heads/main', to: planned.commit, from: planned.tip }])).toBe(false);
    await mergeIntoBranch(git, plan(commit));
    expect(Object.keys(repository.tree('main'))).toEqual(['README.md', 'a', 'b']);
  });

  test('touches no worktree', async () => {
    const repository = new GitRepository();
    const path = repository.worktree('checked-out');
    const commit = repository.branch('work', { a: 'a\n' });
    await mergeIntoBranch(repository.git, plan(commit, { into: 'main' }));
    expect(Object.keys(repository.listing(path))).toEqual(['README.md']);
  });
});

test('planMerge moves nothing', async () => {
  const repository = new GitRepository();
  const tip = repository.commit();
  const commit = repository.branch('work', { a: 'a\n' });
  const planned = await planMerge(repository.git, plan(commit));
  expect(planned).toMatchObject({ kind: 'merge', tip });
  expect(repository.commit('main')).toBe(tip);
  expect(await planMerge(repository.git, plan(tip))).toEqual({ kind: 'contained', tip, commit: tip });
});

test('mergedTree names a tree or files', async () => {
  const repository = new GitRepository();
  const ours = repository.branch('ours', { a: '1\n' });
  const theirs = repository.branch('theirs', { a: '2\n' });
  expect(await mergedTree(repository.git, ours, theirs)).toEqual(['a']);
  expect(await mergedTree(repository.git, ours, 'main')).toBe(repository.run('rev-parse', `${ours}^{tree}`));
  await expect(mergedTree(repository.git, ours, NO_COMMIT)).rejects.toMatchObject({ name: 'ToolError' });
});

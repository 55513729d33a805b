import { expect, test } from 'vitest';
import { workOf } from '../../../src/steps/leavings/merged.ts';
import { GitRepository } from '../../support/git-repository.ts';

const one = { 'a.txt': 'one\n' };
const two = { 'b.txt': 'two\n' };

/** Work is cut from where `target` begins. */
function withTarget(): GitRepository {
  const repository = new GitRepository();
  repository.run('branch', 'target');
  return repository;
}

/** `target` gets these files in one commit. */
function onTarget(repository: GitRepository, files: Record<string, string>): void {
  repository.branch('target', files, 'target');
}

test('what the target contains is merged', async () => {
  const repository = withTarget();
  const tip = repository.branch('work', one);
  onTarget(repository, two);
  repository.run('checkout', '-q', 'target');
  repository.run('merge', '-q', '--no-ff', 'work');
  expect(await workOf(repository.git, tip, ['gone', 'target'])).toEqual({
    merged: { into: 'target', how: 'contained' },
    unmerged: 0,
    uncommitted: 0,
  });
});

test('what the target lacks is counted', async () => {
  const repository = withTarget();
  repository.branch('work', one);
  const tip = repository.branch('work', two, 'work');
  onTarget(repository, { 'c.txt': 'other\n' });
  expect(await workOf(repository.git, tip, ['target'])).toMatchObject({ merged: null, unmerged: 2 });
  // Without a target nothing is merged, not even what is everywhere.
  expect(await workOf(repository.git, tip, ['gone'])).toMatchObject({ merged: null, unmerged: 3 });
});

test('the same changes commit by commit, and all of them as one, are merged', async () => {
  const repository = withTarget();
  repository.branch('work', one);
  const tip = repository.branch('work', two, 'work');
  onTarget(repository, { 'c.txt': 'other\n' });
  const equivalent = { merged: { into: 'target', how: 'equivalent' }, unmerged: 0 };
  onTarget(repository, one);
  expect(await workOf(repository.git, tip, ['target'])).toMatchObject({ merged: null });
  onTarget(repository, two);
  expect(await workOf(repository.git, tip, ['target'])).toMatchObject(equivalent);
  repository.branch('other', { 'c.txt': 'other\n' });
  repository.branch('other', { ...one, ...two }, 'other');
  expect(await workOf(repository.git, tip, ['other'])).toMatchObject({ merged: { into: 'other', how: 'equivalent' } });
});

test('what a merge itself has changed is not taken for merged', async () => {
  const repository = withTarget();
  repository.branch('work', one);
  repository.branch('side', two);
  const tree = repository.commitFiles(repository.commit('work'), { ...two, 'evil.txt': 'by hand\n' });
  const parents = ['work', 'side'].flatMap((name) => ['-p', repository.commit(name)]);
  const merge = repository.run('commit-tree', `${tree}^{tree}`, ...parents, '-m', 'merge');
  onTarget(repository, { 'c.txt': 'other\n' });
  onTarget(repository, one);
  onTarget(repository, two);
  expect((await workOf(repository.git, merge, ['target'])).merged).toBeNull();
});

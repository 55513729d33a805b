import { expect, test } from 'vitest';
import { isUpdate } from '../../src/steps/update-merge.ts';
import { GitRepository } from '../support/git-repository.ts';

test('a merge of the target, with nothing else in it, brings a branch up to date', async () => {
  const repository = new GitRepository();
  const { git } = repository;
  const base = repository.commit('main');
  const [own, target, stranger] = ['own', 'target', 'stranger'].map((name) =>
    repository.commitFiles(base, { [name]: name }),
  ) as [string, string, string];
  const merge = (other: string, tree: string) => {
    const commit = repository.run('commit-tree', tree, '-p', own, '-p', other, '-m', 'Merge');
    return { commit, parents: [own, other], subject: 'Merge' };
  };
  const treeOf = (other: string) => repository.run('merge-tree', '--write-tree', own, other);
  const update = merge(target, treeOf(target));
  expect(await isUpdate(git, update, target)).toBe(true);
  expect(await isUpdate(git, update, null)).toBe(false);
  expect(await isUpdate(git, merge(stranger, treeOf(stranger)), target)).toBe(false);
  const more = repository.run('rev-parse', `${repository.commitFiles(own, { target: 'mine' })}^{tree}`);
  expect(await isUpdate(git, merge(target, more), target)).toBe(false);
  expect(await isUpdate(git, { commit: own, parents: [base], subject: 'own' }, target)).toBe(false);
});

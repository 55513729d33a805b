import { expect, test } from 'vitest';
import type { LineCommit } from '../../../src/core/reset-world.ts';
import { revertsOf } from '../../../src/steps/rollback/reverts.ts';
import { GitRepository } from '../../support/git-repository.ts';

/** A lane with two merged tasks. */
function lane() {
  const repository = new GitRepository();
  const base = repository.commit('main');
  const merge = (on: string, name: string): string => {
    const work = repository.commitFiles(on, { [name]: name });
    return repository.run('commit-tree', `${work}^{tree}`, '-p', on, '-p', work, '-m', `Merge task ${name}`);
  };
  const first = merge(base, 'a');
  const tip = merge(first, 'b');
  const line: LineCommit[] = [first, tip].map((commit) => ({ commit, parents: [], subject: '' }));
  const reverts = async () => {
    const targetTip = await repository.git.branch('main');
    return await revertsOf(repository.git, { tip, base, target: 'main', targetTip, remote: null, line });
  };
  /** Does what it says, in the repository itself. */
  const obey = (commands: readonly string[] | null) => {
    for (const command of commands ?? []) {
      const [, revert = ''] = command.split(' && ');
      repository.run(...revert.split(' ').slice(1), '--no-edit');
    }
    return repository
      .run('ls-tree', '--name-only', 'main')
      .split('\n')
      .filter((name) => name !== 'README.md');
  };
  return { repository, base, first, tip, reverts, obey };
}

test('a lane that is not merged has nothing to revert', async () => {
  const { repository, reverts } = lane();
  expect(await reverts()).toBeNull();
  repository.run('commit', '-q', '--allow-empty', '-m', 'on');
  expect(await reverts()).toBeNull();
  repository.run('checkout', '-q', '--detach');
  repository.run('branch', '-D', 'main');
  expect(await reverts()).toBeNull();
});

test('a merge is reverted by its first parent, whatever came before and after it', async () => {
  const { repository, tip, reverts, obey } = lane();
  repository.write('before', '');
  repository.run('add', '-A');
  repository.run('commit', '-qm', 'before');
  repository.run('merge', '-q', '--no-ff', '-m', 'the lane', tip);
  const merged = repository.commit('main');
  repository.write('after', '');
  repository.run('add', '-A');
  repository.run('commit', '-qm', 'after');
  expect(await reverts()).toEqual([`git checkout main && git revert -m 1 ${merged}`]);
  expect(obey(await reverts())).toEqual(['after', 'before']);
});

test('a branch that was moved forward is reverted merge by merge, the last one first', async () => {
  const { repository, first, tip, reverts, obey } = lane();
  repository.run('merge', '-q', '--ff-only', tip);
  repository.run('commit', '-q', '--allow-empty', '-m', 'after');
  expect(await reverts()).toEqual([tip, first].map((commit) => `git checkout main && git revert -m 1 ${commit}`));
  expect(obey(await reverts())).toEqual([]);
});

test('a lane that was squashed is found by what it changed', async () => {
  const { repository, tip, reverts, obey } = lane();
  repository.run('commit', '-q', '--allow-empty', '-m', 'before');
  repository.run('merge', '-q', '--squash', tip);
  repository.run('commit', '-qm', 'squashed');
  const squashed = repository.commit('main');
  repository.run('commit', '-q', '--allow-empty', '-m', 'after');
  expect(await reverts()).toEqual([`git checkout main && git revert ${squashed}`]);
  expect(obey(await reverts())).toEqual([]);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WorktreeHolders } from '../../src/steps/worktree-holders.ts';
import { makeAttempt } from '../support/attempt.ts';
import { GitRepository } from '../support/git-repository.ts';

function ready() {
  const repository = new GitRepository();
  const path = repository.worktree();
  const holders = new WorktreeHolders(repository.worktrees);
  const first = makeAttempt(repository.folder);
  const next = makeAttempt(repository.folder, { attempt: 2, run: 3 });
  return { repository, path, holders, first, next };
}

test('whoever is left in a worktree is stopped before the next comes in, and the work is saved', async () => {
  const { repository, path, holders, first, next } = ready();
  holders.hold(path, first.runtime);
  first.agent.address.teardown = async () => {
    // The last thing that an agent writes must be saved too.
    repository.write('late', 'late', path);
    first.agent.torn++;
  };
  const saved = await holders.takeOver(path, repository.commit('main'), next.runtime);
  expect(first.agent.torn).toBe(1);
  expect(saved?.ref).toBe('refs/agentrelay/backup/3/1');
  expect(repository.tree(saved?.commit ?? '')).toHaveProperty('late');
  await holders.takeOver(path, repository.commit('main'), next.runtime);
  expect(first.agent.torn).toBe(1);
});

test('nobody is stopped who left, or who comes again', async () => {
  const { repository, path, holders, first, next } = ready();
  holders.hold(path, first.runtime);
  await holders.takeOver(path, repository.commit('main'), first.runtime);
  holders.release(path);
  await holders.takeOver(path, repository.commit('main'), next.runtime);
  expect(first.agent.torn).toBe(0);
});

test('an attempt that is found once more has its own worktree, and not another’s', () => {
  const { repository, path, holders, first, next } = ready();
  holders.hold(path, first.runtime);
  expect(holders.isAnothers(path, makeAttempt(repository.folder, { resumed: {} }).runtime)).toBe(false);
  expect(holders.isAnothers(path, next.runtime)).toBe(true);
});

test('nobody comes in while the one before cannot be stopped', async () => {
  const { repository, path, holders, first, next } = ready();
  holders.hold(path, first.runtime);
  first.agent.address.teardown = () => Promise.reject(new Error('still there'));
  repository.write('draft', '', path);
  for (let time = 0; time < 2; time++) {
    await expect(holders.takeOver(path, repository.commit('main'), next.runtime)).rejects.toThrow('still there');
  }
  expect(repository.in(path, 'status', '--porcelain')).toBe('?? draft');
});

test('a worktree that cannot be cleared is the trouble of its task, not of the run', async () => {
  const { repository, path, holders, next } = ready();
  repository.run('config', 'filter.broken.clean', 'false');
  repository.run('config', 'filter.broken.required', 'true');
  repository.write('.gitattributes', '*.txt filter=broken\n', path);
  repository.write('work.txt', 'work', path);
  const taken = holders.takeOver(path, repository.commit('main'), next.runtime);
  await expect(taken).rejects.toMatchObject({ name: 'WorkspaceError', code: 'hand_over_failed' });
  expect(readFileSync(join(path, 'work.txt'), 'utf8')).toBe('work');
});

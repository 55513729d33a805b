import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KeyedQueue } from '../../src/core/queue.ts';
import { LocalWorkstreamSteps } from '../../src/steps/local-workstream-steps.ts';
import { Git } from '../../src/steps/tools/git.ts';
import { Worktrees } from '../../src/steps/worktree.ts';
import { killWhenWriting, leftovers } from '../support/killed-git.ts';
import { BRANCH, Lane } from '../support/lane.ts';

/** The merge of a lane into a branch that the user has checked out, killed when half of the files are written. */
async function killedInMerge() {
  const lane = new Lane();
  const { repository } = lane;
  repository.write('.git/info/exclude', '.worktrees/\n');
  for (const name of ['edited', 'middle', 'of the user', 'zz']) repository.write(name, `${name}\n`);
  repository.run('add', '-A');
  repository.run('commit', '-qm', 'files');
  await lane.steps.prepare(lane.runtime);
  const middle = 'from the lane\n'.repeat(100);
  lane.advance({ added: 'added\n', edited: 'by the lane\n', middle, 'README.md': null, zz: 'by the lane\n' });
  const from = repository.commit('main');
  await killWhenWriting(repository, 'middle', () => mergeOnce(lane));
  expect(repository.commit('main')).toBe(from);
  expect(existsSync(join(repository.root, 'added'))).toBe(true);
  expect(existsSync(join(repository.root, 'middle'))).toBe(false);
  expect(leftovers(repository)).toEqual(['index.lock']);
  return { repository, lane, from, steps: nextOwner(lane) };
}

/** Git's death is told as a hold; the owner's own comes with it here. */
async function mergeOnce(lane: Lane): Promise<void> {
  const result = await lane.steps.merge(lane.runtime);
  if (result.kind === 'held') throw new Error('git did not run to its end');
}

function nextOwner({ repository }: Lane): LocalWorkstreamSteps {
  const git = new Git(repository.root);
  const worktrees = new Worktrees(git, repository.commonDir);
  return new LocalWorkstreamSteps({ git, worktrees, queue: new KeyedQueue(), graph: 'graph', removeWorktrees: true });
}

describe('the merge of a lane into a branch that is checked out, killed in the middle', () => {
  test('is finished, beside what the user has there', async () => {
    const { repository, lane, from, steps } = await killedInMerge();
    repository.write('of the user', 'not committed\n');
    repository.write('notes', 'mine\n');
    const result = await steps.merge(lane.runtime);
    expect(result).toEqual({ kind: 'merged', commit: repository.commit('main') });
    expect(repository.run('rev-list', '--parents', '-1', 'main').split(' ').slice(1)).toEqual([
      from,
      repository.commit(BRANCH),
    ]);
    expect(repository.run('status', '--porcelain')).toBe('M "of the user"\n?? notes');
    expect(repository.listing(repository.root)).toEqual({
      ...repository.tree(BRANCH),
      'of the user': '100644 not committed\n',
      notes: '100644 mine\n',
    });
    expect(leftovers(repository)).toEqual([]);
    expect(await steps.merge(lane.runtime)).toEqual(result);
  });

  test.each(['in part', 'whole'])('is finished where the last file was written %s', async (how) => {
    const { repository, lane, steps } = await killedInMerge();
    const path = join(repository.root, 'middle');
    writeFileSync(path, 'from the lane\n'.repeat(100));
    if (how === 'in part') truncateSync(path, 500);
    expect(await steps.merge(lane.runtime)).toMatchObject({ kind: 'merged' });
    expect(repository.run('status', '--porcelain')).toBe('');
    expect(repository.listing(repository.root)).toEqual(repository.tree(BRANCH));
  });

  test.each<[string, string]>([
    ['a file that git has written', 'edited'],
    ['a file that git has not written yet', 'zz'],
    ['a file that git was to add', 'added'],
  ])('is held where the user has changed %s since, and touches nothing', async (_name, name) => {
    const { repository, lane, from, steps } = await killedInMerge();
    repository.write(name, 'of the user\n');
    const files = repository.listing(repository.root);
    const result = await steps.merge(lane.runtime);
    expect(result).toMatchObject({ kind: 'held', reason: 'checked_out_dirty' });
    expect(repository.commit('main')).toBe(from);
    expect(repository.listing(repository.root)).toEqual(files);
    expect(readFileSync(join(repository.root, name), 'utf8')).toBe('of the user\n');
  });

  test('is held where the user has staged something else in one of the files', async () => {
    const { repository, lane, from, steps } = await killedInMerge();
    rmSync(join(repository.commonDir, 'index.lock'));
    const written = readFileSync(join(repository.root, 'edited'), 'utf8');
    repository.write('edited', 'staged by the user\n');
    repository.run('add', 'edited');
    repository.write('edited', written);
    const staged = repository.run('ls-files', '-s');
    expect(await steps.merge(lane.runtime)).toMatchObject({ kind: 'held' });
    expect(repository.run('ls-files', '-s')).toBe(staged);
    expect(repository.commit('main')).toBe(from);
  });
});

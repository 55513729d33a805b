import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MergeQueue } from '../../src/core/merge-queue.ts';
import { LocalWorkstreamSteps } from '../../src/steps/forges/local-workstream-steps.ts';
import { planMerge } from '../../src/steps/local-merge.ts';
import { Worktrees } from '../../src/steps/worktree.ts';
import { hastyGit } from '../support/git-repository.ts';
import { killGitAt, killWhenWriting, leftovers, Snare } from '../support/killed-git.ts';
import { BRANCH, Lane } from '../support/lane.ts';

/** A lane to be merged into a branch that the user has checked out. */
async function readyToMerge(): Promise<Lane> {
  const lane = new Lane();
  const { repository } = lane;
  repository.write('.git/info/exclude', '.worktrees/\n');
  for (const name of ['edited', 'middle', 'of the user', 'zz']) repository.write(name, `${name}\n`);
  repository.run('add', '-A');
  repository.run('commit', '-qm', 'files');
  await lane.steps.prepare(lane.runtime);
  const middle = 'from the lane\n'.repeat(100);
  lane.advance({ added: 'added\n', edited: 'by the lane\n', middle, 'README.md': null, zz: 'by the lane\n' });
  return lane;
}

/** Its merge, and the owner with it, killed when half of the files are written. */
async function killedInMerge() {
  const lane = await readyToMerge();
  const { repository } = lane;
  const from = repository.commit('main');
  const [into, commit] = ['main', repository.commit(BRANCH)];
  const planned = await planMerge(repository.git, { into, commit, method: 'merge', message: 'merge' });
  if (planned.kind !== 'merge') throw new Error('there is nothing to merge');
  const args = ['merge', '-q', '--ff-only', '--no-autostash', planned.commit];
  await killWhenWriting(repository, 'middle', () => repository.git.run(args));
  expect(repository.commit('main')).toBe(from);
  expect(existsSync(join(repository.root, 'added'))).toBe(true);
  expect(existsSync(join(repository.root, 'middle'))).toBe(false);
  expect(leftovers(repository)).toEqual(['index.lock']);
  return { repository, lane, from, steps: nextOwner(lane) };
}

function nextOwner({ repository }: Lane): LocalWorkstreamSteps {
  const git = hastyGit(repository.root);
  const worktrees = new Worktrees(git, repository.commonDir);
  return new LocalWorkstreamSteps({ git, worktrees, queue: new MergeQueue(), graph: 'graph', removeWorktrees: true });
}

describe('the merge of a lane into a branch that is checked out, killed in the middle', () => {
  test('is finished at once by the owner that lives on', async () => {
    const lane = await readyToMerge();
    const { repository, steps, runtime, run } = lane;
    const snare = new Snare(repository, 'middle', 'kill -KILL 0');
    const result = await snare.around(() => steps.merge(runtime, '', run));
    expect(result).toEqual({ kind: 'merged', commit: repository.commit('main') });
    expect(repository.run('status', '--porcelain')).toBe('');
    expect(repository.listing(repository.root)).toEqual(repository.tree(BRANCH));
    expect(leftovers(repository)).toEqual([]);
  });

  test.each([{ after: false }, { after: true }, { after: 'git "$@"; touch .git/HEAD.lock' }])(
    'is made once where git was killed: $after',
    async ({ after }) => {
      const { repository, steps, runtime, run } = await readyToMerge();
      const toCome = killGitAt(repository, 'merge', { after });
      expect(await steps.merge(runtime, '', run)).toEqual({ kind: 'merged', commit: repository.commit('main') });
      expect(toCome()).toBe(0);
      expect(repository.run('rev-list', '--count', '--merges', 'main')).toBe('1');
      expect(leftovers(repository)).toEqual([]);
      expect(repository.listing(repository.root)).toEqual(repository.tree(BRANCH));
    },
  );

  test('is finished, beside what the user has there', async () => {
    const { repository, lane, from, steps } = await killedInMerge();
    repository.write('of the user', 'not committed\n');
    repository.write('notes', 'mine\n');
    const result = await steps.merge(lane.runtime, '', lane.run);
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
    expect(await steps.merge(lane.runtime, '', lane.run)).toEqual(result);
  });

  test.each(['--index-info', '--remove'])('is finished where another git is killed on the way: %s', async (word) => {
    const { repository, lane, steps } = await killedInMerge();
    const toCome = killGitAt(repository, word);
    expect(await steps.merge(lane.runtime, '', lane.run)).toMatchObject({ kind: 'merged' });
    expect(toCome()).toBe(0);
    expect(repository.listing(repository.root)).toEqual(repository.tree(BRANCH));
  });

  test.each(['in part', 'whole'])('is finished where the last file was written %s', async (how) => {
    const { repository, lane, steps } = await killedInMerge();
    const path = join(repository.root, 'middle');
    writeFileSync(path, 'from the lane\n'.repeat(100));
    if (how === 'in part') truncateSync(path, 500);
    expect(await steps.merge(lane.runtime, '', lane.run)).toMatchObject({ kind: 'merged' });
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
    const result = await steps.merge(lane.runtime, '', lane.run);
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
    expect(await steps.merge(lane.runtime, '', lane.run)).toMatchObject({ kind: 'held' });
    expect(repository.run('ls-files', '-s')).toBe(staged);
    expect(repository.commit('main')).toBe(from);
  });
});

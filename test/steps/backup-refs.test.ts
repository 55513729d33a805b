import { expect, test } from 'vitest';
import { BackupRefs } from '../../src/steps/backup-refs.ts';
import { uncommittedWorkOf } from '../../src/steps/kept-work.ts';
import { GitRepository } from '../support/git-repository.ts';

function world() {
  const repository = new GitRepository();
  /** The same files for every branch, and another commit at each time. */
  let time = 1_000_000;
  const work = (branch: string) =>
    repository.run(
      ...['-c', 'user.name=a', 'commit-tree', 'HEAD^{tree}', '-p', 'HEAD', '-m', uncommittedWorkOf(branch)],
      ...['-m', `at ${time++}`],
    );
  const keep = (refs: BackupRefs, commit: string) => refs.keep(commit, 1, null, 'copy');
  return { repository, work, keep, next: () => new BackupRefs(repository.git) };
}

test('equal work of several branches that is kept at once is kept for each', async () => {
  const { repository, work, keep, next } = world();
  const commits = ['a', 'b', 'c', 'd'].map(work);
  const refs = next();
  const kept = await Promise.all(commits.map((commit) => keep(refs, commit)));
  expect(kept.map(({ commit }) => commit)).toEqual(commits);
  expect(new Set(kept.map(({ ref }) => ref)).size).toBe(4);
  expect(repository.refs('refs/agentrelay/backup')).toHaveLength(4);
});

test('what an earlier process has kept last is found, and not kept twice; that of another branch is', async () => {
  const { repository, work, keep, next } = world();
  const first = await keep(next(), work('a'));
  expect(await keep(next(), work('a'))).toEqual(first);
  const other = await keep(next(), work('b'));
  expect(other.ref).not.toBe(first.ref);
  // Only once: the next work of this process is its own, however like it is.
  const refs = next();
  const [again, own] = await Promise.all([keep(refs, work('b')), keep(refs, work('b'))]);
  expect(again).toEqual(other);
  expect(own.ref).not.toBe(other.ref);
  expect(repository.refs('refs/agentrelay/backup')).toHaveLength(3);
});

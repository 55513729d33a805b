import { beforeEach, expect, test } from 'vitest';
import { attemptRef } from '../../src/core/names.ts';
import { newAttempt } from '../../src/core/reduce-attempt.ts';
import type { AttemptState } from '../../src/core/run-state.ts';
import { attemptCommits, rangeDiff } from '../../src/steps/attempt-commits.ts';
import { GitRepository } from '../support/git-repository.ts';

let repository: GitRepository;
let base: string;
let one: string;
let two: string;
beforeEach(() => {
  repository = new GitRepository();
  base = repository.commit();
  one = repository.commitFiles(base, { 'a.txt': 'a\nb\nc\nd\n' }, 'write a');
  two = repository.commitFiles(one, { 'b.txt': 'b\n' }, 'write b');
});

function commitsOf(change: Partial<AttemptState>, current = false) {
  const attempt = { ...newAttempt(1, '2026-01-01T00:00:00.000Z', 'h'), endedAt: 'then', baseCommit: base, ...change };
  return attemptCommits(repository.git, attempt, { run: 3, task: 't', current });
}

const kept = (commit: string, suffix = '') => ({ ref: `${attemptRef(3, 't', 1)}${suffix}`, commit });

test('the ref of the attempt comes before the commit that it signalled', async () => {
  expect(await commitsOf({ saved: [kept(two)], signalled: one })).toEqual({ base, tip: two, count: 2, gone: [] });
  expect(await commitsOf({ saved: [kept(two, '-2')] })).toMatchObject({ tip: two });
  expect(await commitsOf({ signalled: one, commit: 'merge' })).toMatchObject({ tip: one, count: 1 });
});

test('what was not committed is no commit of the attempt', async () => {
  const backup = { ref: 'refs/agentrelay/backup/3/1', commit: two };
  expect(await commitsOf({ saved: [backup] })).toEqual({ base, tip: null, count: 0, gone: [] });
});

test('an attempt that runs has what is on its branch', async () => {
  repository.run('branch', 'work', two);
  const running = { branch: 'work', endedAt: null };
  expect(await commitsOf(running, true)).toMatchObject({ tip: two, count: 2 });
  expect(await commitsOf(running, false)).toMatchObject({ tip: null, count: 0 });
  repository.run('branch', '-f', 'work', base);
  expect(await commitsOf(running, true)).toMatchObject({ tip: null, count: 0 });
});

test('an attempt that was never prepared has none, and commits that are gone are named', async () => {
  expect(await commitsOf({ baseCommit: null })).toEqual({ base: null, tip: null, count: null, gone: [] });
  const lost = 'f'.repeat(40);
  expect(await commitsOf({ signalled: lost })).toEqual({ base, tip: lost, count: null, gone: [lost] });
});

test('two attempts differ by their commits, though they were cut from different ones', async () => {
  const moved = repository.commitFiles(base, { 'other.txt': 'x\n' }, 'elsewhere');
  const again = repository.commitFiles(moved, { 'a.txt': 'a\nb\nc\ne\n' }, 'write a');
  const lines = await rangeDiff(repository.git, [
    { base, tip: two },
    { base: moved, tip: again },
  ]);
  expect(lines[0]).toMatch(/^1: {2}[0-9a-f]+ ! 1: {2}[0-9a-f]+ write a$/);
  expect(lines.map((line) => line.trim())).toEqual(expect.arrayContaining(['-+d', '++e']));
  expect(lines.at(-1)).toMatch(/^2: {2}[0-9a-f]+ < -: {2}-+ write b$/);
  expect(lines.join('\n')).not.toContain('other.txt');
});

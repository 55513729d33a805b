import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { planReset } from '../../../src/core/reset-plan.ts';
import type { ResetSubject } from '../../../src/core/reset-reach.ts';
import { readResetRecord } from '../../../src/core/reset-record.ts';
import { lastReset, resumeResets, rollBack, undoReset } from '../../../src/steps/rollback/rollback.ts';
import { undoProblems } from '../../../src/steps/rollback/undo-problems.ts';
import { readResetWorld } from '../../../src/steps/rollback/world.ts';
import { GitRepository, temporaryFolder } from '../../support/git-repository.ts';
import { type GraphSpec, makeGraph } from '../../support/graphs.ts';
import { makeMess } from '../../support/mess.ts';
import { FakeRun } from '../../support/rollback/fake-run.ts';
import { KilledGit } from '../../support/rollback/killed-git.ts';
import { takeSnapshot } from '../../support/rollback/snapshot.ts';

const TWO: GraphSpec = { tasks: [{ id: 'a' }, { id: 'b', deps: ['a'] }] };

function fakeRun(spec: GraphSpec = TWO): FakeRun {
  const run = new FakeRun(temporaryFolder(), makeGraph(spec));
  onTestFinished(() => run.close());
  return run;
}

async function plan(run: FakeRun, scope: ResetSubject['scope'], subject: string | null = null) {
  const world = await readResetWorld(run.place, run.log.state);
  return planReset(run.log.state, readResetRecord(run.journal.events()), world, { scope, subject });
}

async function reset(run: FakeRun, scope: ResetSubject['scope'], subject: string | null = null) {
  const planned = await plan(run, scope, subject);
  if (planned.kind !== 'planned') throw new Error(JSON.stringify(planned));
  return await rollBack(run.log, run.place, planned.plan);
}

async function undo(run: FakeRun): Promise<void> {
  const last = lastReset(run.log);
  if (last === null) throw new Error('there is no reset');
  expect(await undoProblems(run.place, run.log.state, last)).toEqual([]);
  await undoReset(run.log, run.place, last);
}

async function problems(run: FakeRun): Promise<string> {
  const last = lastReset(run.log);
  return last === null ? '' : JSON.stringify(await undoProblems(run.place, run.log.state, last));
}

describe('what is kept', () => {
  test('every sort of uncommitted change comes back, staged or not', async () => {
    const run = fakeRun();
    await run.execute('a', 'left');
    const path = run.lanePath('default');
    // Its names and kinds of files are the same in any repository.
    makeMess(Object.assign(Object.create(GitRepository.prototype), { root: run.root }), path);
    const before = takeSnapshot(run.root);
    const { worktrees, backups } = await reset(run, 'run');
    expect(existsSync(path)).toBe(false);
    expect(worktrees).toMatchObject([{ path, branch: 'agentrelay/graph/a', to: null }]);
    const kept = backups.map(({ commit }) => commit);
    expect(kept).toEqual(expect.arrayContaining([worktrees[0]?.head, worktrees[0]?.index, worktrees[0]?.files]));
    for (const { ref, commit } of backups) expect(run.commit(ref)).toBe(commit);
    await undo(run);
    expect(takeSnapshot(run.root)).toEqual(before);
  });

  test('what git ignores stays in a worktree that is set back', async () => {
    const run = fakeRun();
    await run.execute('a', 'merged');
    await reset(run, 'task', 'a');
    expect(existsSync(join(run.lanePath('default'), 'ignored'))).toBe(true);
  });

  test('files that conflict are kept, and come back as they were', async () => {
    const run = fakeRun();
    await run.execute('a', 'left');
    const path = run.lanePath('default');
    run.in(path, 'reset', '-q', '--hard');
    run.in(path, 'clean', '-fdq');
    const [ours, theirs] = ['ours', 'theirs'].map((name) => {
      run.in(path, 'checkout', '-q', '-B', name, 'agentrelay/graph/a');
      run.write('README.md', `${name}\n`, path);
      run.in(path, 'commit', '-qam', name);
      return name;
    });
    run.in(path, 'checkout', '-q', '-B', 'agentrelay/graph/a', ours ?? '');
    expect(() => run.in(path, 'merge', theirs ?? '')).toThrow();
    const { worktrees } = await reset(run, 'task', 'a');
    expect(worktrees).toMatchObject([{ index: null, files: expect.any(String) }]);
    expect(run.in(path, 'status', '--porcelain')).toBe('');
    await undo(run);
    expect(run.in(path, 'diff', 'HEAD')).toMatch(/<<<<<<< HEAD\n(.*\n)*.*>>>>>>> theirs/);
  });

  test('a branch of a person’s own in our worktree stays, and is checked out again', async () => {
    const run = fakeRun();
    await run.execute('a', 'merged');
    const path = run.lanePath('default');
    run.in(path, 'checkout', '-q', '-b', 'mine');
    const before = takeSnapshot(run.root);
    await reset(run, 'task', 'a');
    expect(run.commit('mine')).toBe(before.refs['refs/heads/mine']);
    await undo(run);
    expect(takeSnapshot(run.root)).toEqual(before);
  });

  test('work that comes into a worktree between a reset that was cut short and its end is saved, too', async () => {
    const run = fakeRun();
    await run.execute('a', 'left');
    const path = run.lanePath('default');
    const git = new KilledGit(run.root);
    run.reopen(git);
    run.log.subscribe(({ kind }) => {
      if (kind === 'run_reset') git.kill();
    });
    await expect(reset(run, 'task', 'a')).rejects.toThrow('killed');
    run.write('late', 'late work\n', path);
    run.reopen();
    const [resumed] = await resumeResets(run.log, run.place);
    expect(run.in(path, 'status', '--porcelain')).toBe('');
    const recorded = resumed?.reset.backups.map(({ ref }) => ref) ?? [];
    const refs = run.run('for-each-ref', '--format=%(refname)', 'refs/agentrelay/backup').split('\n');
    const added = refs.filter((ref) => !recorded.includes(ref));
    const keep = added.map((ref) => run.run('log', '--full-history', '--format=%s', ref, '--', 'late'));
    expect(keep).toEqual([expect.stringContaining('Uncommitted work of agentrelay/graph/a')]);
  });
});

describe('what the lane was merged into', () => {
  test('is never rewritten: the reset is refused with the command that reverts it', async () => {
    const run = fakeRun();
    await run.execute('a', 'merged');
    const merge = await run.mergeLane('default');
    const reverts = [`git checkout main && git revert -m 1 ${merge}`];
    const refused = { kind: 'refused', refusals: [{ kind: 'merged', workstream: 'default', target: 'main', reverts }] };
    expect(await plan(run, 'run')).toEqual(refused);
    expect(await plan(run, 'task', 'a')).toEqual(refused);
    // Also when its branch is cleared away, or when nobody has told.
    run.run('branch', '-D', run.laneBranch('default'));
    expect(await plan(run, 'workstream', 'default')).toEqual(refused);
  });

  test('counts by what it holds, and not by what is recorded', async () => {
    const run = fakeRun();
    await run.execute('a', 'merged');
    run.run('merge', '-q', '--no-ff', '-m', 'by hand', run.laneBranch('default'));
    expect((await plan(run, 'task', 'a')).kind).toBe('refused');
    run.run('reset', '-q', '--hard', 'HEAD~');
    expect((await plan(run, 'task', 'a')).kind).toBe('planned');
  });
});

describe('an undo is refused', () => {
  test('when a task was started since', async () => {
    const run = fakeRun();
    await run.execute('a', 'merged');
    await reset(run, 'task', 'a');
    run.reopen();
    await run.execute('a', 'merged');
    expect(await problems(run)).toContain('a was started again since reset 1');
  });

  test('when a branch has moved since, or is held elsewhere', async () => {
    const run = fakeRun();
    await run.execute('a', 'left');
    await reset(run, 'task', 'a');
    const branch = run.laneBranch('default');
    run.run('branch', 'agentrelay/graph/a', 'main');
    expect(await problems(run)).toContain('refs/heads/agentrelay/graph/a has moved since reset 1');
    run.run('worktree', 'add', '-q', join(run.root, '..', 'elsewhere'), 'agentrelay/graph/a');
    expect(await problems(run)).toContain('is checked out in');
    expect(run.commit(branch)).toBe(run.commit('main'));
  });

  test('when a person’s own branch has moved, when something stands in the place, when a commit is gone', async () => {
    const run = fakeRun();
    await run.execute('a', 'merged');
    const path = run.lanePath('default');
    run.in(path, 'checkout', '-q', '-b', 'mine');
    const { backups } = await reset(run, 'run');
    run.run('branch', '-f', 'mine', 'main');
    run.write('file', '', path);
    const said = await problems(run);
    expect(said).toContain(`branch mine, which ${path} was on, has moved since reset 1`);
    expect(said).toContain(`there is something at ${path} again`);
    for (const { ref } of backups) run.run('update-ref', '-d', ref);
    run.run('reflog', 'expire', '--expire=now', '--all');
    run.run('gc', '-q', '--prune=now');
    run.reopen();
    expect(await problems(run)).toContain('is gone');
  });
});

test('a ref that moves in the middle ends it with what to do, and the rest is done after', async () => {
  const run = fakeRun();
  await run.execute('a', 'merged');
  const branch = run.laneBranch('default');
  const [tip, main] = [run.commit(branch), run.commit('main')];
  const planned = await plan(run, 'task', 'a');
  if (planned.kind !== 'planned') throw new Error(planned.kind);
  run.run('branch', '-f', branch, 'main~0');
  run.run('commit', '-q', '--allow-empty', '-m', 'mine');
  run.run('branch', '-f', branch, 'main');
  await expect(rollBack(run.log, run.place, planned.plan)).rejects.toMatchObject({
    name: 'UserError',
    hint: expect.stringContaining(`git update-ref refs/heads/${branch} ${tip}`),
  });
  run.run('update-ref', `refs/heads/${branch}`, tip);
  run.reopen();
  expect((await resumeResets(run.log, run.place)).map(({ reset: { reset: number } }) => number)).toEqual([1]);
  expect(run.commit(branch)).toBe(main);
  expect(await resumeResets(run.log, run.place)).toEqual([]);
});

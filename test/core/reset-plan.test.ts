import { describe, expect, test } from 'vitest';
import { REF, Recorded, threeMerged } from '../support/rollback/recorded.ts';

describe('reset-task', () => {
  test('cuts the lane below the merge of the task, and takes all that was merged after it', () => {
    const plan = threeMerged().worktree({}).plan('task', 'b');
    expect(plan).toEqual({
      scope: 'task',
      subject: 'b',
      tasks: ['b', 'c'],
      reasons: { b: { kind: 'named' }, c: { kind: 'merged_after', task: 'b' } },
      workstreams: [{ id: 'default', commit: 'merge-a' }],
      refs: [{ ref: `${REF}/ws/default`, from: 'merge-c', to: 'merge-a' }],
      worktrees: [
        { path: '/repo/.worktrees/graph/default', head: 'merge-c', branch: null, dirty: false, to: 'merge-a' },
      ],
      prs: [],
    });
  });

  test('says of each task why it goes', () => {
    expect(threeMerged().plan('task', 'a').reasons).toEqual({
      a: { kind: 'named' },
      b: { kind: 'merged_after', task: 'a' },
      c: { kind: 'depends_on', task: 'a' },
    });
  });

  test('the base of a lane’s first merge is where the lane began', () => {
    expect(threeMerged().plan('task', 'a').refs).toEqual([{ ref: `${REF}/ws/default`, from: 'merge-c', to: 'base' }]);
  });

  test('a failed task goes back to pending with those that it blocks, and moves no branch but its own', () => {
    const run = new Recorded([{ id: 'a' }, { id: 'b' }, { id: 'c', deps: ['b'] }, { id: 'd', deps: ['c'] }]);
    run.begin().merge('a').fail('b').block('c', 'b').block('d', 'b');
    run.world.refs.set(`${REF}/b`, 'work');
    run.worktree({ head: 'work', branch: 'agentrelay/graph/b', dirty: ['x'] });
    const plan = run.plan('task', 'b');
    expect(plan.tasks).toEqual(['b', 'c', 'd']);
    expect(plan.workstreams).toEqual([{ id: 'default', commit: 'merge-a' }]);
    expect(plan.refs).toEqual([{ ref: `${REF}/b`, from: 'work', to: null }]);
    expect(plan.worktrees).toMatchObject([{ head: 'work', dirty: true, to: 'merge-a' }]);
  });

  test('a failed attempt that was cut after the merge begins anew, and one that was cut before it stays', () => {
    const run = new Recorded([{ id: 'a' }, { id: 'early' }, { id: 'late' }], [{ id: 'default', parallel: true }]);
    run.begin().fail('early').merge('a').fail('late');
    expect(run.plan('task', 'a').reasons).toEqual({ a: { kind: 'named' }, late: { kind: 'cut_after', task: 'a' } });
  });

  test('a finished review of no dependant stays', () => {
    const run = new Recorded([{ id: 'a' }, { id: 'review' }]).begin().merge('a').complete('review');
    expect(run.plan('task', 'a').tasks).toEqual(['a']);
    expect(run.plan('task', 'review')).toMatchObject({ tasks: ['review'], refs: [] });
  });

  test('what waits for the lane goes with it, and a child lane begins anew', () => {
    const run = new Recorded(
      [
        { id: 'a', ws: 'up' },
        { id: 'other', ws: 'up' },
        { id: 'b', ws: 'child' },
        { id: 'c', ws: 'side', deps: ['other'] },
      ],
      [{ id: 'up' }, { id: 'child', parent: 'up' }, { id: 'side' }],
    );
    run.begin('up').complete('a').complete('other').nothingToMerge('up');
    run.begin('child').merge('b').begin('side').merge('c');
    run.worktree({ workstream: 'child' }).worktree({ workstream: 'side' });
    const plan = run.plan('task', 'a');
    expect(plan.reasons).toEqual({
      a: { kind: 'named' },
      b: { kind: 'waits_for_lane', workstream: 'up' },
      c: { kind: 'waits_for_lane', workstream: 'up' },
    });
    expect(plan.workstreams).toEqual([
      { id: 'up', commit: 'base' },
      { id: 'child', commit: null },
      { id: 'side', commit: 'base' },
    ]);
    expect(plan.refs).toEqual([
      { ref: `${REF}/ws/child`, from: 'merge-b', to: null },
      { ref: `${REF}/ws/side`, from: 'merge-c', to: 'base' },
    ]);
    expect(plan.worktrees.map(({ to }) => to)).toEqual([null, 'base']);
  });

  test('a merge that was recorded with another’s commit is found on the line', () => {
    // b was killed between its merge and its event; c was merged meanwhile.
    const tasks = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
    const merged = (change: object) => {
      const run = new Recorded(tasks, [{ id: 'default', parallel: true }]).begin().merge('a');
      return run.merge('c').merge('b', { commit: 'merge-c', ...change });
    };
    const found = { refs: [{ ref: `${REF}/ws/default`, from: 'merge-b', to: 'merge-c' }], tasks: ['b'] };
    expect(merged({}).plan('task', 'b')).toMatchObject(found);
    const squashed = { subject: 'Merge task b: with a title', parents: [''] };
    expect(merged(squashed).plan('task', 'b')).toMatchObject(found);
  });

  test('a task that is still to be started has nothing to take back', () => {
    const run = new Recorded([{ id: 'a' }, { id: 'b', deps: ['a'] }]).begin();
    expect(run.planned('task', 'a')).toEqual({ kind: 'nothing' });
    // But for a branch that a failed attempt has left.
    run.world.refs.set(`${REF}/a`, 'left');
    expect(run.plan('task', 'a').refs).toEqual([{ ref: `${REF}/a`, from: 'left', to: null }]);
  });
});

describe('worktrees', () => {
  test('of another task’s branch stay as they are', () => {
    const run = new Recorded([{ id: 'a' }, { id: 'b' }], [{ id: 'default', parallel: true }])
      .begin()
      .fail('a')
      .merge('b');
    run.worktree({ task: 'a', head: 'work', branch: 'agentrelay/graph/a' });
    expect(run.plan('task', 'b').worktrees).toEqual([]);
    run.worktree({ task: 'b', head: 'merge-b' });
    expect(run.plan('task', 'b').worktrees).toMatchObject([{ head: 'merge-b', to: 'base' }]);
  });

  test('that are where the lane goes, and clean, are not touched', () => {
    const run = new Recorded([{ id: 'a' }]).begin().merge('a').worktree({ head: 'base' });
    expect(run.plan('task', 'a').worktrees).toEqual([]);
    const dirty = new Recorded([{ id: 'a' }])
      .begin()
      .merge('a')
      .worktree({ head: 'base', dirty: ['x'] });
    expect(dirty.plan('task', 'a').worktrees).toHaveLength(1);
  });
});

test('reset-workstream begins the lane anew', () => {
  const run = new Recorded(
    [
      { id: 'a', ws: 'one' },
      { id: 'b', ws: 'two' },
      { id: 'f', ws: 'one' },
    ],
    [{ id: 'one', parallel: true }, { id: 'two' }],
  );
  run.begin('one').begin('two').merge('a').merge('b').fail('f');
  run.worktree({ workstream: 'one', task: 'f' }).worktree({ workstream: 'two' });
  expect(run.plan('workstream', 'one')).toMatchObject({
    tasks: ['a', 'f'],
    workstreams: [{ id: 'one', commit: null }],
    refs: [{ ref: `${REF}/ws/one`, from: 'merge-a', to: null }],
    worktrees: [{ path: '/repo/.worktrees/graph/one--f', to: null }],
  });
});

describe('reset-to', () => {
  test('keeps the task, and takes what was merged after it in any lane and what is not finished', () => {
    const run = new Recorded(
      [
        { id: 'a', ws: 'one' },
        { id: 'b', ws: 'two' },
        { id: 'c', ws: 'one' },
        { id: 'd', ws: 'two' },
        { id: 'f', ws: 'two' },
      ],
      [{ id: 'one' }, { id: 'two' }],
    );
    run.begin('one').begin('two').merge('a').merge('b').merge('c').merge('d').fail('f');
    expect(run.plan('after', 'b')).toMatchObject({
      tasks: ['c', 'd', 'f'],
      refs: [
        { ref: `${REF}/ws/one`, from: 'merge-c', to: 'merge-a' },
        { ref: `${REF}/ws/two`, from: 'merge-d', to: 'merge-b' },
      ],
    });
  });

  test('in the task’s own lane the branch tells what is later, whatever the journal says', () => {
    const run = new Recorded([{ id: 'a' }, { id: 'b' }], [{ id: 'default', parallel: true }]);
    run.begin().merge('a').merge('b');
    // Merged before both, and told last.
    const lane = run.world.lanes.get('default');
    run.world.lanes.set('default', {
      reverts: null,
      line: lane?.line.toReversed().map((entry, at) => ({ ...entry, parents: [at === 0 ? 'base' : 'merge-b'] })) ?? [],
    });
    expect(run.planned('after', 'a')).toEqual({ kind: 'nothing' });
    expect(run.plan('after', 'b').tasks).toEqual(['a']);
  });
});

test('reset takes the whole run back', () => {
  const run = threeMerged();
  expect(run.plan('run')).toMatchObject({
    tasks: ['a', 'b', 'c'],
    workstreams: [{ id: 'default', commit: null }],
    refs: [{ ref: `${REF}/ws/default`, from: 'merge-c', to: null }],
  });
  expect(new Recorded([{ id: 'a' }]).planned('run')).toEqual({ kind: 'nothing' });
});

describe('refuses', () => {
  test('a lane that is merged into its target, with what reverts it', () => {
    const run = threeMerged();
    run.world.lanes.set('default', { line: [], reverts: ['git revert -m 1 x'] });
    const merged = { kind: 'merged', workstream: 'default', target: 'main', reverts: ['git revert -m 1 x'] };
    for (const [scope, subject] of [
      ['task', 'c'],
      ['workstream', 'default'],
      ['after', 'a'],
      ['run', null],
    ] as const) {
      expect(run.refusals(scope, subject)).toContainEqual(merged);
    }
  });

  test('commits that others have made, wherever they are on the branch', () => {
    const run = threeMerged().move('default', 'mine', 'by hand');
    const foreign = { kind: 'foreign_commits', workstream: 'default', branch: 'agentrelay/graph/ws/default' };
    expect(run.refusals('task', 'a')).toEqual([
      { ...foreign, commits: [{ commit: 'mine', parents: ['merge-c'], subject: 'by hand' }] },
    ]);
    expect(run.refusals('run')).toMatchObject([foreign]);
    const said = threeMerged().move('default', 'mine', 'Merge task c');
    expect(said.refusals('run')).toMatchObject([foreign]);
  });

  test('nothing of that where the branch does not move', () => {
    const run = new Recorded([{ id: 'a' }, { id: 'b' }]).begin().merge('a').fail('b').move('default', 'mine');
    expect(run.plan('task', 'b').refs).toEqual([]);
  });

  test('a merge of the base is ours', () => {
    const run = new Recorded([{ id: 'a' }, { id: 'b' }]).begin().merge('a').start('b');
    run.append({ kind: 'task_base_merged', task: 'b', attempt: 1, base_commit: 'm', commit: 'merge-main' });
    run.append({ kind: 'task_failed', task: 'b', attempt: 1, code: 'x', error: 'e', failure_class: null });
    run.move('default', 'merge-main');
    expect(run.plan('task', 'a').refs).toEqual([{ ref: `${REF}/ws/default`, from: 'merge-main', to: 'base' }]);
  });

  test('a branch that lost a merge, but not where it goes anyway', () => {
    const run = threeMerged();
    const { line = [] } = run.world.lanes.get('default') ?? {};
    run.world.lanes.set('default', { line: line.slice(0, 2), reverts: null });
    expect(run.refusals('task', 'b')).toEqual([
      {
        kind: 'branch_moved',
        workstream: 'default',
        branch: 'agentrelay/graph/ws/default',
        task: 'c',
        commit: 'merge-c',
      },
    ]);
    expect(run.planned('workstream', 'default').kind).toBe('planned');
  });

  test('tasks that run in one of its lanes', () => {
    const run = new Recorded([{ id: 'a' }, { id: 'b' }], [{ id: 'default', parallel: true }])
      .begin()
      .merge('a')
      .start('b');
    expect(run.refusals('task', 'a')).toEqual([{ kind: 'running', tasks: ['b'] }]);
  });

  test('branches that are checked out elsewhere, and repositories that git cannot keep', () => {
    const run = threeMerged().worktree({ dirty: ['inner/'], head: 'merge-b' });
    run.world.checkedOut.set(`${REF}/ws/default`, '/elsewhere');
    expect(run.refusals('task', 'c')).toEqual([
      { kind: 'checked_out', branch: 'agentrelay/graph/ws/default', path: '/elsewhere' },
      { kind: 'repository_inside', path: '/repo/.worktrees/graph/default', names: ['inner/'] },
    ]);
  });
});

test('a chain of thousands of tasks is followed to its end', () => {
  const ids = Array.from({ length: 3_000 }, (_, at) => `t${at}`);
  const run = new Recorded(ids.map((id, at) => ({ id, deps: at === 0 ? [] : [`t${at - 1}`] })));
  run.begin().fail('t0');
  for (const id of ids.slice(1)) run.block(id, 't0');
  expect(run.plan('task', 't0').tasks).toHaveLength(3_000);
});

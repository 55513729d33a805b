import { describe, expect, test } from 'vitest';
import type { Fact } from '../../../src/core/events.ts';
import { emptyRunState, type RunState } from '../../../src/core/run-state.ts';
import { COMMANDS, type CommandId } from '../../../src/ui/keymap/commands.ts';
import { createKeymap } from '../../../src/ui/keymap/keymap.ts';
import { unavailable } from '../../../src/ui/keymap/unavailable.ts';
import type { ReplayStanding, Standing } from '../../../src/ui/ports.ts';
import { runOf, viewOf } from '../view/views.ts';

function started(task: string): Fact {
  return { task, attempt: 1, kind: 'task_started', token_hash: 'h' };
}

function launched(task: string): Fact[] {
  return [started(task), { task, attempt: 1, kind: 'task_launched', agent: 'place:1' }];
}

function failed(task: string): Fact {
  return { task, attempt: 1, kind: 'task_failed', code: 'agent_exited', error: 'e', failure_class: null };
}

function tornDown(task: string): Fact {
  return { task, attempt: 1, kind: 'task_torn_down' };
}

/** One task in each place that a task can be in. */
function everyStatus(): RunState {
  const ids = [
    'pending',
    'blocked',
    'starting',
    'working',
    'exited',
    'failed',
    'cleared',
    'cancelled',
    'dropped',
    'done',
  ];
  return runOf({ tasks: ids.map((id) => ({ id, ws: id })), workstreams: ids.map((id) => ({ id })) }, [
    ...[started('starting'), ...launched('working'), ...launched('exited')],
    { task: 'exited', attempt: 1, kind: 'agent_exited', exit_code: 1 },
    ...[...launched('failed'), failed('failed'), ...launched('cleared'), failed('cleared'), tornDown('cleared')],
    ...[...launched('cancelled'), { task: 'cancelled', attempt: 1, kind: 'task_cancelled', by: 'person' } as const],
    { task: 'dropped', attempt: 0, kind: 'task_cancelled', by: 'person' },
    { kind: 'task_blocked', task: 'blocked', root: { task: 'failed' } },
    ...launched('done'),
    { task: 'done', attempt: 1, kind: 'task_succeeded', status: 'completed', pr: null, commit: 'c' },
  ]);
}

function why(id: CommandId, task: string): string | null {
  return unavailable(id, viewOf(everyStatus(), { cursor: `task:${task}` }));
}

describe('an act on a task', () => {
  test.each([
    ['pending', 'pending has not been started'],
    ['blocked', 'blocked has not been started'],
    ['starting', 'the agent of starting is not there yet'],
    ['working', null],
    ['exited', 'the agent of exited has ended'],
    ['failed', 'the agent of failed has ended'],
    ['cancelled', 'the agent of cancelled has ended'],
    ['done', 'the agent of done has ended'],
  ])('needs a live agent to attach to or to answer: %s', (task, reason) => {
    expect(why('attach', task)).toBe(reason);
    expect(why('answer', task)).toBe(reason);
  });

  test.each([
    ['pending', 'task pending is still to be started, so there is nothing to try again'],
    ['blocked', 'task blocked has not run: it is blocked by task failed'],
    ['working', null],
    ['failed', null],
    ['cancelled', null],
    ['dropped', null],
    ['done', 'task done has succeeded, so there is nothing to try again'],
  ])('can be a retry: %s', (task, reason) => expect(why('retry', task)).toBe(reason));

  test.each([
    ['pending', 'pending has not been started'],
    ['blocked', 'blocked has not been started'],
    ['working', 'working runs: x calls it off first'],
    ['failed', null],
    ['cleared', 'cleared is torn down already'],
    ['cancelled', null],
    ['dropped', 'dropped has not been started'],
    ['done', null],
  ])('can be a teardown: %s', (task, reason) => expect(why('teardown', task)).toBe(reason));

  test.each([
    ['pending', null],
    ['blocked', 'blocked is blocked: it does not run'],
    ['working', null],
    ['failed', 'failed has ended'],
    ['cancelled', 'cancelled is called off already'],
    ['dropped', 'dropped is called off already'],
    ['done', 'done has ended'],
  ])('can be called off: %s', (task, reason) => expect(why('cancel', task)).toBe(reason));

  test('can be undone after a teardown, wherever the cursor is by then', () => {
    const run = everyStatus();
    expect(unavailable('undo', viewOf(run, { cursor: 'task:cleared' }))).toBeNull();
    expect(unavailable('undo', viewOf(run, { cursor: 'task:done', undoable: ['cleared'] }))).toBeNull();
    expect(unavailable('undo', viewOf(run, { cursor: 'task:done' }))).toBe('there is no teardown to undo');
  });

  test('names the keys that the person has', () => {
    const keymap = createKeymap({ cancel: ['X'] });
    const view = viewOf(everyStatus(), { cursor: 'task:working' }, { keymap });
    expect(unavailable('teardown', view)).toBe('working runs: X calls it off first');
  });

  test('is for all that are marked: one is enough', () => {
    const run = everyStatus();
    const marked = (...ids: string[]) => viewOf(run, { cursor: 'task:failed', marked: new Set(ids) });
    expect(unavailable('retry', marked('done', 'cancelled'))).toBeNull();
    expect(unavailable('retry', marked('done', 'pending'))).toMatch(/^none of the 2 marked: task done has succeeded/);
    expect(unavailable('retry', marked('done'))).toMatch(/^task done has succeeded/);
    expect(unavailable('retry', marked('gone'))).toBeNull();
  });

  test('is not for lanes', () => {
    const view = viewOf(everyStatus(), { cursor: 'lane:done' });
    for (const id of ['attach', 'retry', 'teardown', 'cancel', 'answer', 'mark', 'diff'] as const) {
      expect(unavailable(id, view), id).toBe('on a lane: this is for tasks');
    }
    expect(unavailable('why', view)).toBeNull();
  });

  test('is for the task that the graph shows, though a filter hides it from the list', () => {
    const view = viewOf(everyStatus(), { cursor: 'task:done', screen: 'graph', filter: 'failed' });
    expect(unavailable('retry', view)).toMatch(/^task done has succeeded/);
  });
});

describe('where nothing may be done', () => {
  const replay: ReplayStanding = { kind: 'replay', speed: 1, playing: true, at: 0, ended: false, shown: 5, events: 9 };
  const acts = ['attach', 'retry', 'teardown', 'undo', 'answer', 'cancel', 'pause', 'go_on'] as const;

  test.each<[string, Standing, boolean, string]>([
    ['read-only', { kind: 'mine' }, true, 'read-only: this dashboard only looks'],
    ['a replay', replay, false, 'a replay changes nothing'],
    ['a run that is not open yet', { kind: 'opening' }, false, 'the run is still being opened'],
  ])('%s: every act says so', (_, standing, readOnly, reason) => {
    const view = viewOf(everyStatus(), { cursor: 'task:working', readOnly }, { standing });
    for (const id of acts) expect(unavailable(id, view), id).toBe(reason);
  });

  test('keys of a replay are for replays', () => {
    const live = viewOf(everyStatus());
    for (const id of ['play', 'faster', 'slower', 'seek_forward', 'seek_back'] as const) {
      expect(unavailable(id, live)).toBe('only in a replay');
      expect(unavailable(id, viewOf(everyStatus(), {}, { standing: replay }))).toBeNull();
    }
    const ended = viewOf(everyStatus(), {}, { standing: { ...replay, shown: 9, ended: true } });
    expect(unavailable('play', ended)).toBe('the replay has ended');
    expect(unavailable('seek_forward', ended)).toBe('the replay has ended');
    expect(unavailable('seek_back', ended)).toBeNull();
    const begun = viewOf(everyStatus(), {}, { standing: { ...replay, shown: 1 } });
    expect(unavailable('seek_back', begun)).toBe('this is the beginning');
  });
});

describe('the run', () => {
  const other: Standing = { kind: 'other', pid: 42, host: 'here' };
  const over: Fact = { kind: 'run_finished', outcome: 'completed_with_failures', waiting_for: [] };

  test.each<[string, Standing, Fact[], string | null, string | null]>([
    ['mine', { kind: 'mine' }, [], null, 'this dashboard runs it already'],
    ["another's", other, [], null, 'process 42 runs it'],
    ["nobody's", { kind: 'nobody' }, [], 'nobody runs it: o goes on with it', null],
    ['over', { kind: 'nobody' }, [over], 'the run is over', 'the run is over: r tries a task again'],
    [
      'stopping',
      other,
      [{ kind: 'run_stopping', reason: 'interrupted', running: [] }],
      'the run is stopping: nothing more starts',
      'process 42 runs it',
    ],
  ])('that is %s', (_, standing, facts, pause, goOn) => {
    const view = viewOf(runOf({ tasks: [{ id: 'a' }] }, facts), {}, { standing });
    expect(unavailable('pause', view)).toBe(pause);
    expect(unavailable('go_on', view)).toBe(goOn);
  });

  test('has nobody who needs you, or no match', () => {
    const calm = runOf({ tasks: [{ id: 'a' }] });
    expect(unavailable('next', viewOf(calm))).toBe('nobody needs you');
    expect(unavailable('previous', viewOf(calm, { filter: 'zzz' }))).toBe('no task matches');
    expect(unavailable('next', viewOf(calm, { filter: 'a' }))).toBeNull();
    const held: Fact = {
      kind: 'workstream_held',
      workstream: 'default',
      reason: 'auto_merge_off',
      details: [],
      merge_command: 'm',
    };
    const ready: Fact[] = [
      { kind: 'workstream_active', workstream: 'default', branch: 'b', base_commit: 'c' },
      { kind: 'workstream_merge_ready', workstream: 'default', commit: 'c' },
    ];
    expect(unavailable('next', viewOf(runOf({ tasks: [{ id: 'a' }] }, [...ready, held])))).toBeNull();
  });
});

test('a panel that is closed cannot be scrolled', () => {
  const view = viewOf(everyStatus(), { panelShare: 0 });
  expect(unavailable('panel_down', view)).toBe('the panel is closed: + opens it');
  expect(unavailable('panel_smaller', view)).toBe('the panel is closed already');
  expect(unavailable('panel_up', viewOf(everyStatus()))).toBeNull();
});

test('a filter that nothing matches leaves no task to act on', () => {
  const view = viewOf(everyStatus(), { cursor: 'task:failed', filter: 'zzz' });
  for (const id of ['retry', 'why', 'mark'] as const) expect(unavailable(id, view), id).toBe('no task is chosen');
});

test('a run without a task leaves a way to look around and out', () => {
  const view = viewOf(emptyRunState());
  for (const { id } of COMMANDS) {
    const reason = unavailable(id, view);
    if (['quit', 'help', 'back', 'interrupt', 'filter', 'graph', 'redraw', 'suspend'].includes(id))
      expect(reason, id).toBeNull();
    if (['why', 'diff', 'attach', 'retry', 'mark'].includes(id)) expect(reason, id).toBe('there is no task');
  }
});

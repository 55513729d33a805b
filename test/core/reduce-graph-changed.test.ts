import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/core/events.ts';
import { compareGraphs } from '../../src/core/graph-change.ts';
import { replay } from '../../src/core/reduce.ts';
import { doneSignal, failedSignal, Journal, quiet, runStarted, startLog, type TaskScript } from '../support/core.ts';
import { type GraphSpec, makeGraph } from '../support/graphs.ts';
import { endAll, OwnedRun, workers } from '../support/owned-run.ts';

const started = (task: string, attempt = 1): Fact => ({ kind: 'task_started', task, attempt, token_hash: 'h' });
const failed = (task: string, attempt = 1): Fact[] => [
  started(task, attempt),
  { kind: 'task_failed', task, attempt, code: 'c', error: 'e', failure_class: null },
];
const completed = (task: string): Fact[] => [
  started(task),
  { kind: 'task_succeeded', task, attempt: 1, status: 'completed', pr: null, commit: null },
];
const active = (workstream: string): Fact => ({
  kind: 'workstream_active',
  workstream,
  branch: workstream,
  base_commit: 'x',
});

/** A run of one graph that is given others, one after the other. */
function edits(first: GraphSpec, facts: Fact[] = []) {
  const journal = new Journal();
  let graph = makeGraph(first);
  const log = startLog(graph, journal);
  const tell = (...more: Fact[]) => {
    for (const fact of more) log.append(fact);
  };
  tell(...facts);
  const edit = (spec: GraphSpec, digest = 'edited') => {
    const next = makeGraph(spec);
    const { tasks, workstreams } = runStarted(next);
    tell({ kind: 'graph_changed', digest, tasks, workstreams, ...compareGraphs(graph, next, log.state).change });
    graph = next;
  };
  const { state } = log;
  const statuses = () => [...state.tasks].map(([id, { status }]) => `${id} ${status}`);
  return { state, tell, edit, journal, statuses, lanes: () => [...state.workstreams.keys()] };
}

describe('tasks', () => {
  test('that failed have all their attempts again once they are defined anew, and only then', () => {
    const run = edits({ tasks: [{ id: 'a' }, { id: 'b' }] }, [...failed('a'), ...failed('b')]);
    run.edit({
      tasks: [
        { id: 'a', deps: [] },
        { id: 'b', framework: 'other' },
      ],
    });
    expect([...run.state.tasks.values()].map(({ takenBack }) => takenBack)).toEqual([0, 1]);
  });

  test('are added and moved about in the order of the new file', () => {
    const run = edits({ tasks: [{ id: 'a' }, { id: 'b' }] }, failed('b'));
    run.edit({ tasks: [{ id: 'new' }, { id: 'b', deps: ['new'] }, { id: 'a' }] });
    expect(run.statuses()).toEqual(['new pending', 'b failed', 'a pending']);
    expect(run.state.tasks.get('b')).toMatchObject({ outline: { dependencies: ['new'] }, attempts: [{ number: 1 }] });
    expect(run.state.digest).toBe('edited');
    expect(replay(run.journal.events())).toEqual(run.state);
  });

  test('that are gone from the file are gone, but for finished ones, which come last', () => {
    const tasks = [{ id: 'done' }, { id: 'failed' }, { id: 'waits' }, { id: 'a' }];
    const run = edits({ tasks }, [...completed('done'), ...failed('failed')]);
    run.edit({ tasks: [{ id: 'a' }] });
    expect(run.statuses()).toEqual(['a pending', 'done completed']);
    const [, edit] = run.journal.events().slice(-2);
    expect(edit).toMatchObject({ removed: ['failed', 'waits'], stale: ['done'], added: [], changed: [] });
    expect(() => run.tell(started('waits'))).toThrow(expect.objectContaining({ code: 'unknown_task' }));
  });

  test('that are finished stay so with another definition', () => {
    const run = edits({ tasks: [{ id: 'done' }, { id: 'a' }] }, completed('done'));
    run.edit({ tasks: [{ id: 'done', role: 'implementer' }, { id: 'a' }] });
    expect(run.state.tasks.get('done')).toMatchObject({ status: 'completed', outline: { role: 'implementer' } });
  });

  test('that come back have used up the numbers of their attempts: no new one finds the signals of an old one', () => {
    const run = edits({ tasks: [{ id: 'a' }, { id: 'b' }] }, failed('a'));
    run.edit({ tasks: [{ id: 'b' }] }, 'second');
    run.edit({ tasks: [{ id: 'a' }, { id: 'b' }] }, 'third');
    expect(run.state.tasks.get('a')).toMatchObject({ status: 'failed', attempts: [{ number: 1 }] });
    run.tell({ kind: 'task_retrying', task: 'a', attempt: 1, of: 2 });
    expect(() => run.tell(started('a', 1))).toThrow(expect.objectContaining({ code: 'wrong_attempt' }));
    run.tell(started('a', 2));
    expect(replay(run.journal.events())).toEqual(run.state);
  });
});

describe('lanes', () => {
  test('are added, renamed settings and all, and removed', () => {
    const run = edits({ tasks: [{ id: 'a', ws: 'one' }], workstreams: [{ id: 'one' }, { id: 'idle' }] });
    run.edit({ tasks: [{ id: 'a', ws: 'two' }], workstreams: [{ id: 'two' }, { id: 'one', autoMerge: true }] });
    expect(run.lanes()).toEqual(['two', 'one']);
    expect(run.state.workstreams.get('one')?.outline.auto_merge).toBe(true);
    expect(run.state.workstreams.get('two')?.status).toBe('pending');
  });

  test('that hold finished work stay; those that begun and hold none go', () => {
    const run = edits(
      {
        tasks: [{ id: 'done', ws: 'kept' }, { id: 'lost', ws: 'gone' }, { id: 'a' }],
        workstreams: [{ id: 'kept' }, { id: 'gone' }, { id: 'default' }],
      },
      [active('kept'), ...completed('done'), active('gone'), ...failed('lost')],
    );
    run.edit({ tasks: [{ id: 'a' }] });
    expect(run.lanes()).toEqual(['default', 'kept']);
    expect(run.state.workstreams.get('kept')).toMatchObject({ status: 'active', branch: 'kept' });
  });
});

test('the run is not over any more', () => {
  const run = edits({ tasks: [{ id: 'a' }] }, [
    ...failed('a'),
    { kind: 'run_finished', outcome: 'completed_with_failures', waiting_for: ['default'] },
  ]);
  run.edit({ tasks: [{ id: 'a', role: 'implementer' }] });
  expect(run.state).toMatchObject({ outcome: null, finishedAt: null, waitingFor: [] });
});

describe('the next owner', () => {
  const before = { tasks: [{ id: 'a' }, { id: 'b', deps: ['a'] }, { id: 'c', deps: ['b'] }] };

  test('frees what was blocked by a task that is gone', async () => {
    const first = new OwnedRun({ ...before, script: { wait: (it) => failedSignal(it, 'no') } });
    expect(await first.orchestrator.run()).toBe('completed_with_failures');
    const after = { tasks: [{ id: 'b' }, { id: 'c', deps: ['b'] }] };
    const next = new OwnedRun({ ...after, edited: before, journal: first.journal });
    expect(await next.orchestrator.run()).toBe('succeeded');
    expect(next.told('unblocked', 'started')).toEqual([
      'started a 1',
      'unblocked b',
      'unblocked c',
      'started b 1',
      'started c 1',
    ]);
    expect(next.lane('default')).toMatchObject({ failure: null });
  });

  test('starts what was added, in a lane that had begun', async () => {
    const { script } = workers();
    const first = new OwnedRun({ ...before, script });
    const left = first.orchestrator.run();
    await quiet();
    first.orchestrator.detach();
    await left;
    const again = workers();
    const after = { tasks: [...before.tasks, { id: 'new', deps: ['a'] }] };
    const next = new OwnedRun({ ...after, edited: before, journal: first.journal, script: again.script });
    const end = next.orchestrator.run();
    await endAll(again.underWay);
    expect(await end).toBe('succeeded');
    expect(next.told('started').sort()).toEqual(['started a 1', 'started b 1', 'started c 1', 'started new 1']);
    expect(next.told('adopted')).toEqual(['adopted a 1']);
  });

  test('merges a lane of which only finished tasks are left', async () => {
    const workstreams = [{ id: 'default', autoMerge: true }];
    const edited = { tasks: [{ id: 'done' }, { id: 'a', deps: ['done'] }], workstreams };
    const wait: TaskScript['wait'] = (it) => (it.task.id === 'a' ? failedSignal(it, 'no') : doneSignal(it));
    const first = new OwnedRun({ ...edited, script: { wait } });
    expect(await first.orchestrator.run()).toBe('completed_with_failures');
    const next = new OwnedRun({ tasks: [{ id: 'done' }], workstreams, edited, journal: first.journal });
    expect(await next.orchestrator.run()).toBe('succeeded');
    expect(next.lane('default').status).toBe('merged');
  });
});

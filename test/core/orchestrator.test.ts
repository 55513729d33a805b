import { expect, test } from 'vitest';
import { StepDispatch } from '../../src/core/dispatch.ts';
import { SignalError, WorkspaceError } from '../../src/core/errors.ts';
import { EventLog } from '../../src/core/event-log.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../src/core/graph/graph.ts';
import { Orchestrator, type OrchestratorOptions } from '../../src/core/orchestrator.ts';
import { emptyRunState } from '../../src/core/run-state.ts';
import { StandardTaskRunner } from '../../src/core/task-runner.ts';
import type { WorkstreamSteps } from '../../src/core/workstream.ts';
import { REAL_CLOCK } from '../../src/steps/tools/clock.ts';
import {
  countedTokens,
  doneSignal,
  failedSignal,
  Journal,
  noPrSignal,
  quiet,
  runStarted,
  scriptedLanes,
  scriptedTables,
  startLog,
  type TaskScript,
  UnderWay,
} from '../support/core.ts';
import { type GraphSpec, makeGraph } from '../support/graphs.ts';

interface Setup extends GraphSpec {
  readonly limits?: Partial<Settings>;
  readonly script?: TaskScript;
  readonly lanes?: Partial<WorkstreamSteps>;
  readonly waitForPerson?: OrchestratorOptions['waitForPerson'];
  readonly journal?: Journal;
}

function newRun(setup: Setup) {
  const graph = makeGraph(setup);
  const journal = setup.journal ?? new Journal();
  const log = setup.journal === undefined ? startLog(graph, journal) : journal.open();
  if (setup.journal !== undefined) log.append({ kind: 'run_resumed', pid: 2 });
  const orchestrator = new Orchestrator({
    graph,
    settings: { ...DEFAULT_SETTINGS, ...setup.limits },
    taskRunner: new StandardTaskRunner(scriptedTables(setup.script ?? {})),
    workstreamSteps: scriptedLanes(setup.lanes),
    log,
    tokenOf: countedTokens(),
    clock: REAL_CLOCK,
    waitForPerson: setup.waitForPerson ?? null,
  });
  const events = (kind: string) => journal.events().filter((event) => event.kind === kind);
  return { orchestrator, journal, log, events, state: log.state };
}

const fails = (...ids: string[]): TaskScript => ({
  wait: (it) => (ids.includes(it.task.id) ? failedSignal(it, 'no') : doneSignal(it)),
});
const chain = [{ id: 'a' }, { id: 'b', deps: ['a'] }, { id: 'c', deps: ['b'] }];
const merging = [{ id: 'default', autoMerge: true }];
const twoLanes = {
  tasks: [
    { id: 'a', ws: 'one' },
    { id: 'b', ws: 'two', deps: ['a'] },
  ],
  workstreams: [
    { id: 'one', autoMerge: true },
    { id: 'two', autoMerge: true },
  ],
};

test('a chain runs in order, and its lane is merged', async () => {
  const { orchestrator, journal, state } = newRun({ tasks: chain, workstreams: merging });
  expect(await orchestrator.run()).toBe('succeeded');
  const told = journal.kinds().filter((kind) => /^(workstream|run)_|task_(started|succeeded)/.test(kind));
  expect(told.join(' ')).toBe(
    'run_started workstream_active task_started task_succeeded task_started task_succeeded task_started task_succeeded ' +
      'workstream_merge_ready workstream_pr_created workstream_merged run_finished',
  );
  expect(state.workstreams.get('default')).toMatchObject({ status: 'merged', mergedBy: 'agentrelay' });
});

test('without auto_merge the lane is left for a person, and the run has succeeded', async () => {
  const { orchestrator, state } = newRun({ tasks: chain });
  expect(await orchestrator.run()).toBe('succeeded');
  expect(state.workstreams.get('default')).toMatchObject({
    status: 'pr_created',
    held: 'auto_merge_off',
    mergeCommand: 'git merge default',
  });
});

test('a concern of an agent holds the merge and is named; one of ops does not', async () => {
  const wait: TaskScript['wait'] = (it) => doneSignal(it, { concerns: ['x'], opsConcerns: ['y'] });
  const held = newRun({ tasks: [{ id: 'a' }], workstreams: merging, script: { wait } });
  await held.orchestrator.run();
  expect(held.events('workstream_held')).toMatchObject([{ reason: 'concerns', details: ['a: x'] }]);
  const ops: TaskScript['wait'] = (it) => doneSignal(it, { opsConcerns: ['y'] });
  const free = newRun({ tasks: [{ id: 'a' }], workstreams: merging, script: { wait: ops } });
  await free.orchestrator.run();
  expect(free.state.workstreams.get('default')?.status).toBe('merged');
});

test('a lane with nothing ahead of its base needs no pull request', async () => {
  const open: WorkstreamSteps['open'] = async () => ({ kind: 'nothing_to_merge', commit: 'base' });
  const run = newRun({ tasks: [{ id: 'a' }], script: { wait: noPrSignal }, lanes: { open } });
  expect(await run.orchestrator.run()).toBe('succeeded');
  expect(run.state.workstreams.get('default')).toMatchObject({ status: 'merged', mergedBy: 'nothing_to_merge' });
  expect(run.events('workstream_pr_created')).toEqual([]);
});

test('a failed task is retried with a new token and with what went before', async () => {
  const seen: unknown[] = [];
  const script: TaskScript = {
    wait: (it) => {
      seen.push([it.attempt, it.token, it.earlierAttempts]);
      return it.attempt === 1 ? failedSignal(it, 'no') : doneSignal(it);
    },
  };
  const run = newRun({ tasks: [{ id: 'a' }], script, limits: { maxTaskAttempts: 2 } });
  expect(await run.orchestrator.run()).toBe('succeeded');
  const signalDir = '/repo/signals/a/attempt-1';
  expect(seen).toEqual([
    [1, 'token-1', []],
    [2, 'token-2', [{ number: 1, error: 'no', signalDir }]],
  ]);
  expect(run.events('task_retrying')).toMatchObject([{ attempt: 1, of: 2 }]);
  expect(run.journal.lines.join('')).not.toContain('token-1');
});

test('what can never run is blocked by the task at the root, and the lane has failed with it', async () => {
  const { orchestrator, state } = newRun({ tasks: chain, script: fails('a') });
  expect(await orchestrator.run()).toBe('completed_with_failures');
  expect(state.tasks.get('c')).toMatchObject({ status: 'blocked', blockedBy: { task: 'a' } });
  expect(state.workstreams.get('default')).toMatchObject({ status: 'failed', failure: { root: { task: 'a' } } });
});

test('a bug stops scheduling unless told otherwise, and is not retried', async () => {
  const tasks = [{ id: 'a' }, { id: 'b' }];
  const script: TaskScript = {
    wait: (it) => {
      if (it.task.id === 'a') throw new TypeError('bug');
      return doneSignal(it);
    },
  };
  const stopped = newRun({ tasks, script, limits: { maxTaskAttempts: 3 } });
  expect(await stopped.orchestrator.run()).toBe('fatal_internal_error');
  expect(stopped.events('run_stopping')).toMatchObject([{ reason: 'internal_error' }]);
  expect(stopped.state.tasks.get('b')?.status).toBe('pending');
  const going = newRun({ tasks, script, limits: { maxTaskAttempts: 3, failFastOnInternalError: false } });
  expect(await going.orchestrator.run()).toBe('completed_with_failures');
  expect(going.state.tasks.get('a')?.attempts).toHaveLength(1);
  expect(going.state.tasks.get('b')?.status).toBe('pr_merged');
});

test('fail_fast_on_workstream_error stops at the first task that is given up', async () => {
  const run = newRun({
    tasks: [{ id: 'a' }, { id: 'b' }],
    script: fails('a'),
    limits: { failFastOnWorkstreamError: true },
  });
  expect(await run.orchestrator.run()).toBe('completed_with_failures');
  expect(run.state.tasks.get('b')?.status).toBe('pending');
});

test('a run that a held lane keeps from going on waits for a person and says for which lane', async () => {
  const tasks = [...twoLanes.tasks, { id: 'c', ws: 'three', deps: ['b'] }];
  const run = newRun({ tasks, workstreams: [{ id: 'one' }, { id: 'two' }, { id: 'three' }] });
  expect(await run.orchestrator.run()).toBe('waiting_for_person');
  expect(run.events('run_finished')).toMatchObject([{ waiting_for: ['one'] }]);
});

test('the person merges while the run waits: it goes on', async () => {
  const underWay = new UnderWay();
  const run = newRun({
    ...twoLanes,
    workstreams: [{ id: 'one' }, { id: 'two', autoMerge: true }],
    lanes: { awaitMerge: (lane) => underWay.begin('merge', lane.signal).then(() => ({ commit: 'by hand' })) },
    waitForPerson: (signal) => underWay.begin('patience', signal),
  });
  const outcome = run.orchestrator.run();
  await quiet();
  expect(underWay.names()).toEqual(['merge', 'patience']);
  underWay.end('merge');
  expect(await outcome).toBe('succeeded');
  expect(run.state.workstreams.get('one')).toMatchObject({ status: 'merged', mergedBy: 'person' });
});

test('the merge that is waited for fails: nothing is waited for any more', async () => {
  const underWay = new UnderWay();
  const run = newRun({
    ...twoLanes,
    workstreams: [{ id: 'one' }, { id: 'two' }],
    lanes: {
      async awaitMerge(lane) {
        await underWay.begin('merge', lane.signal);
        throw new WorkspaceError('closed', 'closed unmerged');
      },
    },
    waitForPerson: (signal) => underWay.begin('patience', signal),
  });
  const outcome = run.orchestrator.run();
  await quiet();
  underWay.end('merge');
  expect(await outcome).toBe('completed_with_failures');
  expect(run.state.tasks.get('b')).toMatchObject({ status: 'blocked', blockedBy: { workstream: 'one' } });
});

test('a graph that lacks a step is refused before anything happens', () => {
  const graph = makeGraph({ tasks: [{ id: 'a' }] });
  const journal = new Journal();
  const launcher = new StepDispatch<never>('launcher', {});
  const options = {
    graph,
    settings: DEFAULT_SETTINGS,
    taskRunner: new StandardTaskRunner({ ...scriptedTables({}), launcher }),
    workstreamSteps: scriptedLanes(),
    log: startLog(graph, journal),
    tokenOf: countedTokens(),
    clock: REAL_CLOCK,
  };
  expect(() => new Orchestrator(options)).toThrow('no launcher for command/tmux');
  expect(journal.kinds()).toEqual(['run_started']);
});

test('a stop lets what runs end and leaves the rest, the second word wins', async () => {
  const underWay = new UnderWay();
  const script: TaskScript = { wait: (it) => underWay.begin(it.task.id, it.signal).then(() => doneSignal(it)) };
  const run = newRun({ tasks: chain, script });
  const outcome = run.orchestrator.run();
  await quiet();
  run.orchestrator.stop();
  run.orchestrator.stop();
  await quiet();
  expect(underWay.names()).toEqual(['a']);
  run.orchestrator.cancel();
  expect(await outcome).toBe('cancelled');
  expect(run.events('run_stopping')).toMatchObject([
    { reason: 'interrupted', running: ['a'] },
    { reason: 'cancelled', running: ['a'] },
  ]);
  expect(run.state.tasks.get('a')?.status).toBe('cancelled');
});

test('the owner of a run that a bug stops may still leave it, unfinished, with its agents alive', async () => {
  const underWay = new UnderWay();
  const script: TaskScript = {
    async wait(it) {
      if (it.task.id === 'a') throw new TypeError('bug');
      await underWay.begin(it.task.id, it.signal);
      return doneSignal(it);
    },
  };
  const tasks = [{ id: 'a' }, { id: 'b' }];
  const parallel = [{ id: 'default', parallel: true }];
  const run = newRun({ tasks, workstreams: parallel, script, limits: { maxConcurrency: 2 } });
  const outcome = run.orchestrator.run();
  await quiet();
  run.orchestrator.detach();
  expect(await outcome).toBeNull();
  expect(run.state.tasks.get('b')?.status).toBe('running');
  expect(run.events('run_finished')).toEqual([]);
});

test('a cancel between opening and merging does not merge', async () => {
  const underWay = new UnderWay();
  const merged: string[] = [];
  const lanes = scriptedLanes();
  const run = newRun({
    tasks: [{ id: 'a' }],
    workstreams: merging,
    lanes: {
      // A step that does not look at its signal.
      open: (lane, state) => underWay.begin('open', new AbortController().signal).then(() => lanes.open(lane, state)),
      merge: async (lane) => {
        merged.push(lane.workstream.id);
        return { kind: 'merged', commit: 'm' };
      },
    },
  });
  const outcome = run.orchestrator.run();
  await quiet();
  run.orchestrator.cancel();
  underWay.end('open');
  expect(await outcome).toBe('cancelled');
  expect(merged).toEqual([]);
});

test('a new owner starts a retried task once, and blocks what the last one had blocked', async () => {
  const underWay = new UnderWay();
  const spec = {
    tasks: [
      { id: 'a', ws: 'one' },
      { id: 'b', ws: 'one' },
      { id: 'x', ws: 'two' },
      { id: 'y', ws: 'two', deps: ['x'] },
    ],
    workstreams: [{ id: 'one', parallel: true }, { id: 'two' }],
    limits: { maxConcurrency: 3, maxTaskAttempts: 2, failFastOnInternalError: false },
  };
  const script: TaskScript = {
    async wait(it) {
      await underWay.begin(it.task.id, it.signal);
      if (it.task.id === 'x') throw new TypeError('bug');
      if (it.task.id === 'a' && it.attempt === 1) throw new SignalError('gone', 'gone');
      return doneSignal(it);
    },
  };
  const first = newRun({ ...spec, script });
  const left = first.orchestrator.run();
  await quiet();
  first.orchestrator.stop();
  for (const id of ['a', 'b', 'x']) underWay.end(id);
  expect(await left).toBeNull();

  const second = newRun({ ...spec, journal: first.journal, script: {} });
  expect(await second.orchestrator.run()).toBe('completed_with_failures');
  const starts = second.events('task_started').map((event) => 'attempt' in event && `${event.task} ${event.attempt}`);
  expect(starts).toEqual(['x 1', 'a 1', 'b 1', 'a 2']);
  expect(second.state.tasks.get('y')).toMatchObject({ status: 'blocked', blockedBy: { task: 'x' } });
});

test('a stop leaves retries and finished lanes to the next owner', async () => {
  const underWay = new UnderWay();
  const spec = {
    tasks: [
      { id: 'a', ws: 'one' },
      { id: 'b', ws: 'two' },
    ],
    workstreams: [
      { id: 'one', autoMerge: true },
      { id: 'two', autoMerge: true },
    ],
    limits: { maxConcurrency: 2, maxTaskAttempts: 2 },
  };
  const script: TaskScript = {
    wait: (it) =>
      underWay.begin(it.task.id, it.signal).then(() => (it.task.id === 'a' ? failedSignal(it, 'no') : doneSignal(it))),
  };
  const first = newRun({ ...spec, script });
  const left = first.orchestrator.run();
  await quiet();
  first.orchestrator.stop();
  underWay.end('a');
  underWay.end('b');
  expect(await left).toBeNull();
  expect(first.events('task_retrying')).toEqual([]);
  expect(first.state.workstreams.get('two')?.status).toBe('active');

  const second = newRun({ ...spec, journal: first.journal });
  expect(await second.orchestrator.run()).toBe('succeeded');
  expect(second.state.workstreams.get('two')?.status).toBe('merged');
});

test('a new owner whose settings end the run at once still tells all before the end', async () => {
  const underWay = new UnderWay();
  const spec = {
    tasks: [{ id: 'a' }, { id: 'b' }, { id: 'c', deps: ['b'] }],
    workstreams: [{ id: 'default', parallel: true }],
  };
  const script: TaskScript = {
    wait: (it) => underWay.begin(it.task.id, it.signal).then(() => failedSignal(it, 'no')),
  };
  const first = newRun({ ...spec, script, limits: { maxConcurrency: 2, maxTaskAttempts: 2 } });
  const left = first.orchestrator.run();
  await quiet();
  first.orchestrator.stop();
  underWay.end('a');
  underWay.end('b');
  expect(await left).toBeNull();

  const second = newRun({ ...spec, journal: first.journal, limits: { failFastOnWorkstreamError: true } });
  expect(await second.orchestrator.run()).toBe('completed_with_failures');
  expect(second.state.tasks.get('c')?.status).toBe('blocked');
  expect(second.journal.kinds().at(-1)).toBe('run_finished');
});

test('after a cancel it is too late to detach', async () => {
  const underWay = new UnderWay();
  const never = new AbortController().signal;
  const teardown: TaskScript['teardown'] = () => underWay.begin('teardown', never);
  const wait: TaskScript['wait'] = (it) => underWay.begin('work', it.signal).then(() => doneSignal(it));
  const run = newRun({ tasks: [{ id: 'a' }], script: { wait, teardown } });
  const outcome = run.orchestrator.run();
  await quiet();
  run.orchestrator.cancel();
  await quiet();
  run.orchestrator.detach();
  underWay.end('teardown');
  expect(await outcome).toBe('cancelled');
  expect(run.events('run_stopping')).toMatchObject([{ reason: 'cancelled' }]);
});

test('a merge that is noticed after the end is not told', async () => {
  const underWay = new UnderWay();
  const run = newRun({
    tasks: [{ id: 'a' }],
    // A watch that does not look at its signal.
    lanes: { awaitMerge: () => underWay.begin('merge', new AbortController().signal).then(() => ({ commit: 'm' })) },
  });
  expect(await run.orchestrator.run()).toBe('succeeded');
  underWay.end('merge');
  await quiet();
  expect(run.journal.kinds().at(-1)).toBe('run_finished');
});

test.each(['workstream_active', 'task_started', 'task_succeeded', 'workstream_merged', 'run_finished'])(
  'a journal that cannot be written at %s ends the run with that error',
  async (last) => {
    const graph = makeGraph({ tasks: [{ id: 'a' }], workstreams: merging });
    const log = new EventLog({
      state: emptyRunState(),
      now: () => 0,
      write: (line) => {
        if (line.includes(`"${last}"`)) throw new Error('disk full');
      },
    });
    log.append(runStarted(graph));
    const orchestrator = new Orchestrator({
      graph,
      settings: DEFAULT_SETTINGS,
      taskRunner: new StandardTaskRunner(scriptedTables({})),
      workstreamSteps: scriptedLanes(),
      log,
      tokenOf: countedTokens(),
      clock: REAL_CLOCK,
    });
    await expect(orchestrator.run()).rejects.toThrow('disk full');
  },
);

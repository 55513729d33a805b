import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/core/graph/graph.ts';
import { Orchestrator } from '../../src/core/orchestrator.ts';
import { currentAttempt } from '../../src/core/run-state.ts';
import type { RestEnd } from '../../src/core/slots.ts';
import { StandardTaskRunner } from '../../src/core/task-runner.ts';
import type { TaskRuntime } from '../../src/core/task-runtime.ts';
import { countedTokens, doneSignal, Journal, quiet, scriptedLanes, scriptedTables, startLog } from '../support/core.ts';
import { type GraphSpec, makeGraph } from '../support/graphs.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const HOUR = 3_600_000;

interface Setup extends GraphSpec {
  readonly slots: number;
  readonly caps?: Readonly<Record<string, number>>;
  /** Tasks that meet a limit; each for two hours from the start. */
  readonly limited: readonly string[];
}

/** Tasks that meet a limit as soon as they run; the others wait until they are told to end. */
function newRun(setup: Setup) {
  const clock = new SimulatedClock();
  const graph = makeGraph({ workstreams: [{ id: 'default', parallel: true }], ...setup });
  const journal = new Journal();
  const log = startLog(graph, journal);
  const until = new Date(clock.now() + 2 * HOUR).toISOString();
  const ends = new Map(graph.tasks.map(({ id }) => [id, Promise.withResolvers<void>()]));
  const early = new Map(graph.tasks.map(({ id }) => [id, new AbortController()]));
  const wait = async (runtime: TaskRuntime) => {
    const { id } = runtime.task;
    if (setup.limited.includes(id)) await runtime.park(until, early.get(id)?.signal as AbortSignal);
    await ends.get(id)?.promise;
    runtime.signal.throwIfAborted();
    return doneSignal(runtime);
  };
  const orchestrator = new Orchestrator({
    graph,
    settings: { ...DEFAULT_SETTINGS, maxConcurrency: setup.slots, caps: setup.caps ?? {} },
    taskRunner: new StandardTaskRunner(scriptedTables({ wait })),
    workstreamSteps: scriptedLanes(),
    log,
    tokenOf: countedTokens(),
    clock,
    waitForPerson: null,
  });
  const end = async (id: string) => {
    ends.get(id)?.resolve();
    await quiet();
  };
  const wake = async (id: string, cause: RestEnd) => {
    early.get(id)?.abort(cause);
    await quiet();
  };
  const begun = () => [...log.state.tasks.values()].filter((task) => task.attempts.length > 0).map((t) => t.outline.id);
  const parked = () =>
    [...log.state.tasks.values()].filter((t) => currentAttempt(t)?.parkedUntil != null).map((t) => t.outline.id);
  return { orchestrator, clock, journal, state: log.state, end, wake, begun, parked, until };
}

const five = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id }));

test('three of five meet a limit: the others have their slots, and they go on at its end with the same attempts', async () => {
  const run = newRun({ tasks: five, slots: 3, limited: ['a', 'b', 'c'] });
  const outcome = run.orchestrator.run();
  await quiet();
  expect(run.parked()).toEqual(['a', 'b', 'c']);
  expect(run.begun()).toEqual(['a', 'b', 'c', 'd', 'e']);
  await run.end('d');
  await run.end('e');
  await run.clock.advance(2 * HOUR - 1);
  expect(run.parked()).toEqual(['a', 'b', 'c']);
  await run.clock.advance(1);
  expect(run.parked()).toEqual([]);
  for (const id of ['a', 'b', 'c']) await run.end(id);
  expect(await outcome).toBe('succeeded');
  expect([...run.state.tasks.values()].map((task) => task.attempts.length)).toEqual([1, 1, 1, 1, 1]);
  expect(currentAttempt(run.state.tasks.get('a') as never)).toMatchObject({ parkedUntil: null, status: 'pr_merged' });
});

test('at its end it waits for a slot, and has it before any task that has not begun', async () => {
  const run = newRun({ tasks: five, slots: 1, limited: ['a'] });
  const outcome = run.orchestrator.run();
  await quiet();
  expect(run.begun()).toEqual(['a', 'b']);
  await run.clock.advance(2 * HOUR);
  expect(run.parked()).toEqual(['a']);
  await run.end('b');
  expect([run.parked(), run.begun()]).toEqual([[], ['a', 'b']]);
  for (const { id } of five) await run.end(id);
  expect(await outcome).toBe('succeeded');
});

test('a signal that comes earlier does not wait for a slot; nothing more is begun until one is free', async () => {
  const run = newRun({ tasks: five, slots: 1, limited: ['a'] });
  const outcome = run.orchestrator.run();
  await quiet();
  await run.wake('a', 'signal');
  expect(run.journal.events().find(({ kind }) => kind === 'task_unparked')).toMatchObject({ cause: 'signal' });
  await run.end('b');
  expect(run.begun()).toEqual(['a', 'b']);
  await run.end('a');
  expect(run.begun()).toEqual(['a', 'b', 'c']);
  for (const { id } of five) await run.end(id);
  expect(await outcome).toBe('succeeded');
});

test('its lane stays its own: the next task of it waits', async () => {
  const run = newRun({ tasks: [{ id: 'a' }, { id: 'b' }], workstreams: [{ id: 'default' }], slots: 2, limited: ['a'] });
  const outcome = run.orchestrator.run();
  await quiet();
  expect([run.parked(), run.begun()]).toEqual([['a'], ['a']]);
  await run.clock.advance(2 * HOUR);
  for (const id of ['a', 'b']) await run.end(id);
  expect(await outcome).toBe('succeeded');
});

test('its cap is for others meanwhile', async () => {
  const tasks = ['a', 'b', 'c'].map((id) => ({ id, framework: 'codex' }));
  const run = newRun({ tasks, slots: 5, caps: { codex: 1 }, limited: ['a'] });
  const outcome = run.orchestrator.run();
  await quiet();
  expect(run.begun()).toEqual(['a', 'b']);
  await run.end('b');
  expect(run.begun()).toEqual(['a', 'b', 'c']);
  await run.clock.advance(2 * HOUR);
  expect(run.parked()).toEqual(['a']);
  await run.end('c');
  expect(run.parked()).toEqual([]);
  await run.end('a');
  expect(await outcome).toBe('succeeded');
});

test('a run that stops goes on with the parked ones; one that is cancelled does not wait for them', async () => {
  const stopped = newRun({ tasks: five, slots: 1, limited: ['a'] });
  const end = stopped.orchestrator.run();
  await quiet();
  stopped.orchestrator.stop();
  await stopped.end('b');
  await stopped.clock.advance(2 * HOUR);
  await stopped.end('a');
  expect(await end).toBeNull();
  expect(stopped.begun()).toEqual(['a', 'b']);

  const cancelled = newRun({ tasks: [{ id: 'a' }], slots: 1, limited: ['a'] });
  const over = cancelled.orchestrator.run();
  await quiet();
  cancelled.orchestrator.cancel();
  expect(await over).toBe('cancelled');
  expect(currentAttempt(cancelled.state.tasks.get('a') as never)).toMatchObject({
    status: 'cancelled',
    parkedUntil: null,
  });
});

test('the time for which it was parked is known', async () => {
  const run = newRun({ tasks: [{ id: 'a' }], slots: 1, limited: ['a'] });
  const outcome = run.orchestrator.run();
  await quiet();
  expect(currentAttempt(run.state.tasks.get('a') as never)).toMatchObject({ parkedUntil: run.until });
  await run.clock.advance(2 * HOUR);
  const [from, to] = ['task_parked', 'task_unparked'].map((kind) =>
    Date.parse(run.journal.events().find((event) => event.kind === kind)?.at ?? ''),
  );
  expect(currentAttempt(run.state.tasks.get('a') as never)?.parkedMs).toBe((to ?? 0) - (from ?? 0));
  await run.end('a');
  expect(await outcome).toBe('succeeded');
});

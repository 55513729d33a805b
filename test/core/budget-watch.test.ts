import { describe, expect, test } from 'vitest';
import { StepDispatch } from '../../src/core/dispatch.ts';
import { EventLog } from '../../src/core/event-log.ts';
import type { FactOf, RunEvent } from '../../src/core/events.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../src/core/graph/graph.ts';
import { Orchestrator } from '../../src/core/orchestrator.ts';
import { replay } from '../../src/core/reduce.ts';
import { NO_CHANGE } from '../../src/core/retry-change.ts';
import { runStarted } from '../../src/core/run-started.ts';
import { currentAttempt, type TaskState } from '../../src/core/run-state.ts';
import type { TaskLauncher } from '../../src/core/steps.ts';
import { StandardTaskRunner } from '../../src/core/task-runner.ts';
import {
  countedTokens,
  doneSignal,
  Journal,
  quiet,
  scriptedAgent,
  scriptedLanes,
  scriptedTables,
  type TaskScript,
  UnderWay,
} from '../support/core.ts';
import { type GraphSpec, makeGraph } from '../support/graphs.ts';
import { workers } from '../support/owned-run.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

interface Setup extends GraphSpec {
  readonly limits?: Partial<Settings>;
  readonly script?: TaskScript;
  readonly fails?: (id: string, attempt: number) => boolean;
  /** Of the owner before. */
  readonly journal?: Journal;
  readonly clock?: SimulatedClock;
}

const PARALLEL = [{ id: 'default', parallel: true, autoMerge: true }];
const budget = (bounds: Partial<NonNullable<Settings['budget']>>) => ({
  budget: { maxCostUsd: null, maxTokens: null, timeoutMs: null, ...bounds },
});

/** Agents work until the test ends them, and tell what they have used when it says so. */
function newRun(setup: Setup) {
  const graph = makeGraph({ workstreams: PARALLEL, ...setup });
  const journal = setup.journal ?? new Journal();
  const clock = setup.clock ?? new SimulatedClock();
  const log = new EventLog({ state: replay(journal.events()), now: () => clock.now(), write: journal.write });
  const { maxTaskAttempts = 1 } = setup.limits ?? {};
  if (setup.journal !== undefined) log.append({ kind: 'run_resumed', pid: 2 });
  else log.append(runStarted(graph, { number: 1, digest: 'd', maxTaskAttempts }));
  const { underWay, script } = workers(setup.fails);
  const tornDown: string[] = [];
  const stopped: string[] = [];
  const all: TaskScript = {
    ...script,
    find: (it) => (it.resumed?.agent ? { agent: scriptedAgent({}, it), found: 'alive' } : null),
    teardown: (it) => void tornDown.push(`${it.task.id} ${it.attempt}`),
    ...setup.script,
  };
  const tables = scriptedTables(all);
  const launcher: TaskLauncher = {
    async launch(it) {
      const agent = await tables.launcher.for(it).launch(it);
      const teardown = async () => void stopped.push(`${it.task.id} ${it.attempt}`);
      return { ...agent, address: { ...agent.address, teardown } };
    },
    find: async (it) => (await tables.launcher.for(it).find?.(it)) ?? null,
  };
  const orchestrator = new Orchestrator({
    graph,
    settings: { ...DEFAULT_SETTINGS, maxConcurrency: 2, ...setup.limits },
    taskRunner: new StandardTaskRunner({
      ...tables,
      launcher: new StepDispatch('launcher', { default: () => launcher }),
    }),
    workstreamSteps: scriptedLanes(),
    log,
    tokenOf: countedTokens(),
    clock,
    waitForPerson: null,
  });
  const uses = async (task: string, cost: number | null, tokens = 1000) => {
    const { number: attempt = 1 } = currentAttempt(log.state.tasks.get(task) as TaskState) ?? {};
    const kinds = { output_tokens: tokens, cache_read_tokens: 0, cache_write_tokens: 0 };
    log.append({ kind: 'task_usage', task, attempt, input_tokens: 0, ...kinds, cost_usd: cost, model: null });
    await quiet();
  };
  const reached = () =>
    journal
      .events()
      .filter((event): event is RunEvent & FactOf<'budget_reached'> => event.kind === 'budget_reached')
      .map(({ task, budget, percent, spent }) => `${task ?? 'run'} ${budget} ${percent}: ${spent}`);
  const failure = (task: string) => currentAttempt(log.state.tasks.get(task) as TaskState)?.failure ?? null;
  return { orchestrator, journal, log, state: log.state, underWay, clock, uses, reached, failure, tornDown, stopped };
}

async function begun(setup: Setup) {
  const run = newRun(setup);
  const outcome = run.orchestrator.run();
  await quiet();
  return { ...run, outcome };
}

describe('a task with a budget', () => {
  test('is warned of at 80 percent once, and ended at 100: its work is kept, and it is not tried again', async () => {
    const run = await begun({ tasks: [{ id: 'a', maxCostUsd: 10 }], limits: { maxTaskAttempts: 3 } });
    for (const cost of [7.9, 8, 9]) await run.uses('a', cost);
    expect(run.reached()).toEqual(['a cost_usd 80: 8']);
    expect(run.underWay.names()).toEqual(['a']);
    await run.uses('a', 10.5);
    expect(await run.outcome).toBe('completed_with_failures');
    expect(run.reached()).toEqual(['a cost_usd 80: 8', 'a cost_usd 100: 10.5']);
    expect(run.failure('a')).toEqual({
      code: 'budget_exceeded',
      error:
        'the task has used $10.50 of $10.00; raise its max_cost_usd in the graph file and run the graph again, or let ' +
        'agentrelay retry a use as much again',
      failureClass: 'expected_task_failure',
    });
    expect(run.state.tasks.get('a')).toMatchObject({ status: 'failed', givenUp: true });
    expect(run.tornDown).toEqual(['a 1']);
  });

  test('counts tokens where no cost is told', async () => {
    const run = await begun({ tasks: [{ id: 'a', maxCostUsd: 1, maxTokens: 5000 }] });
    await run.uses('a', null, 4999);
    expect(run.underWay.names()).toEqual(['a']);
    await run.uses('a', null, 5000);
    await run.outcome;
    expect(run.failure('a')?.error).toContain('5,000 of 5,000 tokens; raise its max_tokens');
  });

  test('counts its attempts together: a retry by the settings has what is left', async () => {
    const limits = { maxTaskAttempts: 3 };
    const run = await begun({ tasks: [{ id: 'a', maxCostUsd: 10 }], fails: (_, attempt) => attempt === 1, limits });
    await run.uses('a', 6);
    run.underWay.end('a');
    await quiet();
    expect(run.underWay.names()).toEqual(['a']);
    await run.uses('a', 4.5);
    await run.outcome;
    expect(run.failure('a')?.error).toContain('$10.50 of $10.00');
    expect(run.state.tasks.get('a')?.attempts).toHaveLength(2);
  });

  test('launches no agent with nothing left: the attempt before told too late what it had used', async () => {
    const late = Promise.withResolvers<void>();
    const launched: number[] = [];
    const script: TaskScript = { teardown: () => late.promise, launch: (it) => void launched.push(it.attempt) };
    const limits = { maxTaskAttempts: 3 };
    const run = await begun({ tasks: [{ id: 'a', maxCostUsd: 1 }], fails: () => true, script, limits });
    run.underWay.end('a');
    await quiet();
    await run.uses('a', 2);
    late.resolve();
    expect(await run.outcome).toBe('completed_with_failures');
    expect(run.state.tasks.get('a')?.attempts.map(({ failure }) => failure?.code)).toEqual([
      'agent_failed',
      'budget_exceeded',
    ]);
    expect(launched).toEqual([1]);
  });

  test('has as much again for a retry that a person asks for', async () => {
    const run = await begun({ tasks: [{ id: 'a', maxCostUsd: 10 }, { id: 'b' }] });
    await run.uses('a', 11);
    const by = { pid: 1, host: 'here' };
    await run.orchestrator.request({ number: 1, request: { action: 'retry', task: 'a', change: NO_CHANGE, by } });
    await quiet();
    expect(run.underWay.names().sort()).toEqual(['a', 'b']);
    await run.uses('a', 9);
    expect(run.underWay.names().sort()).toEqual(['a', 'b']);
    for (const id of ['a', 'b']) run.underWay.end(id);
    expect(await run.outcome).toBe('succeeded');
    expect(run.reached()).toEqual(['a cost_usd 100: 11', 'a cost_usd 80: 9']);
  });

  test('goes on to its merge once its agent has signalled, and is ended when its work goes back to the agent', async () => {
    const gates = new UnderWay();
    let passes = true;
    const gate: TaskScript['gate'] = async (it) => {
      await gates.begin(it.task.id, it.signal);
      return { passed: passes, exitCode: passes ? 0 : 1, outputFile: '/out' };
    };
    const tasks = ['a', 'b'].map((id) => ({ id, maxCostUsd: 1, completionGate: 'test' }));
    const run = await begun({ tasks, script: { gate } });
    for (const id of ['a', 'b']) {
      run.underWay.end(id);
      await quiet();
      await run.uses(id, 2);
    }
    gates.end('a');
    await quiet();
    expect(run.state.tasks.get('a')?.status).toBe('pr_merged');
    passes = false;
    gates.end('b');
    await run.outcome;
    expect(run.failure('b')?.code).toBe('budget_exceeded');
  });

  test.each(['never', 'on_success'] as const)(
    'its agent is stopped with teardown_mode %s, too',
    async (teardownMode) => {
      const run = await begun({ tasks: [{ id: 'a', maxCostUsd: 1 }, { id: 'b' }], limits: { teardownMode } });
      await run.uses('a', 2);
      expect([run.tornDown, run.stopped]).toEqual([[], ['a 1']]);
      run.underWay.end('b');
      await run.outcome;
      expect(run.stopped).toEqual(['a 1']);
    },
  );

  test('what an owner could not end any more is ended by the next one', async () => {
    const setup = { tasks: [{ id: 'a', maxCostUsd: 1 }] };
    const first = await begun(setup);
    first.orchestrator.detach();
    await first.outcome;
    await first.uses('a', 2);
    const next = await begun({ ...setup, journal: first.journal });
    expect(await next.outcome).toBe('completed_with_failures');
    expect(next.failure('a')?.code).toBe('budget_exceeded');
  });
});

describe('a run with a budget', () => {
  const tasks = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];

  test('is warned of, and at its end nothing is started and what runs is ended, to be tried again', async () => {
    const run = await begun({ tasks, limits: budget({ maxCostUsd: 10 }) });
    await run.uses('a', 4);
    await run.uses('b', 4);
    expect(run.reached()).toEqual(['run cost_usd 80: 8']);
    await run.uses('b', 6);
    expect(await run.outcome).toBe('completed_with_failures');
    expect(run.reached()).toEqual(['run cost_usd 80: 8', 'run cost_usd 100: 10']);
    expect(['a', 'b'].map((id) => run.failure(id)?.code)).toEqual(['run_budget_exceeded', 'run_budget_exceeded']);
    expect(run.failure('a')?.error).toBe(
      'the run has used $10.00 of $10.00; raise budget.max_cost_usd in the graph file, and agentrelay run goes on with it',
    );
    expect(run.tornDown).toEqual(['a 1', 'b 1']);
    expect(run.state.tasks.get('a')).toMatchObject({ status: 'failed', givenUp: false });
    expect(run.state.tasks.get('c')).toMatchObject({ status: 'pending', attempts: [] });
    expect(run.state.stopping).toBe('budget');
  });

  test('goes on when it may use more: what was ended burned no attempt, and what is told is of the new bound', async () => {
    const first = await begun({ tasks, limits: budget({ maxCostUsd: 10 }) });
    await first.uses('a', 10);
    await first.outcome;
    const next = await begun({ tasks, journal: first.journal, limits: budget({ maxCostUsd: 20 }) });
    expect(next.underWay.names()).toEqual(['a', 'b']);
    await next.uses('a', 6);
    expect(next.reached().at(-1)).toBe('run cost_usd 80: 16');
    for (const id of ['a', 'b', 'c']) {
      next.underWay.end(id);
      await quiet();
    }
    expect(await next.outcome).toBe('succeeded');
    expect([...next.state.tasks.values()].map((task) => task.attempts.length)).toEqual([2, 2, 1]);
  });

  test('merges what is finished: the last task had signalled before the end of the budget was told', async () => {
    const merges = new UnderWay();
    const merge: TaskScript['merge'] = async (it) => {
      await merges.begin(it.task.id, it.signal);
      return { kind: 'merged', commit: 'm' };
    };
    const run = await begun({ tasks: [{ id: 'a' }], script: { merge }, limits: budget({ maxTokens: 10 }) });
    run.underWay.end('a');
    await quiet();
    await run.uses('a', null, 11);
    merges.end('a');
    expect(await run.outcome).toBe('succeeded');
    expect(run.state.workstreams.get('default')?.status).toBe('merged');
  });

  test('is not stopped at the end of its budget when nothing is left to do', async () => {
    const late = Promise.withResolvers<void>();
    const script: TaskScript = { teardown: () => late.promise };
    const run = await begun({ tasks: [{ id: 'a' }], script, limits: budget({ maxCostUsd: 1 }) });
    run.underWay.end('a');
    await quiet();
    await run.uses('a', 5);
    late.resolve();
    expect(await run.outcome).toBe('succeeded');
    expect([run.reached(), run.state.stopping]).toEqual([['run cost_usd 100: 5'], null]);
  });

  test('ends also while it is paused', async () => {
    const run = await begun({ tasks, limits: { ...budget({ maxCostUsd: 1 }), maxConcurrency: 1 } });
    await run.orchestrator.request({ number: 1, request: { action: 'pause', by: { pid: 1, host: 'here' } } });
    await run.uses('a', 5);
    expect(await run.outcome).toBe('completed_with_failures');
  });

  test('has a time, which is that of all its owners', async () => {
    const limits = budget({ timeoutMs: 100_000 });
    const first = await begun({ tasks, limits });
    await first.clock.advance(79_999);
    expect(first.reached()).toEqual([]);
    await first.clock.advance(1);
    expect(first.reached()).toEqual(['run seconds 80: 80']);
    first.orchestrator.detach();
    await first.outcome;
    expect(first.clock.sleeping).toBe(0);
    await first.clock.advance(3_600_000);
    const next = await begun({ tasks, journal: first.journal, clock: first.clock, limits });
    await next.clock.advance(19_999);
    expect(next.underWay.names()).toEqual(['a', 'b']);
    await next.clock.advance(1);
    expect(await next.outcome).toBe('completed_with_failures');
    expect(next.failure('a')?.error).toContain('the run has used 100 s of 100 s; raise budget.timeout');
    expect(next.clock.sleeping).toBe(0);
  });
});

describe('the timeout of an attempt', () => {
  test('is warned of at 80 percent of its own time; what it is parked for is none', async () => {
    const parks: TaskScript = {
      wait: async (it) => {
        await it.park(new Date(run.clock.now() + 3_600_000).toISOString(), new AbortController().signal);
        await run.underWay.begin(it.task.id, it.signal);
        return doneSignal(it);
      },
    };
    const run = newRun({ tasks: [{ id: 'a', timeoutMs: 100_000 }], script: parks });
    const outcome = run.orchestrator.run();
    await quiet();
    await run.clock.advance(3_600_000 + 79_999);
    expect(run.reached()).toEqual([]);
    await run.clock.advance(1);
    expect(run.reached()).toEqual(['a seconds 80: 80']);
    run.underWay.end('a');
    await outcome;
  });

  test('is warned of once, and its timer ends with it', async () => {
    const run = await begun({ tasks: [{ id: 'a', timeoutMs: 100_000 }] });
    await run.clock.advance(79_999);
    expect(run.reached()).toEqual([]);
    await run.clock.advance(15_000);
    expect(run.reached()).toEqual(['a seconds 80: 80']);
    run.underWay.end('a');
    await run.outcome;
    expect(run.clock.sleeping).toBe(0);
  });
});

import { SignalError, WorkspaceError } from '../../src/core/errors.ts';
import type { EventLog } from '../../src/core/event-log.ts';
import type { Graph } from '../../src/core/graph/graph.ts';
import type { RunOutcome } from '../../src/core/lifecycle.ts';
import { Orchestrator } from '../../src/core/orchestrator.ts';
import type { TaskCompletionSignal } from '../../src/core/steps.ts';
import { StandardTaskRunner } from '../../src/core/task-runner.ts';
import type { TaskRuntime } from '../../src/core/task-runtime.ts';
import type { WorkstreamRuntime, WorkstreamSteps } from '../../src/core/workstream.ts';
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
  UnderWay,
} from './core.ts';
import { graphOf, type RunPlan, type TaskPlan } from './run-plan.ts';

/** A run of a plan, in which whatever takes time ends when the test picks it. */
export interface Simulation {
  readonly plan: RunPlan;
  readonly graph: Graph;
  readonly journal: Journal;
  readonly log: EventLog;
  readonly underWay: UnderWay;
  readonly orchestrator: Orchestrator;
  /** What listeners threw, for which they were dropped. */
  readonly thrown: readonly unknown[];
}

/** A new run; with the journal of an earlier one, its continuation by a new owner. */
export function simulate(plan: RunPlan, journal = new Journal()): Simulation {
  const graph = graphOf(plan);
  const underWay = new UnderWay();
  const thrown: unknown[] = [];
  const log = journal.open((error) => thrown.push(error));
  log.append(log.state.seq === 0 ? runStarted(graph) : { kind: 'run_resumed', pid: 2 });
  const orchestrator = new Orchestrator({
    graph,
    settings: plan.settings,
    taskRunner: new StandardTaskRunner(scriptedTables({ wait: (runtime) => signalOf(plan, runtime, underWay) })),
    workstreamSteps: lanesOf(plan, underWay),
    log,
    tokenOf: countedTokens(),
    clock: REAL_CLOCK,
    waitForPerson: (signal) => underWay.begin('patience', signal),
  });
  return { plan, graph, journal, log, underWay, orchestrator, thrown };
}

async function signalOf(plan: RunPlan, runtime: TaskRuntime, underWay: UnderWay): Promise<TaskCompletionSignal> {
  const task = plan.tasks.find(({ id }) => id === runtime.task.id) as TaskPlan;
  await underWay.begin(`task:${task.id}`, runtime.signal);
  const said = {
    concerns: task.concern === 'agent' ? ['look here'] : [],
    opsConcerns: task.concern === 'ops' ? ['slow machine'] : [],
  };
  switch (task.results[runtime.attempt - 1]) {
    case 'pr_merged':
      return doneSignal(runtime, said);
    case 'completed':
      return noPrSignal(runtime, said);
    case 'agent_failed':
      return failedSignal(runtime, 'cannot');
    case 'expected':
      throw new SignalError('agent_exited', 'the agent went away');
    default:
      throw new TypeError('a bug');
  }
}

/** The lanes of a plan. */
export function lanesOf(plan: RunPlan, underWay: UnderWay): WorkstreamSteps {
  const lanes = scriptedLanes();
  const planOf = ({ workstream }: WorkstreamRuntime) => {
    const lane = plan.lanes.find(({ id }) => id === workstream.id);
    if (lane === undefined) throw new Error(`no plan for ${workstream.id}`);
    return lane;
  };
  const time = async (step: string, lane: WorkstreamRuntime) => {
    if (plan.slowLanes) await underWay.begin(`${step}:${lane.workstream.id}`, lane.signal);
  };
  const fail = (step: string): never => {
    throw new WorkspaceError(`${step}_failed`, `${step} failed`);
  };
  return {
    ...lanes,
    async prepare(lane) {
      await time('prepare', lane);
      if (planOf(lane).prepareFails) fail('prepare');
      await lanes.prepare(lane);
    },
    async open(lane, run) {
      await time('open', lane);
      const { open } = planOf(lane);
      if (open === 'throws') return fail('open');
      if (open === 'nothing_to_merge') return { kind: open, commit: 'base' };
      return await lanes.open(lane, run);
    },
    async merge(lane, pr, run) {
      await time('merge', lane);
      const { merge } = planOf(lane);
      if (merge === 'throws') return fail('merge');
      if (merge === 'held') return { kind: merge, reason: 'conflict', details: ['file'] };
      return await lanes.merge(lane, pr, run);
    },
    async awaitMerge(lane, pr) {
      const { person } = planOf(lane);
      if (person === 'never') return await lanes.awaitMerge(lane, pr);
      await underWay.begin(`person:${lane.workstream.id}`, lane.signal);
      return person === 'fails' ? fail('watch') : { commit: 'by hand' };
    },
  };
}

interface Driven extends Pick<Simulation, 'orchestrator' | 'underWay'> {
  readonly isDead?: () => boolean;
  /** When it has just begun. */
  readonly begun?: () => void;
}

/**
 * Runs it to its end, or its owner's: then the outcome is null. `picks` decide what ends next among all that is under way; patience ends last.
 * `atRest` sees every moment in which nothing goes on without the test; it may stop the run.
 */
export async function drive(
  { orchestrator, underWay, isDead = () => false, begun = () => {} }: Driven,
  picks: readonly number[],
  atRest: (step: number) => void = () => {},
): Promise<RunOutcome | null> {
  let ended = false;
  const run = orchestrator.run().finally(() => {
    ended = true;
  });
  run.catch(() => {});
  begun();
  for (let step = 0; !ended; step++) {
    await quiet();
    if (ended || isDead()) break;
    atRest(step);
    await quiet();
    if (ended || isDead()) break;
    const all = underWay.names();
    const others = all.filter((name) => name !== 'patience');
    const choice = others.length > 0 ? others : all;
    const pick = choice[(picks[step % picks.length] ?? 0) % choice.length];
    if (pick === undefined) throw new Error('the run has not ended and nothing is under way');
    underWay.end(pick);
  }
  return isDead() ? null : await run;
}

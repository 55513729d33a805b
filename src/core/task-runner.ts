import { acceptSignal } from './accept-signal.ts';
import type { Agent } from './agent-handle.ts';
import { BUDGET_EXCEEDED, RUN_BUDGET_EXCEEDED } from './budget.ts';
import type { StepDispatch } from './dispatch.ts';
import { requireSteps } from './dispatch.ts';
import type { IntegrationFailureClass } from './errors.ts';
import { describeError, PreconditionError, PullRequestError, SignalError } from './errors.ts';
import type { Graph, TearDownMode } from './graph/graph.ts';
import { isSuccess, TASK_STEPS, type TaskStatus, type TaskStep } from './lifecycle.ts';
import { NO_PR } from './names.ts';
import { recordFailure } from './record-failure.ts';
import type { AttemptState } from './run-state.ts';
import type {
  MergeResult,
  TaskCompletionChecker,
  TaskGateChecker,
  TaskKickoff,
  TaskLauncher,
  TaskMerger,
  TaskPreparer,
  TaskTeardown,
  UndoneTeardown,
} from './steps.ts';
import type { TaskRuntime } from './task-runtime.ts';
import { WayBack } from './way-back.ts';

/** A branch that must be up to date, and is not, catches up with its target this often. */
const MAX_UPDATES = 10;

/** A snapshot of an attempt after its run; the runtime stays the truth. */
export interface TaskRunResult {
  readonly taskId: string;
  readonly status: TaskStatus;
  readonly prUrl: string | null;
  readonly error: string | null;
  /** Null for success, and for a failure that the agent itself signalled. */
  readonly failureClass: IntegrationFailureClass | null;
}

/** Runs one attempt of a task. All that the orchestrator knows of lifecycles. */
export interface TaskRunner {
  /**
   * Moves `runtime` from `pending` to a terminal status, or leaves it where it is when its signal says `detach`.
   * Throws `PreconditionError` `not_pending`; whatever else goes wrong ends in the result.
   */
  run(runtime: TaskRuntime, options: { teardownMode: TearDownMode }): Promise<TaskRunResult>;
  /**
   * Finds what an earlier owner has left of an attempt, its agent above all, and reports it. Once for each runtime, and
   * before `resume`.
   */
  adopt(runtime: TaskRuntime): Promise<void>;
  /** Goes on with an adopted attempt from where its journal says; of one that has ended only the teardown is done. */
  resume(runtime: TaskRuntime, options: { teardownMode: TearDownMode }): Promise<TaskRunResult>;
  /** Brings back what the teardown of an attempt has taken away; null where this runner's steps cannot. */
  undoTeardown?(runtime: TaskRuntime): Promise<UndoneTeardown | null>;
  /** Throws if this runner lacks a step for any task of the graph. */
  requireSteps(graph: Graph): void;
}

/** The tables from which `StandardTaskRunner` picks each step. */
export interface StepTables {
  readonly preparer: StepDispatch<TaskPreparer>;
  readonly launcher: StepDispatch<TaskLauncher>;
  readonly kickoff: StepDispatch<TaskKickoff>;
  readonly completionChecker: StepDispatch<TaskCompletionChecker>;
  readonly gateChecker: StepDispatch<TaskGateChecker>;
  readonly merger: StepDispatch<TaskMerger>;
  readonly teardown: StepDispatch<TaskTeardown>;
}

/** prepare → launch → kickoff → wait → gate → merge → teardown. */
export class StandardTaskRunner implements TaskRunner {
  readonly #tables: StepTables;

  constructor(tables: StepTables) {
    this.#tables = tables;
  }

  requireSteps(graph: Graph): void {
    requireSteps(graph, Object.values(this.#tables));
  }

  async run(
    runtime: TaskRuntime,
    { teardownMode }: { teardownMode: TearDownMode } = { teardownMode: 'always' },
  ): Promise<TaskRunResult> {
    if (runtime.status !== 'pending') {
      throw new PreconditionError(
        'not_pending',
        `task ${runtime.task.id} is ${runtime.status}; a runner takes only a pending one`,
      );
    }
    runtime.start();
    return await this.#toEnd(runtime, teardownMode, () => this.#begin(runtime));
  }

  async adopt(runtime: TaskRuntime): Promise<void> {
    const resumed = requireResumed(runtime);
    if (resumed.branch !== null) {
      this.#tables.preparer.for(runtime).adopt?.(runtime);
      const known = await this.#tables.launcher.for(runtime).find?.(runtime);
      runtime.artifacts.agent = known?.agent ?? null;
      runtime.artifacts.found = known?.found ?? (resumed.agent === null ? 'not_launched' : 'lost');
    }
    if (runtime.isOver) return;
    const agent = runtime.artifacts.agent?.address.label ?? null;
    const { found } = runtime.artifacts;
    runtime.report({ kind: 'task_adopted', agent, step: resumed.step, found });
    // Of one that has signalled nobody waits for anything.
    if (found === 'alive' && resumed.signalled === null) this.#tables.completionChecker.for(runtime).catchUp?.(runtime);
  }

  async undoTeardown(runtime: TaskRuntime): Promise<UndoneTeardown | null> {
    return (await this.#tables.teardown.for(runtime).undo?.(runtime)) ?? null;
  }

  async resume(runtime: TaskRuntime, { teardownMode }: { teardownMode: TearDownMode }): Promise<TaskRunResult> {
    requireResumed(runtime);
    return await this.#toEnd(runtime, teardownMode, () => this.#rejoin(runtime));
  }

  async #toEnd(runtime: TaskRuntime, mode: TearDownMode, begin: () => Promise<Agent>): Promise<TaskRunResult> {
    try {
      if (!runtime.isOver) await this.#work(runtime, await begin());
    } catch (error) {
      recordFailure(runtime, error);
    }
    // Not in a `finally`: of an end that could not be recorded the next owner must find the agent alive.
    if (runtime.isOver && wantsTeardown(mode, runtime.status)) await this.#tearDown(runtime);
    else if (isOverspent(runtime)) await stopAgent(runtime);
    return resultOf(runtime);
  }

  async #begin(runtime: TaskRuntime): Promise<Agent> {
    await this.#tables.preparer.for(runtime).prepare(runtime);
    runtime.signal.throwIfAborted();
    runtime.report({
      kind: 'task_prepared',
      branch: runtime.require('branchName'),
      base_commit: runtime.require('baseCommit'),
      worktree: runtime.require('worktreePath'),
      signal_dir: runtime.require('signalDir'),
    });
    const agent = await this.#tables.launcher.for(runtime).launch(runtime);
    runtime.artifacts.agent = agent;
    this.#tellLaunch(runtime, agent);
    runtime.signal.throwIfAborted();
    await this.#kickOff(runtime, agent);
    return agent;
  }

  /** From where the earlier owner was: it may have done more than it could record. */
  async #rejoin(runtime: TaskRuntime): Promise<Agent> {
    runtime.signal.throwIfAborted();
    const resumed = requireResumed(runtime);
    const { agent, found } = runtime.artifacts;
    if (agent === null) {
      if (resumed.agent === null) return await this.#begin(runtime);
      throw new SignalError('agent_lost', `the agent (${resumed.agent}) is gone, and nobody can look for it`);
    }
    if (resumed.agent === null) this.#tellLaunch(runtime, agent);
    // One that is gone takes no prompt; the wait says what it has left.
    if (found === 'alive' && !isBehind(resumed, 'kickoff')) await this.#kickOff(runtime, agent);
    return agent;
  }

  #tellLaunch(runtime: TaskRuntime, { address }: Agent): void {
    runtime.report({ kind: 'task_launched', agent: address.label, place: address.place ?? null });
  }

  async #kickOff(runtime: TaskRuntime, agent: Agent): Promise<void> {
    const seen = await this.#tables.kickoff.for(runtime).kickoff(runtime, agent);
    runtime.report({ kind: 'task_waiting', ...(seen ? { seen_by: seen.seenBy, tries: seen.tries } : {}) });
  }

  /** Takes signals until one holds: each may come back from the gate or from a conflict, a bounded number of times. */
  async #work(runtime: TaskRuntime, agent: Agent): Promise<void> {
    const back = new WayBack(runtime, agent, this.#tables.completionChecker.for(runtime));
    await back.payWhatIsOwed();
    for (;;) {
      runtime.signal.throwIfAborted();
      const signal = await this.#tables.completionChecker.for(runtime).waitForCompletion(runtime);
      runtime.signal.throwIfAborted();
      const prUrl = acceptSignal(runtime, signal);
      if (prUrl === null) return;
      if (prUrl !== NO_PR) runtime.pullRequestCreated(prUrl);
      try {
        if (await this.#passAndMerge(runtime, prUrl, back)) return;
      } finally {
        this.#tables.merger.for(runtime).leaveQueue?.(runtime);
      }
    }
  }

  /** False when the agent was asked to try again. */
  async #passAndMerge(runtime: TaskRuntime, prUrl: string, back: WayBack): Promise<boolean> {
    for (let update = 0; update <= MAX_UPDATES; update++) {
      if (!(await this.#passGate(runtime, back))) return false;
      if (prUrl === NO_PR) {
        runtime.succeed('completed', null);
        return true;
      }
      const result = await this.#merge(runtime, prUrl);
      if (result.kind === 'merged') {
        runtime.succeed('pr_merged', result.commit);
        return true;
      }
      runtime.signal.throwIfAborted();
      if (result.kind === 'updated') continue;
      if (result.kind === 'conflict') await back.meetConflict(result.files);
      else await back.meetRedChecks(result.checks);
      return false;
    }
    const target = runtime.state.integrationBranch;
    throw new PullRequestError('always_behind', `${target} moved on ${MAX_UPDATES} times while the branch caught up`);
  }

  /** False when the agent was asked to try again. */
  async #passGate(runtime: TaskRuntime, back: WayBack): Promise<boolean> {
    if (runtime.task.completionGate === null || hasPassed(runtime)) return true;
    const round = back.nextGate();
    const of = runtime.task.maxGateAttempts;
    runtime.report({ kind: 'task_gate_started', round, of });
    const result = await this.#tables.gateChecker.for(runtime).check(runtime);
    runtime.signal.throwIfAborted();
    if (result.passed) {
      runtime.report({ kind: 'task_gate_passed', round, of, commit: runtime.state.commit ?? '' });
      return true;
    }
    runtime.report({ kind: 'task_gate_failed', round, of, exit_code: result.exitCode, output: result.outputFile });
    await back.failGate(result);
    return false;
  }

  async #merge(runtime: TaskRuntime, prUrl: string): Promise<MergeResult> {
    runtime.report({ kind: 'task_pr_merging', pr: prUrl, commit: runtime.state.commit });
    return await this.#tables.merger.for(runtime).mergePr(runtime, prUrl);
  }

  async #tearDown(runtime: TaskRuntime): Promise<void> {
    try {
      await this.#tables.teardown.for(runtime).teardown(runtime);
      runtime.report({ kind: 'task_torn_down' });
    } catch (error) {
      runtime.concern({ source: 'teardown', message: `teardown_failed: ${describeError(error)}` });
    }
  }
}

function isOverspent({ isOver, state }: TaskRuntime): boolean {
  return isOver && (state.errorCode === BUDGET_EXCEEDED || state.errorCode === RUN_BUDGET_EXCEEDED);
}

/** Whatever is left of the attempt otherwise: its agent would use more. */
async function stopAgent(runtime: TaskRuntime): Promise<void> {
  const { signalDir } = runtime.state;
  if (signalDir === null) return;
  try {
    await runtime.artifacts.agent?.address.teardown({ signalDir, keepPanes: true });
  } catch (error) {
    runtime.concern({ source: 'teardown', message: `agent_not_stopped: ${describeError(error)}` });
  }
}

function requireResumed(runtime: TaskRuntime): AttemptState {
  if (runtime.resumed !== null) return runtime.resumed;
  throw new PreconditionError(
    'not_resumed',
    `task ${runtime.task.id} has no attempt of an earlier owner to go on with`,
  );
}

function isBehind({ step }: AttemptState, other: TaskStep): boolean {
  return TASK_STEPS.indexOf(step) > TASK_STEPS.indexOf(other);
}

/** The earlier owner has seen this very commit pass. */
function hasPassed({ resumed, state }: TaskRuntime): boolean {
  return resumed?.lastGate?.passed === true && resumed.lastGate.commit === state.commit;
}

export function wantsTeardown(mode: TearDownMode, status: TaskStatus): boolean {
  return mode === 'always' || (mode === 'on_success' && isSuccess(status));
}

function resultOf(runtime: TaskRuntime): TaskRunResult {
  return {
    taskId: runtime.task.id,
    status: runtime.status,
    prUrl: runtime.artifacts.prUrl,
    error: runtime.state.error,
    failureClass: runtime.state.failureClass,
  };
}

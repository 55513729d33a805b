import type { Agent } from './agent-handle.ts';
import type { StepDispatch } from './dispatch.ts';
import { requireSteps } from './dispatch.ts';
import type { IntegrationFailureClass } from './errors.ts';
import { classifyFailure, describeError, isStepError, PreconditionError, StepError } from './errors.ts';
import type { Graph, TearDownMode } from './graph/graph.ts';
import { isSuccess, type TaskStatus } from './lifecycle.ts';
import { NO_PR } from './names.ts';
import { conflictPrompt, gatePrompt } from './prompts.ts';
import type {
  TaskCompletionChecker,
  TaskCompletionSignal,
  TaskGateChecker,
  TaskKickoff,
  TaskLauncher,
  TaskMerger,
  TaskPreparer,
  TaskTeardown,
} from './steps.ts';
import type { AbortCause, TaskRuntime } from './task-runtime.ts';

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
  /** Throws if this runner lacks a step for any task of the graph. */
  requireSteps(graph: Graph): void;
}

/** A branch that conflicts goes back to its agent this often before the task fails. */
const MAX_CONFLICT_ROUNDS = 2;

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
    try {
      await this.#work(runtime, await this.#begin(runtime));
    } catch (error) {
      recordFailure(runtime, error);
    } finally {
      if (runtime.isOver && wantsTeardown(teardownMode, runtime.status)) await this.#tearDown(runtime);
    }
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
    runtime.report({ kind: 'task_launched', agent: agent.address.label });
    runtime.signal.throwIfAborted();
    await this.#tables.kickoff.for(runtime).kickoff(runtime, agent);
    runtime.report({ kind: 'task_waiting' });
    return agent;
  }

  /** Takes signals until one holds: each may come back from the gate or from a conflict, a bounded number of times. */
  async #work(runtime: TaskRuntime, agent: Agent): Promise<void> {
    const rounds = { gate: 0, conflict: 0 };
    for (;;) {
      runtime.signal.throwIfAborted();
      const signal = await this.#tables.completionChecker.for(runtime).waitForCompletion(runtime);
      runtime.signal.throwIfAborted();
      const prUrl = accept(runtime, signal);
      if (prUrl === null) return;
      if (prUrl !== NO_PR) runtime.pullRequestCreated(prUrl);
      if (!(await this.#passGate(runtime, agent, rounds))) continue;
      if (prUrl === NO_PR) return runtime.succeed('completed', null);
      if (await this.#merge(runtime, agent, prUrl, rounds)) return;
    }
  }

  /** False when the agent was asked to try again. */
  async #passGate(runtime: TaskRuntime, agent: Agent, rounds: { gate: number }): Promise<boolean> {
    if (runtime.task.completionGate === null) return true;
    const round = ++rounds.gate;
    const of = runtime.task.maxGateAttempts;
    runtime.report({ kind: 'task_gate_started', round, of });
    const result = await this.#tables.gateChecker.for(runtime).check(runtime);
    runtime.signal.throwIfAborted();
    if (result.passed) {
      runtime.report({ kind: 'task_gate_passed', round, of, commit: runtime.state.commit ?? '' });
      return true;
    }
    runtime.report({ kind: 'task_gate_failed', round, of, exit_code: result.exitCode, output: result.outputFile });
    const exit = result.exitCode === null ? 'was ended' : `exited ${result.exitCode}`;
    if (round >= of) {
      throw new GateError(`the completion gate ${exit} ${round} of ${of} times; output: ${result.outputFile}`);
    }
    if (!(await this.#sendBack(runtime, agent, 'gate', gatePrompt(result, round, of)))) {
      throw new GateError(`the completion gate ${exit} and the agent is gone; output: ${result.outputFile}`);
    }
    return false;
  }

  async #merge(runtime: TaskRuntime, agent: Agent, prUrl: string, rounds: { conflict: number }): Promise<boolean> {
    runtime.report({ kind: 'task_pr_merging', pr: prUrl, commit: runtime.state.commit });
    const result = await this.#tables.merger.for(runtime).mergePr(runtime, prUrl);
    if (result.kind === 'merged') {
      runtime.succeed('pr_merged', result.commit);
      return true;
    }
    runtime.signal.throwIfAborted();
    const round = ++rounds.conflict;
    runtime.report({ kind: 'task_merge_conflict', round, of: MAX_CONFLICT_ROUNDS, files: result.files });
    const files = result.files.join(', ');
    if (round > MAX_CONFLICT_ROUNDS) throw new ConflictError(`the branch still conflicts in ${files}`);
    const prompt = conflictPrompt(result.files, runtime.require('integrationBranch'));
    if (!(await this.#sendBack(runtime, agent, 'conflict', prompt))) {
      throw new ConflictError(`the branch conflicts in ${files} and the agent is gone`);
    }
    return false;
  }

  /** False when nobody is there to read it. The old signal is set aside first, so that the answer is never missed. */
  async #sendBack(runtime: TaskRuntime, agent: Agent, cause: 'gate' | 'conflict', prompt: string): Promise<boolean> {
    await this.#tables.completionChecker.for(runtime).reopen(runtime, 1);
    const result = await agent.send(prompt, runtime.signal);
    runtime.report({ kind: 'task_sent_back', cause, result });
    return result !== 'gone';
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

class GateError extends StepError {
  override readonly name = 'GateError';
  readonly boundary = 'pull_request';
  constructor(message: string) {
    super('gate_failed', message);
  }
}

class ConflictError extends StepError {
  override readonly name = 'ConflictError';
  readonly boundary = 'pull_request';
  constructor(message: string) {
    super('merge_conflict', message);
  }
}

/** Takes what the agent said; the pull request (or `NO_PR`) to go on with, null when the task has ended. */
function accept(runtime: TaskRuntime, signal: TaskCompletionSignal): string | null {
  for (const message of signal.concerns) runtime.concern({ source: 'agent', message });
  for (const message of signal.opsConcerns) runtime.concern({ source: 'ops', message });
  runtime.state.commit = signal.commit;
  runtime.report({
    kind: 'task_signalled',
    outcome: signal.outcome,
    commit: signal.commit,
    commits_ahead: signal.commitsAhead,
  });
  const refuse = (code: string, error: string): null => {
    runtime.fail({ code, error, failureClass: null });
    return null;
  };
  if (signal.outcome === 'failed') {
    return signal.error
      ? refuse('agent_failed', signal.error)
      : refuse('failed_without_message', 'the agent signalled a failure and gave no reason');
  }
  if (!signal.prUrl) return refuse('no_pr_url', 'the agent signalled done without a pull request');
  if (signal.prUrl === NO_PR && runtime.artifacts.prUrl !== null) {
    return refuse('no_pr_after_pr', `done without a pull request, but ${runtime.artifacts.prUrl} is open`);
  }
  if (signal.prUrl === NO_PR && (signal.commitsAhead ?? 0) > 0) {
    return refuse(
      'no_pr_with_commits',
      `done without a pull request, but the branch has ${signal.commitsAhead === 1 ? '1 commit' : `${signal.commitsAhead} commits`}`,
    );
  }
  if (signal.prUrl !== NO_PR && signal.commitsAhead === 0) {
    return refuse('no_commits', 'done with a pull request, but the branch has no commits');
  }
  return signal.prUrl;
}

function recordFailure(runtime: TaskRuntime, error: unknown): void {
  // The end of the attempt could not be told: there is no other end to record.
  if (runtime.isOver) throw error;
  if (runtime.signal.aborted) {
    if ((runtime.signal.reason as AbortCause) === 'cancel') runtime.cancel();
    return;
  }
  runtime.fail({
    code: isStepError(error) || error instanceof PreconditionError ? error.code : 'internal_error',
    error: describeError(error),
    failureClass: classifyFailure(error),
  });
}

function wantsTeardown(mode: TearDownMode, status: TaskStatus): boolean {
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

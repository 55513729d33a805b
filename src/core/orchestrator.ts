import type { EventLog } from './event-log.ts';
import type { BlockRoot, StopReason } from './events.ts';
import type { Graph, GraphTask, Settings } from './graph/graph.ts';
import { Lanes } from './lanes.ts';
import type { RunOutcome } from './lifecycle.ts';
import { isActive, isSuccess } from './lifecycle.ts';
import { givenUpTasks, outcomeOf } from './outcome.ts';
import { currentAttempt, type RunState } from './run-state.ts';
import { Schedule } from './schedule.ts';
import type { TaskRunner, TaskRunResult } from './task-runner.ts';
import { type AbortCause, TaskRuntime } from './task-runtime.ts';
import type { WorkstreamSteps } from './workstream.ts';

export interface OrchestratorOptions {
  readonly graph: Graph;
  readonly settings: Settings;
  readonly taskRunner: TaskRunner;
  readonly workstreamSteps: WorkstreamSteps;
  /** Holds `run_started`; its state is that of a new run or of one that goes on. */
  readonly log: EventLog;
  /** A secret for one attempt and its hash, which alone is recorded. */
  readonly newToken: () => { token: string; hash: string };
  /** Resolves when waiting for a person has lasted long enough; null ends the run at once. */
  readonly waitForPerson?: ((signal: AbortSignal) => Promise<void>) | null;
}

/**
 * Runs a graph: starts what may start, retries what may be retried, blocks what cannot run, merges finished lanes,
 * and ends when nothing can move. Makes no decision that is not in the event log first.
 */
export class Orchestrator {
  readonly #options: OrchestratorOptions;
  readonly #schedule: Schedule;
  readonly #lanes: Lanes;
  readonly #abort = new AbortController();
  readonly #done = Promise.withResolvers<RunOutcome | null>();
  /** Attempts and lane work under way. */
  #busy = 0;
  #stopping: StopReason | null = null;
  #waiting: AbortController | null = null;
  #over = false;

  constructor(options: OrchestratorOptions) {
    const { graph, settings, taskRunner, log } = options;
    taskRunner.requireSteps(graph);
    this.#options = options;
    this.#schedule = new Schedule(graph, settings);
    this.#lanes = new Lanes({
      graph,
      log,
      steps: options.workstreamSteps,
      signal: this.#abort.signal,
      onMerged: (id) => this.#laneMerged(id),
      onFailed: (id) => {
        this.#laneFailed(id);
        this.#lanesMoved();
      },
      onBug: (error) => this.#crash(error),
    });
  }

  get state(): RunState {
    return this.#options.log.state;
  }

  /** Resolves with the outcome, or with null when the run was left unfinished for the next owner. */
  async run(): Promise<RunOutcome | null> {
    if (!this.#over) this.#begin();
    return await this.#done.promise;
  }

  /** Starts nothing more; what runs goes on to its end. The run is left for the next owner. */
  stop(reason: StopReason = 'interrupted'): void {
    if (this.#stopping === null) this.#halt(reason);
  }

  /** Stops every agent, saves its work, and ends the run as cancelled. */
  cancel(): void {
    this.#leave('cancelled', 'cancel');
  }

  /** Leaves the agents alive and the run unfinished. */
  detach(): void {
    this.#leave('detached', 'detach');
  }

  /** Ids of the tasks that hold a live attempt. */
  running(): string[] {
    return [...this.state.tasks].filter(([, task]) => isActive(task.status)).map(([id]) => id);
  }

  /** Also ends a stop that only waits for what runs; the first of two has its way. */
  #leave(reason: 'cancelled' | 'detached', cause: AbortCause): void {
    if (this.#abort.signal.aborted) return;
    this.#halt(reason);
    this.#abort.abort(cause);
  }

  #halt(reason: StopReason): void {
    if (this.#over) return;
    this.#stopping = reason;
    this.#options.log.append({ kind: 'run_stopping', reason, running: this.running() });
    this.#waiting?.abort();
    this.#pump();
  }

  /** Counts as busy, so that a stop that what is restored asks for does not end the run half restored. */
  #begin(): void {
    this.#busy++;
    this.#restore();
    this.#busy--;
    this.#pump();
  }

  /** Brings the schedule up to what the log already tells. */
  #restore(): void {
    const { graph, log } = this.#options;
    const givenUp = givenUpTasks(log.state);
    for (const lane of log.state.workstreams.values()) {
      if (lane.status === 'merged') this.#schedule.mergeLane(lane.outline.id);
    }
    for (const task of graph.tasks) this.#restoreTask(task, givenUp);
    for (const lane of log.state.workstreams.values()) {
      const { id } = lane.outline;
      if (lane.failure !== null && 'workstream' in lane.failure.root && lane.failure.root.workstream === id) {
        this.#laneFailed(id);
      }
    }
    for (const lane of log.state.workstreams.values()) this.#afterTask(lane.outline.id);
  }

  #restoreTask(task: GraphTask, givenUp: ReadonlySet<string>): void {
    const known = this.state.tasks.get(task.id);
    if (known === undefined) return;
    if (isSuccess(known.status)) this.#schedule.succeed(task);
    else if (known.status === 'cancelled') this.#retry(task);
    else if (known.status !== 'failed') return;
    else if (givenUp.has(task.id)) this.#giveUp(task);
    else this.#failOrRetry(task, currentAttempt(known)?.failure?.failureClass ?? null);
  }

  #pump(): void {
    while (this.#stopping === null) {
      const task = this.#schedule.next();
      if (task === null) break;
      this.#spawn(() => this.#attempt(task));
    }
    if (this.#busy === 0) this.#settle();
  }

  /** Work that the run waits for. What it throws is a bug of ours. */
  #spawn(work: () => Promise<void>): void {
    this.#busy++;
    work()
      .then(() => {
        this.#busy--;
        if (!this.#over) this.#pump();
      })
      .catch((error: unknown) => this.#crash(error));
  }

  /** Ends the run, loudly; what is under way is left to the next owner. */
  #crash(error: unknown): void {
    this.#over = true;
    this.#lanes.close();
    this.#abort.abort('detach');
    this.#done.reject(error);
  }

  async #attempt(task: GraphTask): Promise<void> {
    const { taskRunner, settings } = this.#options;
    try {
      const lane = await this.#lanes.ready(task.workstreamId);
      // A lane that fails, or a stop that comes while it is made ready, leaves the task as it was.
      if (lane === null || this.#stopping !== null) return;
      const runtime = this.#newRuntime(task);
      runtime.state.integrationBranch = lane.state.integrationBranch;
      runtime.state.workstreamWorktreePath = lane.state.worktreePath;
      const result = await taskRunner.run(runtime, { teardownMode: settings.teardownMode });
      this.#ended(task, result);
    } finally {
      this.#schedule.release(task);
    }
  }

  #newRuntime(task: GraphTask): TaskRuntime {
    const { graph, log, newToken } = this.#options;
    const { token, hash } = newToken();
    const attempts = log.state.tasks.get(task.id)?.attempts ?? [];
    return new TaskRuntime({
      task,
      workstream: this.#lanes.workstream(task.workstreamId),
      run: log.state.run,
      attempt: attempts.length + 1,
      token,
      tokenHash: hash,
      dependencies: task.dependencies.flatMap((id) => graph.taskById.get(id) ?? []),
      earlierAttempts: attempts.map((attempt) => ({
        number: attempt.number,
        error: attempt.failure?.error ?? null,
        signalDir: attempt.signalDir,
      })),
      signalDirOf: (id) => {
        const other = log.state.tasks.get(id);
        return (other && currentAttempt(other)?.signalDir) ?? null;
      },
      signal: this.#abort.signal,
      emit: (fact) => log.append(fact),
    });
  }

  #ended(task: GraphTask, result: TaskRunResult): void {
    if (isSuccess(result.status)) this.#schedule.succeed(task);
    else if (result.status !== 'failed') return;
    else if (this.#failOrRetry(task, result.failureClass)) this.#schedule.requeue(task);
    this.#afterTask(task.workstreamId);
  }

  /** True when the task is to be tried again. */
  #failOrRetry(task: GraphTask, failureClass: TaskRunResult['failureClass']): boolean {
    const { log, settings } = this.#options;
    if (failureClass === 'internal_error') {
      this.#giveUp(task);
      if (settings.failFastOnInternalError) this.stop('internal_error');
      return false;
    }
    // One that was called off has not failed.
    const attempts = log.state.tasks.get(task.id)?.attempts.filter(({ status }) => status === 'failed') ?? [];
    if (attempts.length >= settings.maxTaskAttempts) {
      this.#giveUp(task);
      return false;
    }
    // An interrupted run leaves the retry to the next owner.
    if (this.#stopping !== null) return false;
    this.#retry(task);
    return true;
  }

  #retry(task: GraphTask): void {
    const { log, settings } = this.#options;
    const attempt = log.state.tasks.get(task.id)?.attempts.length ?? 0;
    log.append({ kind: 'task_retrying', task: task.id, attempt, of: settings.maxTaskAttempts });
  }

  #giveUp(task: GraphTask): void {
    this.#block(this.#schedule.fail(task), { task: task.id });
    if (this.#options.settings.failFastOnWorkstreamError) this.stop('workstream_error');
  }

  #block(tasks: readonly GraphTask[], root: BlockRoot): void {
    const { log } = this.#options;
    const lanes = new Set<string>();
    for (const task of tasks) {
      lanes.add(task.workstreamId);
      if (log.state.tasks.get(task.id)?.status === 'pending') {
        log.append({ kind: 'task_blocked', task: task.id, root });
      }
    }
    for (const lane of lanes) this.#afterTask(lane);
  }

  /** A lane whose last task has ended is merged, or has failed. */
  #afterTask(id: string): void {
    const progress = this.#schedule.laneProgress(id);
    if (progress === 'failed') this.#lanes.fail(id, this.#rootOf(id));
    else if (progress === 'complete' && this.#stopping === null) this.#spawn(() => this.#lanes.integrate(id));
  }

  #rootOf(lane: string): BlockRoot {
    for (const { id } of this.#lanes.tasks(lane)) {
      const task = this.state.tasks.get(id);
      if (task?.status === 'failed') return { task: id };
      if (task?.blockedBy) return task.blockedBy;
    }
    return { workstream: lane };
  }

  #laneMerged(id: string): void {
    this.#schedule.mergeLane(id);
    this.#lanesMoved();
  }

  #laneFailed(id: string): void {
    this.#block(this.#schedule.failLane(id), { workstream: id });
    if (this.#options.settings.failFastOnWorkstreamError) this.stop('workstream_error');
  }

  /** What was waited for may now be there, or never be. */
  #lanesMoved(): void {
    this.#waiting?.abort();
    if (!this.#over) this.#pump();
  }

  /** Nothing runs and nothing may start: the run is over, is left, or waits for a person. */
  #settle(): void {
    if (this.#over || this.#waiting !== null) return;
    if (this.#stopping === 'interrupted' || this.#stopping === 'detached') return this.#finish(null, []);
    const awaited = this.#stopping === null ? this.#awaitedLanes() : [];
    const { waitForPerson } = this.#options;
    if (awaited.length === 0 || !waitForPerson)
      return this.#finish(outcomeOf(this.state, this.#stopping, awaited), awaited);
    const waiting = new AbortController();
    this.#waiting = waiting;
    waitForPerson(waiting.signal)
      .catch(() => {})
      .finally(() => {
        this.#waiting = null;
        if (this.#over) return;
        if (waiting.signal.aborted) this.#pump();
        else this.#finish(outcomeOf(this.state, this.#stopping, awaited), awaited);
      })
      .catch((error: unknown) => this.#crash(error));
  }

  /** Lanes whose merge a person must make before a task can go on; not those that wait for such a lane themselves. */
  #awaitedLanes(): string[] {
    return this.#schedule.awaitedLanes().filter((id) => this.state.workstreams.get(id)?.status === 'pr_created');
  }

  #finish(outcome: RunOutcome | null, waitingFor: readonly string[]): void {
    this.#over = true;
    this.#lanes.close();
    if (outcome !== null) this.#options.log.append({ kind: 'run_finished', outcome, waiting_for: waitingFor });
    this.#done.resolve(outcome);
  }
}

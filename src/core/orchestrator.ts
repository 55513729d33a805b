import { Attempts, type AttemptsOptions, type LiveAttempt } from './attempts.ts';
import { BudgetWatch } from './budget-watch.ts';
import type { Clock } from './clock.ts';
import type { EventLog } from './event-log.ts';
import type { BlockRoot, StopReason } from './events.ts';
import { isGivenUp } from './give-up.ts';
import type { Graph, GraphTask, Settings } from './graph/graph.ts';
import { Lanes } from './lanes.ts';
import type { RunOutcome } from './lifecycle.ts';
import { isActive, isSuccess } from './lifecycle.ts';
import { isPausedBefore, mayMerge, outcomeOf } from './outcome.ts';
import { type NumberedRequest, RequestLine } from './request-line.ts';
import { currentAttempt, type RunState } from './run-state.ts';
import { Schedule } from './schedule.ts';
import { scheduleFromLog } from './schedule-from-log.ts';
import { reopenLanes, settleBlocks } from './settle-blocks.ts';
import { Slots } from './slots.ts';
import { isStorageFailure } from './storage-failure.ts';
import { adoptRunning, appendRetry, retryLeft, type TakeOverOptions, takeOver } from './take-over.ts';
import type { TaskRunner, TaskRunResult } from './task-runner.ts';
import type { AbortCause } from './task-runtime.ts';
import { Wishes } from './wishes.ts';
import type { WorkstreamSteps } from './workstream.ts';

export interface OrchestratorOptions {
  readonly graph: Graph;
  readonly settings: Settings;
  readonly taskRunner: TaskRunner;
  readonly workstreamSteps: WorkstreamSteps;
  /** Holds `run_started`; its state is that of a new run or of one that goes on. */
  readonly log: EventLog;
  /** The secret of one attempt, always the same one, and its hash, which alone is recorded. */
  readonly tokenOf: AttemptsOptions['tokenOf'];
  readonly clock: Clock;
  /** Resolves when waiting for a person has lasted long enough; null ends the run at once. */
  readonly waitForPerson?: ((signal: AbortSignal) => Promise<void>) | null;
}

/**
 * Runs a graph: starts what may start, goes on with what an earlier owner has left, retries what may be retried, blocks
 * what cannot run, merges finished lanes, and ends when nothing can move. Makes no decision that is not in the event log
 * first.
 */
export class Orchestrator {
  readonly #options: OrchestratorOptions;
  readonly #lanes: Lanes;
  readonly #attempts: Attempts;
  readonly #requests: RequestLine;
  readonly #slots: Slots;
  readonly #abort = new AbortController();
  readonly #done = Promise.withResolvers<RunOutcome | null>();
  #schedule: Schedule;
  /** Tasks that have a slot, from the moment in which the schedule gave it to them; each with its end. */
  readonly #holding = new Map<string, Promise<void>>();
  /** Attempts, lane work and requests under way. */
  #busy = 0;
  #begun = false;
  /** What an earlier owner has left is known: before, the schedule knows nothing of it. */
  #hasTakenOver = false;
  #stopping: StopReason | null = null;
  #waiting: AbortController | null = null;
  #over = false;

  constructor(options: OrchestratorOptions) {
    const { graph, settings, taskRunner, log } = options;
    taskRunner.requireSteps(graph);
    this.#options = options;
    log.onBroken((error) => this.#crash(error));
    this.#schedule = new Schedule(graph, settings);
    this.#lanes = new Lanes({
      graph,
      log,
      steps: options.workstreamSteps,
      signal: this.#abort.signal,
      onMerged: (id) => this.#laneMoved(() => this.#schedule.mergeLane(id)),
      onFailed: (id) => this.#laneMoved(() => this.#laneFailed(id)),
      onBug: (error) => this.#crash(error),
    });
    this.#slots = new Slots({ clock: options.clock, schedule: () => this.#schedule, onChange: () => this.#pump() });
    const restOf = (task: GraphTask) => this.#slots.of(task);
    this.#attempts = new Attempts({ ...options, signal: this.#abort.signal, restOf });
    const wishes = new Wishes({
      ...options,
      attempts: this.#attempts,
      laneOf: (id) => this.#lanes.known(id),
      onChange: () => this.#changed(),
      ended: async (task) => await this.#holding.get(task),
      cancelRun: () => this.#cancelByRequest(),
      knowWhoIsAtWork: async () => {
        if (!this.#begun) await adoptRunning(this.#takeOverOptions());
      },
    });
    this.#requests = new RequestLine({
      log,
      grant: (request, number) => wishes.grant(request, number),
      isClosed: () => this.#begun && (this.#over || this.#stopping === 'detached'),
    });
  }

  get state(): RunState {
    return this.#options.log.state;
  }

  /** Resolves with the outcome, or with null when the run was left unfinished for the next owner. */
  async run(): Promise<RunOutcome | null> {
    if (!this.#over) {
      const begun = this.#begin();
      this.#requests.waitFor(begun);
      this.#spawn(() => begun);
    }
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

  /** Does what a person asks for; also for a run that nobody runs just now. Resolves when it is done or refused. */
  async request(request: NumberedRequest): Promise<void> {
    const done = this.#requests.add(request);
    if (!this.#begun || this.#over) return await done;
    this.#spawn(() => done);
    // What it throws is the end of the run, which tells of it.
    await done.catch(() => {});
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

  /** A run that goes on is cancelled as by Ctrl-C; of one that nobody runs, what its last owner left is ended here. */
  async #cancelByRequest(): Promise<void> {
    if (this.#begun) return this.cancel();
    const { log } = this.#options;
    this.#leave('cancelled', 'cancel');
    for (const left of await takeOver(this.#takeOverOptions())) await this.#attempts.goOn(left);
    log.append({ kind: 'run_finished', outcome: 'cancelled', waiting_for: [] });
  }

  async #begin(): Promise<void> {
    this.#begun = true;
    for (const id of reopenLanes(this.#options.log)) this.#lanes.reopen(id);
    const left = await takeOver(this.#takeOverOptions());
    this.#hasTakenOver = true;
    retryLeft(this.#options);
    for (const { task } of left) this.#holding.set(task.id, Promise.resolve());
    this.#reschedule();
    for (const attempt of left) this.#hold(attempt.task, () => this.#goOn(attempt));
    const stop = () => this.stop('budget');
    const onBug = (error: unknown) => this.#crash(error);
    new BudgetWatch({ ...this.#options, attempts: this.#attempts, stop, onBug }).begin(this.#done.promise);
  }

  #takeOverOptions(): TakeOverOptions {
    return { ...this.#options, attempts: this.#attempts, laneOf: (id) => this.#lanes.known(id) };
  }

  /** A request has changed what can run. */
  #changed(): void {
    this.#waiting?.abort();
    if (!this.#begun) settleBlocks(this.#options.log);
    else if (!this.#over) this.#reschedule();
    if (this.#begun) this.#pump();
  }

  /** Makes the schedule that the log tells of, anew: what can run now, and what never can. */
  #reschedule(): void {
    const { graph, log, settings } = this.#options;
    for (const id of settleBlocks(log)) this.#lanes.reopen(id);
    const { schedule, doomed } = scheduleFromLog(graph, settings, log.state, {
      holding: new Set(this.#holding.keys()),
      resting: this.#slots.resting,
    });
    this.#schedule = schedule;
    for (const { tasks, root } of doomed) this.#block(tasks, root);
    for (const id of log.state.workstreams.keys()) this.#afterTask(id);
  }

  #pump(): void {
    if (this.#over) return;
    this.#slots.grant();
    while (this.#stopping === null && !this.state.paused && this.#hasTakenOver) {
      const task = this.#schedule.next();
      if (task === null) break;
      this.#hold(task, () => this.#start(task));
    }
    if (this.#busy === 0) this.#settle();
  }

  /** Work that the run waits for. What it throws is a bug of ours. */
  #spawn(work: () => Promise<void>): void {
    this.#busy++;
    work()
      .then(() => {
        this.#busy--;
        this.#pump();
      })
      .catch((error: unknown) => this.#crash(error));
  }

  /** Work on a task that has its slot, which is given back at its end. */
  #hold(task: GraphTask, work: () => Promise<void>): void {
    this.#spawn(() => {
      const held = work().finally(() => {
        this.#letGo(task);
      });
      this.#holding.set(task.id, held);
      return held;
    });
  }

  /** Queued only here: a schedule that was made anew meanwhile took it for one that runs. */
  #letGo(task: GraphTask): void {
    this.#holding.delete(task.id);
    this.#slots.forget(task);
    this.#schedule.release(task);
    if (this.state.tasks.get(task.id)?.status === 'pending') this.#schedule.requeue(task);
  }

  /** Ends the run, loudly; what is under way is left to the next owner. */
  #crash(error: unknown): void {
    // Where nobody waits for the end, it is no news.
    this.#done.promise.catch(() => {});
    this.#over = true;
    this.#lanes.close();
    this.#abort.abort('detach');
    this.#done.reject(error);
  }

  async #start(task: GraphTask): Promise<void> {
    const lane = await this.#lanes.ready(task.workstreamId);
    await this.#attempts.over(task.id);
    const status = this.state.tasks.get(task.id)?.status;
    if (status === 'cancelled') return this.#calledOff(task);
    // A lane that fails, a stop or a pause while it is made ready leaves the task as it was.
    if (lane === null || this.#stopping !== null || this.state.paused || status !== 'pending') return;
    this.#ended(task, await this.#attempts.start(task, lane));
  }

  async #goOn(attempt: LiveAttempt): Promise<void> {
    this.#ended(attempt.task, await this.#attempts.goOn(attempt));
  }

  #ended(task: GraphTask, result: TaskRunResult): void {
    if (this.state.tasks.get(task.id)?.calledOff) return this.#calledOff(task);
    if (isSuccess(result.status)) this.#schedule.succeed(task);
    else if (result.status === 'failed') this.#failOrRetry(task, result.failureClass);
    else return;
    this.#afterTask(task.workstreamId);
  }

  /** It stays so until a person retries it. */
  #calledOff(task: GraphTask): void {
    this.#block(this.#schedule.fail(task), { task: task.id });
    this.#afterTask(task.workstreamId);
  }

  #failOrRetry(task: GraphTask, failureClass: TaskRunResult['failureClass']): void {
    const { log, settings } = this.#options;
    const known = log.state.tasks.get(task.id);
    // A person has asked for it while the failed attempt was torn down.
    if (known?.status === 'pending') return;
    if (known === undefined || isGivenUp(known, settings)) {
      this.#giveUp(task);
      if (failureClass === 'internal_error' && settings.failFastOnInternalError) this.stop('internal_error');
      return;
    }
    // Every other task would fail like it; the next owner tries again.
    if (isStorageFailure(currentAttempt(known)?.failure?.code ?? '')) this.stop('internal_error');
    // An interrupted run leaves the retry to the next owner.
    if (this.#stopping === null) appendRetry(log, task, settings);
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
    if (progress === 'failed') this.#lanes.fail(id);
    else if (progress === 'complete' && mayMerge(this.#stopping)) this.#spawn(() => this.#lanes.integrate(id));
  }

  /** What was waited for may now be there, or never be. */
  #laneMoved(tell: () => void): void {
    tell();
    this.#waiting?.abort();
    this.#pump();
  }

  #laneFailed(id: string): void {
    this.#block(this.#schedule.failLane(id), { workstream: id });
    if (this.#options.settings.failFastOnWorkstreamError) this.stop('workstream_error');
  }

  /** Nothing runs and nothing may start: the run is over, is left, or waits for a person. */
  #settle(): void {
    if (this.#over || !this.#begun || this.#waiting !== null) return;
    if (this.#stopping === 'interrupted' || this.#stopping === 'detached') return this.#finish(null, []);
    const awaited = this.#stopping === null ? this.#awaitedLanes() : [];
    const { waitForPerson } = this.#options;
    const isAwaited = awaited.length > 0 || (this.#stopping === null && isPausedBefore(this.state));
    if (!isAwaited || !waitForPerson) return this.#finish(outcomeOf(this.state, this.#stopping, awaited), awaited);
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

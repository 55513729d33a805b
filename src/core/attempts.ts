import type { Overspent } from './budget.ts';
import type { EventLog } from './event-log.ts';
import type { Graph, GraphTask, Settings, Workstream } from './graph/graph.ts';
import { changedTask } from './retry-change.ts';
import { type AttemptState, currentAttempt, type TaskState } from './run-state.ts';
import type { Rest } from './slots.ts';
import type { TaskRunner, TaskRunResult } from './task-runner.ts';
import { type AbortCause, type KeptWork, TaskRuntime } from './task-runtime.ts';
import type { WorkstreamRuntime } from './workstream.ts';

export interface AttemptsOptions {
  readonly graph: Graph;
  readonly settings: Settings;
  readonly log: EventLog;
  readonly taskRunner: TaskRunner;
  /** The secret of one attempt, always the same one, and its hash, which alone is recorded. */
  readonly tokenOf: (task: string, attempt: number) => { token: string; hash: string };
  /** Aborted with an `AbortCause` when all attempts are to stop. */
  readonly signal: AbortSignal;
  /** How a task under way gives its slot to others for a while. */
  readonly restOf?: (task: GraphTask) => Rest;
}

/** An attempt that this owner has in its hands. */
export interface LiveAttempt {
  readonly task: GraphTask;
  readonly runtime: TaskRuntime;
  /** A person wants this one to end. */
  callOff(): void;
  /** It may use nothing more. */
  overspend(overspent: Overspent): void;
}

/** The attempts of a run: new ones, and those of earlier owners as the log has left them. */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #live = new Map<string, { readonly attempt: LiveAttempt; readonly over: Promise<void> }>();

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /** The attempt of a task that is under way; null for none. */
  live(task: string): LiveAttempt | null {
    return this.#live.get(task)?.attempt ?? null;
  }

  /** Resolves when none of the task is under way: a person may have asked for the teardown of its last one. */
  async over(task: string): Promise<void> {
    await this.#live.get(task)?.over;
  }

  /** Runs the next attempt of a task to its end. */
  async start(task: GraphTask, lane: WorkstreamRuntime): Promise<TaskRunResult> {
    const known = this.#options.log.state.tasks.get(task.id);
    const last = known === undefined ? null : currentAttempt(known);
    const live = this.#make(task, lane, { known, number: (last?.number ?? 0) + 1, resumed: null });
    const { taskRunner, settings } = this.#options;
    return await this.#while(live, () => taskRunner.run(live.runtime, { teardownMode: settings.teardownMode }));
  }

  /** Finds what an earlier owner has left of an attempt of a task; of the last one unless told. */
  async adopt(task: GraphTask, lane: WorkstreamRuntime, attempt?: AttemptState): Promise<LiveAttempt> {
    const known = this.#options.log.state.tasks.get(task.id);
    const resumed = attempt ?? (known === undefined ? null : currentAttempt(known));
    const live = this.#make(task, lane, { known, number: resumed?.number ?? 1, resumed });
    await this.#options.taskRunner.adopt(live.runtime);
    return live;
  }

  /** The last attempt of a task that has one, as it is recorded; nothing in the world is looked for. */
  recorded(task: GraphTask, attempt: AttemptState): TaskRuntime {
    const { graph, log, signal } = this.#options;
    const workstream = graph.workstreamById.get(task.workstreamId) as Workstream;
    const integrationBranch = log.state.workstreams.get(workstream.id)?.branch ?? null;
    const state = { integrationBranch, baseCommit: null, tip: null, worktreePath: null };
    const lane = { workstream, run: log.state.run, signal, state };
    return this.#make(task, lane, { known: log.state.tasks.get(task.id), number: attempt.number, resumed: attempt })
      .runtime;
  }

  /** Goes on with an adopted attempt to its end; of one that has ended only the teardown is left. */
  async goOn(live: LiveAttempt, teardownMode = this.#options.settings.teardownMode): Promise<TaskRunResult> {
    return await this.#while(live, () => this.#options.taskRunner.resume(live.runtime, { teardownMode }));
  }

  async #while(live: LiveAttempt, work: () => Promise<TaskRunResult>): Promise<TaskRunResult> {
    const { id } = live.task;
    const { promise: over, resolve } = Promise.withResolvers<void>();
    this.#live.set(id, { attempt: live, over });
    try {
      return await work();
    } finally {
      this.#live.delete(id);
      resolve();
    }
  }

  #make(
    task: GraphTask,
    lane: WorkstreamRuntime,
    attempt: {
      known: TaskState | undefined;
      number: number;
      resumed: AttemptState | null;
    },
  ): LiveAttempt {
    const { graph, log, tokenOf, signal, restOf } = this.#options;
    const { known, number, resumed } = attempt;
    const { token, hash } = tokenOf(task.id, number);
    const change = known?.change ?? null;
    const own = new AbortController();
    const earlier = change?.fresh ? [] : (known?.attempts ?? []).filter((one) => one.number < number);
    const runtime = new TaskRuntime({
      task: changedTask(task, change),
      workstream: lane.workstream,
      run: log.state.run,
      attempt: number,
      token,
      tokenHash: resumed?.tokenHash ?? hash,
      dependencies: task.dependencies.flatMap((id) => graph.taskById.get(id) ?? []),
      earlierAttempts: earlier.map((one) => ({
        number: one.number,
        error: one.failure?.error ?? null,
        signalDir: one.signalDir,
      })),
      note: change?.note ?? null,
      keptWork: keptWorkOf(known, number),
      resumed,
      recorded: () => log.state.tasks.get(task.id)?.attempts[number - 1] ?? null,
      signalDirOf: (id) => {
        const other = log.state.tasks.get(id);
        return (other && currentAttempt(other)?.signalDir) ?? null;
      },
      signal: AbortSignal.any([signal, own.signal]),
      emit: (fact) => log.append(fact),
      rest: restOf?.(task) ?? null,
    });
    runtime.state.integrationBranch = lane.state.integrationBranch;
    runtime.state.workstreamWorktreePath = lane.state.worktreePath;
    const callOff = () => own.abort('call_off' satisfies AbortCause);
    const overspend = (overspent: Overspent) => own.abort(overspent satisfies AbortCause);
    return { task, runtime, callOff, overspend };
  }
}

/** Also of an attempt that goes on: it may have to be prepared again. */
function keptWorkOf(known: TaskState | undefined, number: number): KeptWork | null {
  const before = known?.attempts.find((one) => one.number === number - 1);
  if (!known?.change?.keep_work || before === undefined) return null;
  const { broughtBack, saved } = before;
  // Another program knows nothing of it, and one that is to know nothing of earlier attempts begins anew.
  const session = known.change.framework === null && !known.change.fresh ? before.session : null;
  return {
    attempt: before.number,
    // What is back in a worktree counts as it is there, and not as it was kept.
    saved: broughtBack === 'worktree' ? [] : saved,
    onBranch: broughtBack !== null,
    session,
  };
}

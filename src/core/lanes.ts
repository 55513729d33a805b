import { describeError, isStepError } from './errors.ts';
import { type EventLog, JournalError } from './event-log.ts';
import type { BlockRoot, HoldReason } from './events.ts';
import type { Graph, GraphTask, Workstream } from './graph/graph.ts';
import { proofOf } from './proofs.ts';
import { attemptsThatCount, type WorkstreamState } from './run-state.ts';
import { storageFailureOf } from './storage-failure.ts';
import type { WorkstreamRuntime, WorkstreamSteps } from './workstream.ts';

export interface LanesOptions {
  readonly graph: Graph;
  readonly log: EventLog;
  readonly steps: WorkstreamSteps;
  readonly signal: AbortSignal;
  readonly onMerged: (id: string) => void;
  readonly onFailed: (id: string) => void;
  /** Noticing a person's merge went wrong in a way that is a bug of ours. */
  readonly onBug: (error: unknown) => void;
}

/** The lane that an attempt of an earlier owner belongs to. */
export type LaneOf = (id: string) => Promise<WorkstreamRuntime>;

/** The lanes of a run: made ready once, integrated when their tasks are done, watched while a person has them. */
export class Lanes {
  readonly #options: LanesOptions;
  readonly #ready = new Map<string, Promise<WorkstreamRuntime | null>>();
  readonly #integrating = new Set<string>();
  readonly #watching = new AbortController();
  readonly #tasks: ReadonlyMap<string, readonly GraphTask[]>;

  constructor(options: LanesOptions) {
    this.#options = options;
    this.#tasks = Map.groupBy(options.graph.tasks, (task) => task.workstreamId);
  }

  /** In file order. */
  tasks(id: string): readonly GraphTask[] {
    return this.#tasks.get(id) ?? [];
  }

  workstream(id: string): Workstream {
    return this.#options.graph.workstreamById.get(id) as Workstream;
  }

  /** The lane with its integration branch and worktree, made by whoever asks first; null when that failed. */
  ready(id: string): Promise<WorkstreamRuntime | null> {
    const known = this.#ready.get(id);
    if (known !== undefined) return known;
    const ready = this.#prepare(id);
    this.#ready.set(id, ready);
    return ready;
  }

  /** A lane as it is: made ready when tasks are at work in it, else only what is known of it. */
  async known(id: string): Promise<WorkstreamRuntime> {
    const ready = this.#state(id).status === 'active' ? await this.ready(id) : null;
    return ready ?? this.#runtime(id);
  }

  /** All tasks have succeeded: opens the pull request and merges it, or leaves it for a person and watches. */
  async integrate(id: string): Promise<void> {
    const status = this.#state(id).status;
    if (status === 'merged' || status === 'failed' || this.#integrating.has(id)) return;
    this.#integrating.add(id);
    const lane = await this.ready(id);
    if (lane === null) return;
    try {
      await this.#open(lane);
    } catch (error) {
      this.#fail(id, error);
    }
  }

  /** A lane that had failed is made ready anew when it is asked for. */
  reopen(id: string): void {
    this.#ready.delete(id);
    this.#integrating.delete(id);
  }

  /** Not every task of the lane can succeed any more. */
  fail(id: string): void {
    const { status } = this.#state(id);
    if (status === 'failed' || status === 'merged') return;
    const root = this.#rootOf(id);
    const cause = 'task' in root ? `task ${root.task}` : `workstream ${root.workstream}`;
    const error = `not every task of the workstream can succeed: ${cause}`;
    this.#options.log.append({ kind: 'workstream_failed', workstream: id, code: 'task_failed', error, root });
  }

  #rootOf(lane: string): BlockRoot {
    for (const { id } of this.tasks(lane)) {
      const task = this.#options.log.state.tasks.get(id);
      if (task?.status === 'failed' || task?.status === 'cancelled') return { task: id };
      if (task?.blockedBy) return task.blockedBy;
    }
    return { workstream: lane };
  }

  /** Stops watching for people's merges. */
  close(): void {
    this.#watching.abort();
  }

  #runtime(id: string): WorkstreamRuntime {
    const { branch, baseCommit, commit } = this.#state(id);
    return {
      workstream: this.workstream(id),
      run: this.#options.log.state.run,
      signal: AbortSignal.any([this.#options.signal, this.#watching.signal]),
      proved: (pr, proof) =>
        this.#options.log.append({ kind: 'workstream_pr_proof', workstream: id, pr, ...proofOf(proof) }),
      state: { integrationBranch: branch, baseCommit, tip: commit, worktreePath: null },
    };
  }

  async #prepare(id: string): Promise<WorkstreamRuntime | null> {
    const { log, steps } = this.#options;
    const lane = this.#runtime(id);
    try {
      await steps.prepare(lane);
    } catch (error) {
      this.#fail(id, error);
      return null;
    }
    if (this.#state(id).status === 'pending') {
      log.append({
        kind: 'workstream_active',
        workstream: id,
        branch: lane.state.integrationBranch ?? '',
        base_commit: lane.state.baseCommit ?? '',
      });
    }
    return lane;
  }

  async #open(lane: WorkstreamRuntime): Promise<void> {
    const { log, steps } = this.#options;
    const { id } = lane.workstream;
    if (this.#state(id).status === 'active') {
      log.append({ kind: 'workstream_merge_ready', workstream: id, commit: await steps.tip(lane) });
    }
    const opened = await steps.open(lane, log.state);
    await this.#tearDown(lane);
    if (opened.kind === 'nothing_to_merge') return this.#merged(id, opened.commit, 'nothing_to_merge');
    if (opened.kind === 'merged') {
      return this.#merged(id, opened.commit, this.#heldBack(lane) === null ? 'agentrelay' : 'person');
    }
    if (this.#state(id).status === 'merge_ready') {
      const { pr, target, commit } = opened;
      const branch = lane.state.integrationBranch ?? '';
      log.append({ kind: 'workstream_pr_created', workstream: id, pr, branch, target, commit });
    }
    lane.signal.throwIfAborted();
    const held = this.#heldBack(lane) ?? (await steps.merge(lane, opened.pr, log.state));
    if (held.kind === 'merged') return this.#merged(id, held.commit, 'agentrelay');
    const { reason, details } = held;
    log.append({ kind: 'workstream_held', workstream: id, reason, details, merge_command: opened.mergeCommand });
    this.#watch(lane, opened.pr);
  }

  /** Like a task's, it never changes the outcome. */
  async #tearDown(lane: WorkstreamRuntime): Promise<void> {
    const { log, steps } = this.#options;
    try {
      await steps.teardown(lane);
    } catch (error) {
      const message = `teardown_failed: ${describeError(error)}`;
      log.append({ kind: 'workstream_concerned', workstream: lane.workstream.id, message });
    }
  }

  #heldBack(lane: WorkstreamRuntime): { kind: 'held'; reason: HoldReason; details: readonly string[] } | null {
    const { id, autoMerge } = lane.workstream;
    if (!autoMerge) return { kind: 'held', reason: 'auto_merge_off', details: [] };
    const concerns: string[] = [];
    for (const task of this.tasks(id)) {
      const known = this.#options.log.state.tasks.get(task.id);
      const attempts = known === undefined ? [] : attemptsThatCount(known);
      for (const concern of attempts.flatMap((attempt) => attempt.concerns)) {
        if (concern.source === 'agent') concerns.push(`${task.id}: ${concern.message}`);
      }
    }
    return concerns.length === 0 ? null : { kind: 'held', reason: 'concerns', details: concerns };
  }

  /** Until the run ends; a watch that fails is told, for a merge that is not noticed looks like one that is not there. */
  #watch(lane: WorkstreamRuntime, pr: string): void {
    this.#options.steps
      .awaitMerge(lane, pr)
      .then(
        ({ commit }) => this.#merged(lane.workstream.id, commit, 'person'),
        (error: unknown) => this.#fail(lane.workstream.id, error),
      )
      .catch(this.#options.onBug);
  }

  #merged(id: string, commit: string, by: 'agentrelay' | 'person' | 'nothing_to_merge'): void {
    if (this.#watching.signal.aborted) return;
    this.#options.log.append({ kind: 'workstream_merged', workstream: id, commit, by });
    this.#options.onMerged(id);
  }

  #fail(id: string, error: unknown): void {
    // None of the lane's doing: the owner ends, and the next one makes another try.
    if (error instanceof JournalError || storageFailureOf(error) !== null) throw error;
    const { log, signal } = this.#options;
    if (signal.aborted || this.#watching.signal.aborted) return;
    const code = isStepError(error) ? error.code : 'internal_error';
    const message = describeError(error);
    log.append({ kind: 'workstream_failed', workstream: id, code, error: message, root: { workstream: id } });
    this.#options.onFailed(id);
  }

  #state(id: string): WorkstreamState {
    return this.#options.log.state.workstreams.get(id) as WorkstreamState;
  }
}

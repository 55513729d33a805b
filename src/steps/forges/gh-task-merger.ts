import { PullRequestError } from '../../core/errors.ts';
import type { MergeTurn } from '../../core/merge-queue.ts';
import type { MergeResult, TaskMerger } from '../../core/steps.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import { type GhTaskMergerOptions, MAX_TRIES, type Outcome, TaskMerge } from './gh-task-merge.ts';
import type { Verdict } from './gh-verdict.ts';

/**
 * Merges a task's pull request through GitHub, in its turn, after proving that it is what was signalled; waits for its
 * required checks before. Cut short at any point, the next call finds what is done.
 */
export class GhTaskMerger implements TaskMerger {
  readonly #options: GhTaskMergerOptions;
  /** Of tasks whose branch had to be brought up to date: nobody may come in between while that is gated and checked. */
  readonly #turns = new Map<TaskRuntime, MergeTurn>();

  constructor(options: GhTaskMergerOptions) {
    this.#options = options;
  }

  async mergePr(runtime: TaskRuntime, prUrl: string): Promise<MergeResult> {
    const go = new TaskMerge(runtime, prUrl, this.#options);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const outcome = await this.#tryOnce(runtime, go);
      if (outcome !== 'again') return outcome;
    }
    throw new PullRequestError('merge_refused', go.whyNot());
  }

  async #tryOnce(runtime: TaskRuntime, go: TaskMerge): Promise<Outcome> {
    if (this.#turns.has(runtime)) return await go.follow(await go.verdict('prompt'));
    const { queue } = this.#options;
    const target = runtime.require('integrationBranch');
    // Behind others only what keeps it from being merged is of interest before its turn.
    const isAlone = queue.length(target) === 0;
    const before = isAlone ? await go.verdict('brisk') : await this.#waitInLine(runtime, go, target);
    if (before !== null && before.kind !== 'ready' && before.kind !== 'behind') return await go.follow(before);
    const turn = this.#turns.get(runtime) ?? (await this.#takeTurn(runtime, target));
    // What was read before others merged is not known any more.
    const now = turn.waited || before === null ? await go.verdictInTurn() : before;
    if (now !== null) return await go.follow(now);
    this.leaveQueue(runtime);
    const later = await go.verdict('brisk');
    return later.kind === 'ready' || later.kind === 'behind' ? 'again' : await go.follow(later);
  }

  /** The turn is over, however it ended: called after every go at the task. */
  leaveQueue(runtime: TaskRuntime): void {
    this.#turns.get(runtime)?.leave();
    this.#turns.delete(runtime);
  }

  /** Null when its turn has come; what stands in its way, when that is seen before. */
  async #waitInLine(runtime: TaskRuntime, go: TaskMerge, target: string): Promise<Verdict | null> {
    const leave = new AbortController();
    const signal = AbortSignal.any([runtime.signal, leave.signal]);
    const turn = this.#takeTurn(runtime, target, signal);
    try {
      return await Promise.race([turn.then(() => null), go.obstacle(signal)]);
    } finally {
      // A turn that has come stays; one that is still waited for is given up.
      leave.abort(NOT_WAITING);
      await turn.catch((error: unknown) => {
        if (error !== NOT_WAITING && !runtime.signal.aborted) throw error;
      });
    }
  }

  async #takeTurn(runtime: TaskRuntime, target: string, signal = runtime.signal): Promise<MergeTurn> {
    const position = this.#options.queue.length(target);
    if (position > 0) runtime.report({ kind: 'task_merge_queued', target, position });
    const turn = await this.#options.queue.enter(target, { task: runtime.task.id }, signal);
    this.#turns.set(runtime, turn);
    return turn;
  }
}

const NOT_WAITING = new Error('nobody waits for this turn any more');

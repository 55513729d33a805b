import type { Clock } from './clock.ts';
import type { GraphTask } from './graph/graph.ts';
import type { Schedule } from './schedule.ts';

/** Why a task that rested goes on: `agent` where its agent was seen to go on before. */
export type RestEnd = 'time' | 'signal' | 'agent';

/** Lets a task under way rest: others have its slot meanwhile. */
export interface Rest {
  /**
   * Resolves when `until` (milliseconds since 1970) has come and the task has a slot again. Where `early` is aborted, with
   * a `RestEnd` as its reason, it has one at once, even if there is none free. Rejects when `signal` is aborted.
   */
  rest(until: number, signal: AbortSignal, early: AbortSignal): Promise<RestEnd>;
}

export interface SlotsOptions {
  readonly clock: Clock;
  /** The one that counts now. */
  readonly schedule: () => Schedule;
  /** Others may start now, or somebody wants to go on. */
  readonly onChange: () => void;
}

/** A clock that was set, or a computer that slept, is noticed within this. Milliseconds. */
const LOOK = 60_000;

/** Which tasks under way have given their slots to others, and who wants one back. */
export class Slots {
  readonly #options: SlotsOptions;
  readonly #resting = new Set<string>();
  readonly #returning = new Map<GraphTask, () => void>();

  constructor(options: SlotsOptions) {
    this.#options = options;
  }

  get resting(): ReadonlySet<string> {
    return this.#resting;
  }

  of(task: GraphTask): Rest {
    return { rest: (until, signal, early) => this.#rest(task, until, signal, early) };
  }

  /** Gives free slots to those that come back, before any other task is begun. */
  grant(): void {
    for (const [task, resolve] of this.#returning) {
      if (!this.#options.schedule().comeBack(task)) continue;
      this.#returning.delete(task);
      this.#resting.delete(task.id);
      resolve();
    }
  }

  /** The task is over; the schedule is told by its `release`. */
  forget(task: GraphTask): void {
    this.#resting.delete(task.id);
    this.#returning.delete(task);
  }

  async #rest(task: GraphTask, until: number, signal: AbortSignal, early: AbortSignal): Promise<RestEnd> {
    const { schedule, onChange } = this.#options;
    this.#resting.add(task.id);
    schedule().rest(task);
    onChange();
    const either = AbortSignal.any([signal, early]);
    const isTime = (await this.#sleep(until, either)) && (await this.#comeBack(task, either));
    if (isTime) return 'time';
    // Of one that is over the slot is given back as it is.
    signal.throwIfAborted();
    this.forget(task);
    schedule().comeBack(task, { force: true });
    return early.reason as RestEnd;
  }

  /** False when it was interrupted. */
  async #sleep(until: number, either: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    while (!either.aborted && clock.now() < until) {
      await clock.sleep(Math.min(LOOK, until - clock.now()), either).catch((error: unknown) => {
        if (!either.aborted) throw error;
      });
    }
    return !either.aborted;
  }

  /** False when it was interrupted. */
  async #comeBack(task: GraphTask, either: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#returning.set(task, resolve);
    either.addEventListener('abort', () => resolve(), { once: true });
    this.#options.onChange();
    await promise;
    // Given in the same turn in which it was interrupted: it has one.
    return !this.#returning.delete(task);
  }
}

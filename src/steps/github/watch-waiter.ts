import type { Clock } from '../../core/clock.ts';
import type { PullRequestSnapshot } from './pull-request.ts';
import type { Pace } from './watch-interval.ts';

/** Somebody who waits for what a pull request becomes. */
export interface Waiter {
  readonly number: number;
  /** Null for one look. */
  readonly pace: Pace | null;
  /** Content with the looks that are due, however many others ask for in between. */
  readonly isPatient: boolean;
  /** Whether it was read since he began to wait. */
  hasSeen: boolean;
  /** Tells him; he may leave then. */
  see(pr: PullRequestSnapshot | null): void;
  fail(error: unknown): void;
}

export interface Wait<T> {
  readonly number: number;
  readonly pace: Pace | null;
  readonly accept: (pr: PullRequestSnapshot | null) => T | null;
  /** False for who is content with the looks that are due. */
  readonly atOnce: boolean;
  readonly timeout?: { readonly milliseconds: number; readonly error: (last: PullRequestSnapshot | null) => Error };
  readonly signal: AbortSignal | undefined;
}

/** Timers know no longer time. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Waits among `waiters` until `accept` gives something, time is up, or `signal` says so. `onLeave` follows each end. */
export function waitAmong<T>(waiters: Set<Waiter>, wait: Wait<T>, clock: Clock, onLeave: () => void): Promise<T> {
  const { number, pace, accept, atOnce, timeout, signal } = wait;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const over = new AbortController();
  let last: PullRequestSnapshot | null = null;
  const leave = () => {
    over.abort();
    if (waiters.delete(waiter)) onLeave();
  };
  const waiter: Waiter = {
    number,
    pace,
    isPatient: !atOnce,
    hasSeen: !atOnce,
    see(pr) {
      last = pr;
      this.hasSeen = true;
      try {
        const accepted = accept(pr);
        if (accepted === null) return;
        resolve(accepted);
      } catch (error) {
        reject(error);
      }
      leave();
    },
    fail(error) {
      reject(error);
      leave();
    },
  };
  waiters.add(waiter);
  signal?.addEventListener('abort', () => waiter.fail(signal.reason), { once: true, signal: over.signal });
  if (timeout !== undefined) {
    clock.sleep(Math.min(timeout.milliseconds, LONGEST_TIMER), over.signal).then(
      () => waiter.fail(timeout.error(last)),
      (error: unknown) => {
        if (!over.signal.aborted) waiter.fail(error);
      },
    );
  }
  return promise;
}

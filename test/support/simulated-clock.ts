import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../src/core/clock.ts';

interface Sleeper {
  readonly until: number;
  wake(): void;
}

/** Turns of the event loop after which everybody who could go on has gone on, or sleeps. */
const TURNS = 8;

/** Time that passes only while `advance` is awaited, and takes none then. */
export class SimulatedClock implements Clock {
  /** What `random` gives. */
  chance = 0;
  #now: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start = Date.parse('2026-01-02T03:00:00Z')) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.chance;
  }

  /** How many timers there are. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper = { until: this.#now + milliseconds, wake: resolve };
    this.#sleepers.add(sleeper);
    const cancel = () => {
      this.#sleepers.delete(sleeper);
      reject(signal?.reason);
    };
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    return promise;
  }

  /** Lets this much time pass, and everybody do what he does in it. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      for (let turn = 0; turn < TURNS; turn++) await nextTurn();
      const next = [...this.#sleepers].sort((one, other) => one.until - other.until)[0];
      if (next === undefined || next.until > end) break;
      this.#now = Math.max(this.#now, next.until);
      this.#sleepers.delete(next);
      next.wake();
    }
    this.#now = end;
  }

  /** Everybody does what he can do now. */
  async settle(): Promise<void> {
    await this.advance(0);
  }
}

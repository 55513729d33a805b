import type { Clock } from '../../src/core/clock.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** The real time, and now and then hours later at once: whoever sleeps till then wakes up. */
export class JumpingClock implements Clock {
  #ahead = 0;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return Date.now() + this.#ahead;
  }

  random(): number {
    return 0.5;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', cancel);
        settle();
      };
      const cancel = () => end(() => reject(signal?.reason));
      const sleeper: Sleeper = { until: this.now() + milliseconds, wake: () => end(resolve) };
      const timer = setTimeout(sleeper.wake, milliseconds);
      this.#sleepers.add(sleeper);
      if (signal?.aborted) cancel();
      else signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  jump(milliseconds: number): void {
    this.#ahead += milliseconds;
    for (const sleeper of [...this.#sleepers]) if (sleeper.until <= this.now()) sleeper.wake();
  }
}

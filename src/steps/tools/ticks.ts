import type { Clock } from '../../core/clock.ts';

/** One beat for all who look at something from time to time; it beats only while somebody listens. */
export class Ticks {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #listeners = new Set<() => void>();
  #stop: AbortController | null = null;

  /** `interval` in milliseconds. */
  constructor(clock: Clock, interval: number) {
    this.#clock = clock;
    this.#interval = interval;
  }

  /** Returns what takes the listener off again. */
  on(listener: () => void): () => void {
    const own = () => listener();
    this.#listeners.add(own);
    if (this.#stop === null) this.#start();
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size > 0) return;
      this.#stop?.abort();
      this.#stop = null;
    };
  }

  #start(): void {
    const stop = new AbortController();
    this.#stop = stop;
    void this.#beat(stop.signal);
  }

  async #beat(signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.#clock.sleep(this.#interval, signal);
      } catch {
        // Nobody listens any more.
        return;
      }
      if (signal.aborted) return;
      for (const listener of [...this.#listeners]) listener();
    }
  }
}

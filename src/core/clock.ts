/** Time as those see it who wait for something outside: the real one, or one that runs at once for measuring. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects when `signal` is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** From 0 to below 1: waits are spread, so that not all come back at once. */
  random(): number;
}

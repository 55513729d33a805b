import { setTimeout as delay } from 'node:timers/promises';

/** Time as those see it who wait for GitHub: the real one, or one that runs at once for measuring. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects when `signal` is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** From 0 to below 1: waits are spread, so that not all come back at once. */
  random(): number;
}

export const REAL_CLOCK: Clock = {
  now: Date.now,
  sleep: async (milliseconds, signal) => await delay(milliseconds, undefined, { signal }),
  random: Math.random,
};

/** `90 s`, `5 min`. */
export function inWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

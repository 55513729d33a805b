import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../core/clock.ts';

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

import type { RateLimit } from './pull-request.ts';

/**
 * How soon a change is to be seen: by a merge that all others wait for, by one that waits for its checks, or by a lane that
 * waits for a person.
 */
export type Pace = 'prompt' | 'brisk' | 'calm';

/** Milliseconds between two looks, at first and at most. */
const PACES: Readonly<Record<Pace, { readonly first: number; readonly last: number }>> = {
  prompt: { first: 1_000, last: 10_000 },
  brisk: { first: 3_000, last: 20_000 },
  calm: { first: 30_000, last: 120_000 },
};

const GROWTH = 1.5;

/** Below this part of the limit looks are rare, however soon the budget is renewed. */
const LOW = 0.1;
const LOW_INTERVAL = 60_000;

/** Milliseconds from one look to the next, as the hastiest wants it, after `quiet` looks that showed no change. */
export function wishedInterval(paces: Iterable<Pace>, quiet: number): number | null {
  const wishes = [...paces].map((pace) => Math.min(PACES[pace].first * GROWTH ** quiet, PACES[pace].last));
  return wishes.length === 0 ? null : Math.min(...wishes);
}

/**
 * Milliseconds that must be between two looks that cost `cost` each, so that until the budget is renewed no more than half
 * of it goes: agents, and the person at the keyboard, ask with the same token.
 */
export function affordableInterval(budget: RateLimit, cost: number, now: number): number {
  const untilReset = Date.parse(budget.resetAt) - now;
  if (!(untilReset > 0)) return 0;
  if (budget.remaining < Math.max(cost, 1)) return untilReset;
  const even = untilReset / (budget.remaining / 2 / Math.max(cost, 1));
  return Math.min(untilReset, isLow(budget) ? Math.max(even, LOW_INTERVAL) : even);
}

export function isLow({ remaining, limit }: RateLimit): boolean {
  return remaining < limit * LOW;
}

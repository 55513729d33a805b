/** Milliseconds to wait at a limit of which the API does not say how long; doubled each time. */
const FIRST = 60_000;
const LAST = 15 * 60_000;
const SHORTEST = 1_000;

/** Milliseconds over which those who wait for the same moment are spread. */
const SPREAD = 2_000;

/** Milliseconds to wait at a limit: what the API has `asked` for, else more after each of `before` limits in a row. */
export function limitWait(asked: number | null, before: number, random: number): number {
  const guess = Math.min(FIRST * 2 ** before, LAST);
  return Math.max(asked ?? guess, SHORTEST) + random * SPREAD;
}

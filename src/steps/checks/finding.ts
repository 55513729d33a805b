import { UserError } from '../../core/errors.ts';

/** `fail`: a run could not start, or not end. `warn`: it can, and there is something to know. */
export type FindingLevel = 'ok' | 'warn' | 'fail';

/** One thing that was looked at. */
export interface Finding {
  readonly level: FindingLevel;
  /** A word or two. */
  readonly what: string;
  readonly detail: string;
  /** What mends it, a command where one does; null where nothing is to be done. */
  readonly fix: string | null;
}

export interface FindingGroup {
  readonly title: string;
  readonly findings: readonly Finding[];
}

export function ok(what: string, detail: string): Finding {
  return { level: 'ok', what, detail, fix: null };
}

export function warn(what: string, detail: string, fix: string | null): Finding {
  return { level: 'warn', what, detail, fix };
}

/** A `UserError` as a finding; anything else is thrown on. */
export function findingOf(what: string, error: unknown, level: FindingLevel = 'fail'): Finding {
  if (!(error instanceof UserError)) throw error;
  return { level, what, detail: error.message, fix: error.hint };
}

/** What a check that throws `UserError` comes to; `good` tells what it has found. */
export async function findingFrom<T>(
  what: string,
  check: () => T | Promise<T>,
  good: (found: T) => string,
): Promise<Finding> {
  try {
    return ok(what, good(await check()));
  } catch (error) {
    return findingOf(what, error);
  }
}

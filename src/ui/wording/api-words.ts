import type { ApiBudget } from '../../core/events.ts';
import type { RunState } from '../../core/run-state.ts';
import { plural } from '../format.ts';
import { hourOf, timeOfDay } from './moment.ts';

/** What was spent at GitHub's API, and what is left. */
export function budgetWords({ requests, spent, remaining, limit, interval, reset_at }: ApiBudget): string {
  const left = `${remaining} of ${limit} left until ${hourOf(reset_at)}`;
  const used = `${plural(spent, 'point')} spent in ${plural(requests, 'request')}`;
  return `${left}; ${used}, one every ${Math.round(interval / 1000)} s`;
}

const LIMITS = { primary: "the hour's budget is spent", secondary: 'too much at once' } as const;

/** Why GitHub answers nothing, and until when. */
export function limitWords(limit: keyof typeof LIMITS, until: string): string {
  return `${LIMITS[limit]}: it answers nothing before ${timeOfDay(until)}`;
}

/** Below this part of the limit it matters what is left. */
const LITTLE = 0.2;

/**
 * What a person should know of GitHub's API, in as many words as there is room for, and in fewer; null while there is
 * nothing that matters. `now`: milliseconds since 1970.
 */
export function apiNotice(
  {
    apiBudget,
    apiLimitedUntil,
    apiUnreachableSince,
    outcome,
  }: Pick<RunState, (`api${string}` & keyof RunState) | 'outcome'>,
  now: number,
): { readonly long: string; readonly short: string } | null {
  if (outcome !== null) return null;
  if (apiUnreachableSince !== null) {
    const since = timeOfDay(apiUnreachableSince);
    return {
      long: `GitHub cannot be reached since ${since}: what is shown of it is old`,
      short: `no GitHub since ${since}`,
    };
  }
  if (apiLimitedUntil !== null && Date.parse(apiLimitedUntil) > now) {
    const until = timeOfDay(apiLimitedUntil);
    return { long: `GitHub limits us until ${until}`, short: `GitHub: wait till ${until}` };
  }
  if (apiBudget === null) return null;
  const { remaining, limit, reset_at } = apiBudget;
  // What was left of an hour that is over says nothing.
  if (remaining >= limit * LITTLE || !(Date.parse(reset_at) > now)) return null;
  return {
    long: `GitHub: ${remaining} of ${limit} left, resets ${hourOf(reset_at)}`,
    short: `GitHub: ${remaining} left`,
  };
}

import { clockTime } from './limit-clock.ts';

const DAY = 86_400_000;
/** Longer than any limit that is told: something was read wrongly. */
const MAX_DAYS = 40;
/** What is over since then is over now, and not again tomorrow: its words stay on the screen. */
const GRACE = 10 * 60_000;

/** After one of these words the time is told. */
const LEAD =
  /\b(?:resets?(?:_at)?|resetting|reset (?:at|on|in)|try again|retry(?:-after)?|available(?: again)?|renews?|until|continu\w+ automatically|expires?)\b/giu;

/**
 * When a limit that a program tells of ends: ISO 8601 in UTC, null where its words do not say. `now` in milliseconds since
 * 1970; a time of day is the next one, in `zone` (an IANA name, by default that of this process) unless the words name one.
 */
export function limitEnd(text: string, now: number, zone?: string): string | null {
  const words = text.replace(/\s+/gu, ' ');
  const local = zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const tail of tailsOf(words)) {
    const end = fromEpoch(tail) ?? fromDuration(tail, now) ?? clockTime(tail, now - GRACE, local);
    if (end === null) continue;
    if (Number.isNaN(end) || end < now - GRACE || end > now + MAX_DAYS * DAY) return null;
    return new Date(Math.max(end, now)).toISOString();
  }
  return null;
}

/** What follows each of the leading words; a time may also be all that there is. */
function tailsOf(words: string): string[] {
  const tails = [...words.matchAll(LEAD)].map(({ index, 0: lead }) => words.slice(index + lead.length));
  const bar = words.indexOf('|');
  return [...tails, ...(bar === -1 ? [] : [words.slice(bar)]), ...(/^ ?(?:in|after) \d/iu.test(words) ? [words] : [])];
}

/** `limit reached|1732230000`, `resets_at: 1732230000`: seconds, or milliseconds, since 1970. */
function fromEpoch(tail: string): number | null {
  const [, digits] = /^[ :="|]+(?:at )?(\d{13}|\d{10})\b/iu.exec(tail) ?? [];
  return digits === undefined ? null : Number(digits) * (digits.length === 10 ? 1_000 : 1);
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: DAY, w: 7 * DAY };
const UNIT = '(?:weeks?|days?|hours?|hrs?|minutes?|mins?|seconds?|secs?|[wdhms])';
const DURATION = new RegExp(
  `^(?:[ :]+(?:automatically|again))*[ :]+(?:in|after|:)? ?(?:about |approximately |~ ?)?((?:\\d+(?:\\.\\d+)? ?${UNIT}(?![a-z])(?:,? and |,? )?)+)`,
  'iu',
);

/** ` in 2 hours 13 minutes`, ` after 45s`, `: 3h20m`. */
function fromDuration(tail: string, now: number): number | null {
  const [, words] = DURATION.exec(/^(?:in|after) /iu.test(tail) ? ` ${tail}` : tail) ?? [];
  if (words === undefined) return null;
  const parts = [...words.matchAll(/(\d+(?:\.\d+)?) ?([wdhms])/giu)];
  return (
    now +
    Math.round(parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit.toLowerCase()] ?? 0), 0))
  );
}

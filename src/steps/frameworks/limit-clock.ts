import { instantOf, type WallTime, wallTime, zoneNamed } from './zoned-time.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MONTH = `(?:${MONTHS.join('|')})[a-z]*\\.?`;
const FILLER = '(?:[ ,:·]|\\b(?:at|on|by|around|automatically|again)\\b)*';

const ISO = '(?<iso>\\d{4}-\\d{2}-\\d{2})(?:T| ,?(?:at )?)';
const NAMED =
  `(?:(?<month>${MONTH}) (?<day>\\d{1,2})(?:st|nd|rd|th)?|(?<day2>\\d{1,2})(?:st|nd|rd|th)? (?<month2>${MONTH}))` +
  '(?:,? (?<year>\\d{4})(?![:\\d]))?';
const WEEKDAY = `(?<weekday>(?:${WEEKDAYS.join('|')})(?:s|nes|rs|ur)?(?:day)?)\\b`;
const TIME =
  '(?:(?<hour>\\d{1,2})(?::(?<minute>\\d{2}))?(?::\\d{2}(?:\\.\\d+)?)? ?(?<half>[ap])\\.?m\\b\\.?' +
  '|(?<hour24>\\d{1,2}):(?<minute24>\\d{2})(?::\\d{2}(?:\\.\\d+)?)?|(?<word>noon|midnight)\\b)';

const WHEN = new RegExp(
  `^${FILLER}(?:${ISO}|(?:${WEEKDAY}${FILLER})?(?:${NAMED}${FILLER})?|(?<relative>today|tomorrow)\\b${FILLER})${TIME}`,
  'iu',
);
/** Upper case, since words may follow that are no zone. */
const ZONE =
  /^ ?(?:\((?<framed>[^)]*)\)|(?<plain>(?:UTC|GMT)(?: ?[+-] ?\d{1,2}(?::?\d{2})?)?(?!\w)|[+-]\d{2}:?\d{2}\b|[A-Z][A-Za-z]+(?:\/[A-Z][A-Za-z_]+)+|Z\b|[A-Z]{2,5}\b))/u;

type Groups = Readonly<Record<string, string | undefined>>;

/**
 * The next time, not before `after` (milliseconds since 1970), that a date, a day of the week or a time of day names at the
 * beginning of the words; null where they do not, or not clearly. A date without a year is the next one.
 */
export function clockTime(words: string, after: number, local: string): number | null {
  const found = WHEN.exec(words);
  const groups: Groups = found?.groups ?? {};
  const time = found === null ? null : timeOf(groups);
  if (found === null || time === null) return null;
  const zone = zoneAfter(words.slice(found[0].length), local);
  if (zone === null) return null;
  const today = wallTime(after, zone);
  const candidates = daysOf(groups, today).map((day) => instantOf({ ...day, ...time }, zone));
  return candidates.find((instant) => instant >= after) ?? null;
}

function timeOf({
  hour,
  minute = '0',
  half,
  hour24,
  minute24,
  word,
}: Groups): Pick<WallTime, 'hour' | 'minute'> | null {
  if (word !== undefined) return { hour: word.toLowerCase() === 'noon' ? 12 : 0, minute: 0 };
  const time =
    half === undefined
      ? { hour: Number(hour24), minute: Number(minute24) }
      : { hour: (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0), minute: Number(minute) };
  const legal = half === undefined ? time.hour < 24 : Number(hour) >= 1 && Number(hour) <= 12;
  return legal && time.minute < 60 ? time : null;
}

/** The zone that is named directly behind the time; null for one that nobody knows. */
function zoneAfter(rest: string, local: string): string | null {
  const { framed, plain } = ZONE.exec(rest)?.groups ?? {};
  if (plain !== undefined) return zoneNamed(plain);
  if (framed === undefined || /\b(?:local|your)\b/iu.test(framed)) return local;
  if (/^(?:US )?Pacific(?: time)?$/iu.test(framed)) return 'America/Los_Angeles';
  return zoneNamed(framed.replace(/ time$/iu, ''));
}

type Day = Pick<WallTime, 'year' | 'month' | 'day'>;

/** The days that may be meant, in order. */
function daysOf(groups: Groups, today: Day): Day[] {
  const { iso, relative, weekday, year } = groups;
  const month = groups.month ?? groups.month2;
  if (iso !== undefined) {
    const [isoYear = 0, isoMonth = 0, day = 0] = iso.split('-').map(Number);
    return real({ year: isoYear, month: isoMonth, day });
  }
  if (month !== undefined) {
    const named = {
      month: MONTHS.indexOf(month.slice(0, 3).toLowerCase()) + 1,
      day: Number(groups.day ?? groups.day2),
    };
    const years = year === undefined ? [today.year, today.year + 1] : [Number(year)];
    return years.flatMap((one) => real({ year: one, ...named }));
  }
  const later = (days: number) => ({ ...today, day: today.day + days });
  if (weekday !== undefined) {
    const now = new Date(Date.UTC(today.year, today.month - 1, today.day)).getUTCDay();
    const days = (WEEKDAYS.indexOf(weekday.slice(0, 3).toLowerCase()) - now + 7) % 7;
    return [later(days), later(days + 7)];
  }
  if (relative !== undefined) return [later(relative.toLowerCase() === 'tomorrow' ? 1 : 0)];
  return [later(0), later(1)];
}

/** None where the month has no such day. */
function real(day: Day): Day[] {
  const date = new Date(Date.UTC(day.year, day.month - 1, day.day));
  return date.getUTCMonth() === day.month - 1 && date.getUTCDate() === day.day ? [day] : [];
}

/** What a clock on the wall shows. */
export interface WallTime {
  readonly year: number;
  /** From 1, as days. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/** The wall clock of a zone; `instant` in milliseconds since 1970. */
export function wallTime(instant: number, zone: string): WallTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return { year: part('year'), month: part('month'), day: part('day'), hour: part('hour'), minute: part('minute') };
}

/**
 * When the clock of a zone shows this, in milliseconds since 1970: the first time where it does so twice, and so much later
 * as it was put forward where it never does. Days may be past the end of their month. NaN for what is no time.
 */
export function instantOf(wall: WallTime, zone: string): number {
  const guess = utc(wall);
  const [before, after] = [guess - DAY, guess + DAY].map((near) => guess - offsetAt(near, zone));
  const first = Math.min(before ?? guess, after ?? guess);
  const shows = (instant: number) => utc(wallTime(instant, zone)) === guess;
  // In the gap of a change the offset from before it leads behind it.
  return shows(first) ? first : Math.max(before ?? guess, after ?? guess);
}

const DAY = 86_400_000;

function utc({ year, month, day, hour, minute }: WallTime): number {
  return Date.UTC(year, month - 1, day, hour, minute);
}

/** How far the zone is before UTC, in milliseconds. */
function offsetAt(instant: number, zone: string): number {
  const minute = Math.floor(instant / 60_000) * 60_000;
  return utc(wallTime(minute, zone)) - minute;
}

/** Only those that mean one thing: `CST` and `IST` are of several continents. */
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  Z: 'UTC',
  UTC: 'UTC',
  GMT: 'UTC',
  PT: 'America/Los_Angeles',
  PST: '-08:00',
  PDT: '-07:00',
  MT: 'America/Denver',
  MST: '-07:00',
  MDT: '-06:00',
  CT: 'America/Chicago',
  CDT: '-05:00',
  ET: 'America/New_York',
  EST: '-05:00',
  EDT: '-04:00',
  WET: '+00:00',
  WEST: '+01:00',
  CET: '+01:00',
  CEST: '+02:00',
  EET: '+02:00',
  EEST: '+03:00',
  JST: '+09:00',
  KST: '+09:00',
  AEST: '+10:00',
  AEDT: '+11:00',
};

const OFFSET = /^(?:UTC|GMT)? ?([+-]) ?(\d{1,2})(?::?(\d{2}))?$/iu;

/** As `Intl` takes it: an IANA name or an offset; null for what is none, or may be several. */
export function zoneNamed(name: string): string | null {
  const [, sign, hours = '', minutes = '00'] = OFFSET.exec(name) ?? [];
  const zone =
    sign === undefined ? (ABBREVIATIONS[name.toUpperCase()] ?? name) : `${sign}${hours.padStart(2, '0')}:${minutes}`;
  if (!/[/:+-]|^UTC$/u.test(zone)) return null;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

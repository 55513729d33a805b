import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitEnd } from '../../../src/steps/frameworks/limit-time.ts';
import { instantOf, wallTime } from '../../../src/steps/frameworks/zoned-time.ts';

/** A Saturday; 12:00 in New York, 18:00 in Berlin. */
const NOW = Date.parse('2026-11-21T17:00:00Z');
const DAY = 86_400_000;

describe('the end of a limit', () => {
  it.each([
    // Claude Code, in its versions.
    ["You've hit your 5-hour limit · resets 8:41pm (UTC)", '2026-11-21T20:41:00.000Z'],
    ['Usage limit reached · set to continue automatically at 8:41pm', '2026-11-22T01:41:00.000Z'],
    ['5-hour limit reached ∙ resets 7pm', '2026-11-22T00:00:00.000Z'],
    ['limit · resets 7:30pm (Europe/Berlin)', '2026-11-21T18:30:00.000Z'],
    ['Your limit will reset at 3am (America/New_York).', '2026-11-22T08:00:00.000Z'],
    ['Claude AI usage limit reached|1795300000', '2026-11-21T22:26:40.000Z'],
    ['Claude AI usage limit reached|1795300000000', '2026-11-21T22:26:40.000Z'],
    ['Weekly limit reached ∙ resets Nov 24, 1pm', '2026-11-24T18:00:00.000Z'],
    ['Weekly limit reached ∙ resets Nov 24 at 1pm (Asia/Kolkata)', '2026-11-24T07:30:00.000Z'],
    ['resets Dec 1, 12am (America/Argentina/Buenos_Aires)', '2026-12-01T03:00:00.000Z'],
    ['resets Mon 9:00 AM (UTC)', '2026-11-23T09:00:00.000Z'],
    // Codex
    ['or try again at 8:50 PM.', '2026-11-22T01:50:00.000Z'],
    ['try again at Nov 23rd, 2026 3:15 PM', '2026-11-23T20:15:00.000Z'],
    ['Try again in 2 hours 13 minutes.', '2026-11-21T19:13:00.000Z'],
    ['Try again in 3 days 4 hours.', '2026-11-24T21:00:00.000Z'],
    ['in 3 days 4 hours', '2026-11-24T21:00:00.000Z'],
    ['Please try again in 1 day, 2 hours and 3 minutes', '2026-11-22T19:03:00.000Z'],
    ['{"resets_at":1795300000}', '2026-11-21T22:26:40.000Z'],
    // Gemini, OpenCode, Copilot and what stands behind them.
    ['Your quota will reset after 18h23m45s.', '2026-11-22T11:23:45.000Z'],
    ['Retry after 45s', '2026-11-21T17:00:45.000Z'],
    ['Please retry in 1.5s.', '2026-11-21T17:00:01.500Z'],
    ['retry-after: 30 minutes', '2026-11-21T17:30:00.000Z'],
    ['Access resets at 15:00 UTC+2', '2026-11-22T13:00:00.000Z'],
    ['resets 15:00 GMT-03:30', '2026-11-21T18:30:00.000Z'],
    ['resets at 11:15 PM PST', '2026-11-22T07:15:00.000Z'],
    ['Usage resets at midnight (Pacific Time)', '2026-11-22T08:00:00.000Z'],
    ['resets tomorrow at 9am', '2026-11-22T14:00:00.000Z'],
    ['available again on 25 November at 08:05', '2026-11-25T13:05:00.000Z'],
    ['resets at 2026-11-23T15:15:00Z', '2026-11-23T15:15:00.000Z'],
    ['resets at 2026-11-23T15:15:30.500+01:00', '2026-11-23T14:15:00.000Z'],
    ['resets 2026-11-23 15:15', '2026-11-23T20:15:00.000Z'],
    ['resets 2026-11-23 15:15 UTC', '2026-11-23T15:15:00.000Z'],
    ['Limit reached.\nIt  resets\u00a07:30\u202fpm (UTC)', '2026-11-21T19:30:00.000Z'],
  ])('%s', (text, expected) => {
    expect(limitEnd(text, NOW, 'America/New_York')).toBe(expected);
  });

  it.each([
    'You have hit your limit.',
    'done 6:40 PM',
    'took 5 hours, in 3 files',
    'resets soon',
    'resets 25:00',
    'resets 13pm',
    'resets 7pm (Europe/Nowhere)',
    'resets 7pm IST',
    'resets 11/24 7pm',
    'resets Feb 30, 1pm',
    'resets Oct 6, 1pm',
    'resets Nov 20, 2026 1pm',
    'try again in 60 days',
    'limit reached|1732230000',
    'limit reached|9999999999',
    'resets at 2026-11-20T15:15:00Z',
    'resets at 2027-02-20T15:15:00Z',
    'reset the branch at 7pm',
    '',
  ])('is not known from %j', (text) => {
    expect(limitEnd(text, NOW, 'America/New_York')).toBeNull();
  });

  it('is over, and not tomorrow, while its words still stand there', () => {
    const later = Date.parse('2026-11-21T20:45:00Z');
    expect(limitEnd('resets 8:41pm (UTC)', later)).toBe('2026-11-21T20:45:00.000Z');
    expect(limitEnd('resets 8:30pm (UTC)', later)).toBe('2026-11-22T20:30:00.000Z');
  });

  it('takes the day of the named zone, and weeks that turn', () => {
    // In Auckland it is Sunday already.
    expect(limitEnd('resets Sun 9am (Pacific/Auckland)', NOW)).toBe('2026-11-21T20:00:00.000Z');
    expect(limitEnd('resets Saturday at 5:30 pm (UTC)', NOW)).toBe('2026-11-21T17:30:00.000Z');
    expect(limitEnd('resets Sat 4pm (UTC)', NOW)).toBe('2026-11-28T16:00:00.000Z');
    const newYearsEve = Date.parse('2026-12-31T20:00:00Z');
    expect(limitEnd('resets Jan 2, 1pm (UTC)', newYearsEve)).toBe('2027-01-02T13:00:00.000Z');
  });

  it('follows clocks that are put forward and back', () => {
    const spring = Date.parse('2026-03-28T22:00:00Z');
    expect(limitEnd('resets 2:30am (Europe/Berlin)', spring)).toBe('2026-03-29T01:30:00.000Z');
    expect(limitEnd('resets 4am (Europe/Berlin)', spring)).toBe('2026-03-29T02:00:00.000Z');
    const autumn = Date.parse('2026-10-24T22:00:00Z');
    expect(limitEnd('resets 2:30am (Europe/Berlin)', autumn)).toBe('2026-10-25T00:30:00.000Z');
    expect(limitEnd('resets 4am (Europe/Berlin)', autumn)).toBe('2026-10-25T03:00:00.000Z');
  });
});

const zones = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Los_Angeles',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Apia',
);
const instants = fc.integer({ min: Date.parse('2024-01-01T00:00:00Z'), max: Date.parse('2034-01-01T00:00:00Z') });

describe('of any text', () => {
  it('is never past, and never far away', () => {
    const words = fc.constantFrom(
      'resets',
      'try again',
      'in',
      'at',
      '7pm',
      '15:00',
      '(UTC)',
      'Mon',
      'Nov',
      '31',
      '|',
      '2026',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.oneof(words, fc.nat().map(String))).map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(text, instants, zones, (words, now, zone) => {
        const end = limitEnd(words, now, zone);
        if (end === null) return;
        expect(Date.parse(end)).toBeGreaterThanOrEqual(now);
        expect(Date.parse(end)).toBeLessThanOrEqual(now + 40 * DAY);
      }),
      { numRuns: 300 },
    );
  });

  it('is the next time that its zone shows the hour', () => {
    const times = fc.record({ hour: fc.nat(23), minute: fc.nat(59) });
    fc.assert(
      fc.property(times, instants, zones, ({ hour, minute }, now, zone) => {
        const text = `${((hour + 11) % 12) + 1}:${String(minute).padStart(2, '0')}${hour < 12 ? 'am' : 'pm'}`;
        const end = Date.parse(limitEnd(`resets ${text} (${zone})`, now, 'UTC') ?? '');
        expect(end - now).toBeLessThanOrEqual(DAY + 3_600_000);
        if (end === now) return;
        const shown = wallTime(end, zone);
        const asked = instantOf({ ...shown, hour, minute }, zone);
        expect(asked).toBe(end);
      }),
      { numRuns: 200 },
    );
  });

  it('comes back from the wall clock of every zone', () => {
    fc.assert(
      fc.property(instants, zones, (instant, zone) => {
        const minute = Math.floor(instant / 60_000) * 60_000;
        const back = instantOf(wallTime(minute, zone), zone);
        expect(wallTime(back, zone)).toEqual(wallTime(minute, zone));
        expect(back).toBeLessThanOrEqual(minute);
      }),
      { numRuns: 200 },
    );
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { duration, plural, shortCommit } from '../../src/ui/format.ts';

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];

test.each([
  [0, '0:00'],
  [7 * SECOND + 999, '0:07'],
  [HOUR - 1, '59:59'],
  [HOUR, '1h00m'],
  [12 * HOUR + 5 * MINUTE, '12h05m'],
  [DAY - 1, '23h59m'],
  [3 * DAY + 4 * HOUR, '3d04h'],
  [100 * DAY, '100d'],
  [1_000_000 * DAY, '99999d'],
  [-5 * SECOND, '0:00'],
])('%i ms are %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test('no duration is wider than its column', () => {
  fc.assert(fc.property(fc.double({ noNaN: true, min: -1e15, max: 1e15 }), (time) => duration(time).length <= 6));
});

test('one and many', () => {
  expect([plural(0, 'file'), plural(1, 'file'), plural(2, 'file')]).toEqual(['0 files', '1 file', '2 files']);
  expect(shortCommit('0123456789abcdef')).toBe('01234567');
});

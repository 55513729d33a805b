import { expect, test } from 'vitest';
import { sameValue } from '../../src/core/same-value.ts';

test.each([
  [1, 1],
  [null, null],
  [Number.NaN, Number.NaN],
  [[], []],
  [
    { a: 1, b: [1, { c: null }] },
    { b: [1, { c: null }], a: 1 },
  ],
])('%j is the same as %j', (a, b) => {
  expect(sameValue(a, b)).toBe(true);
});

test.each([
  [1, '1'],
  [null, undefined],
  [null, {}],
  [[], {}],
  [
    [1, 2],
    [2, 1],
  ],
  [[1], [1, 1]],
  [{ a: 1 }, { a: 1, b: 1 }],
  [{ a: undefined }, { b: undefined }],
  [{ a: { b: 1 } }, { a: { b: 2 } }],
])('%j is not the same as %j', (a, b) => {
  expect(sameValue(a, b)).toBe(false);
  expect(sameValue(b, a)).toBe(false);
});

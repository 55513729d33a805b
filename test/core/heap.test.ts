import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heap } from '../../src/core/heap.ts';

test('comes out as a sort would have it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (numbers) => {
      const heap = new Heap<number>((a, b) => a < b);
      for (const number of numbers) heap.push(number);
      expect(heap.size).toBe(numbers.length);
      expect(numbers.map(() => heap.pop())).toEqual(numbers.toSorted((a, b) => a - b));
      expect(heap.pop()).toBeUndefined();
      expect(heap.size).toBe(0);
    }),
  );
});

test('pushes and pops in any order give the least of what is there', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer(), { freq: 2 })), (steps) => {
      const heap = new Heap<number>((a, b) => a < b);
      let there: number[] = [];
      for (const step of steps) {
        if (step !== null) {
          heap.push(step);
          there = [...there, step].sort((a, b) => a - b);
        } else expect(heap.pop()).toBe(there.shift());
      }
      expect(heap.size).toBe(there.length);
    }),
  );
});

test('costs logarithmically many comparisons', () => {
  const n = 4096;
  let compared = 0;
  const heap = new Heap<number>((a, b) => {
    compared++;
    return a < b;
  });
  for (let i = 0; i < n; i++) heap.push((i * 2654435761) % n);
  for (let i = 0; i < n; i++) heap.pop();
  expect(compared).toBeLessThanOrEqual(3 * n * Math.log2(n));
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepLooking } from '../../../../src/commands/tui/details/look.ts';
import type { Detail } from '../../../../src/ui/ports.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Looks that take as long as they are told to, each with its begin; what is seen is `seen`, as it is at the end. */
function looking(takes = 0) {
  const leave = new AbortController();
  const world = { seen: 'nothing', takes };
  const begins: number[] = [];
  const told: string[] = [];
  const start = performance.now();
  const again = keepLooking(
    {
      signal: leave.signal,
      tell: (answer) => told.push('failed' in answer ? `failed: ${answer.failed}` : (answer as Seen).note),
    },
    async () => {
      begins.push(performance.now() - start);
      if (world.takes > 0) await new Promise((resolve) => setTimeout(resolve, world.takes));
      if (world.seen === 'trouble') throw new Error('no');
      return { tab: 'output', lines: [], live: true, note: world.seen } satisfies Detail;
    },
  );
  return { leave, world, begins, told, again };
}
type Seen = { readonly note: string };

test('looks at once, and then as often as it may while there is something new', async () => {
  const { world, begins, told, again } = looking();
  for (let at = 0; at < 990; at += 10) {
    world.seen = `at ${at}`;
    again(250);
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(begins).toEqual([0, 250, 500, 750]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect([begins.length, told.at(-1)]).toEqual([5, 'at 980']);
});

test('what happens during a look is looked at after it, and the one in a hurry comes first', async () => {
  const { world, begins, again } = looking(10);
  await vi.advanceTimersByTimeAsync(5);
  again(3_000);
  again(100);
  await vi.advanceTimersByTimeAsync(200);
  expect(begins).toEqual([0, 100]);
  again(3_000);
  again(250);
  world.takes = 0;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(begins).toEqual([0, 100, 350]);
});

test('a look that takes long is followed by a rest', async () => {
  const { begins, again } = looking(1_000);
  await vi.advanceTimersByTimeAsync(1);
  again(250);
  await vi.advanceTimersByTimeAsync(2_900);
  expect(begins).toEqual([0]);
  await vi.advanceTimersByTimeAsync(200);
  expect(begins).toEqual([0, 3_000]);
});

test('tells only what is new, and of a failure once', async () => {
  const { world, told, again } = looking();
  for (const seen of ['a', 'a', 'trouble', 'trouble', 'b']) {
    world.seen = seen;
    again(0);
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(told).toEqual(['a', 'failed: no', 'b']);
});

test('says and does nothing once it is closed', async () => {
  const { leave, begins, told, again } = looking(10);
  await vi.advanceTimersByTimeAsync(5);
  again(0);
  leave.abort();
  await vi.advanceTimersByTimeAsync(1_000);
  again(0);
  await vi.advanceTimersByTimeAsync(1_000);
  expect([begins.length, told]).toEqual([1, []]);
  expect(vi.getTimerCount()).toBe(0);
});

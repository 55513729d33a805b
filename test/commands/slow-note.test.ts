import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { notingSlowness } from '../../src/commands/slow-note.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function noting(work: Promise<string>) {
  const err: string[] = [];
  return { err, done: notingSlowness(work, { err: (line) => err.push(line) }) };
}

test('what GitHub lets wait is said once, before the answer', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const { err, done } = noting(promise);
  await vi.advanceTimersByTimeAsync(4_900);
  expect(err).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(err).toEqual([expect.stringContaining('GitHub has not answered yet')]);
  resolve('ready');
  expect(await done).toBe('ready');
});

test('nothing is said of what is quick, whether it works or not', async () => {
  const quick = noting(Promise.resolve('ready'));
  expect(await quick.done).toBe('ready');
  const refused = noting(Promise.reject(new Error('no')));
  await expect(refused.done).rejects.toThrow('no');
  expect(vi.getTimerCount()).toBe(0);
  expect([...quick.err, ...refused.err]).toEqual([]);
});

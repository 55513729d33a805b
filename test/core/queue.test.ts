import { expect, test } from 'vitest';
import { KeyedQueue } from '../../src/core/queue.ts';
import { quiet, UnderWay } from '../support/core.ts';

const never = new AbortController().signal;

test('runs one at a time for each key, in the order of asking', async () => {
  const queue = new KeyedQueue();
  const underWay = new UnderWay();
  const ask = (key: string, name: string) => queue.run(key, () => underWay.begin(name, never).then(() => name));
  const results = Promise.all([ask('a', 'a1'), ask('a', 'a2'), ask('b', 'b1'), ask('a', 'a3')]);
  await quiet();
  expect(underWay.names()).toEqual(['a1', 'b1']);
  underWay.end('a1');
  await quiet();
  expect(underWay.names()).toEqual(['b1', 'a2']);
  underWay.end('a2');
  underWay.end('b1');
  await quiet();
  underWay.end('a3');
  expect(await results).toEqual(['a1', 'a2', 'b1', 'a3']);
});

test('tells how many are ahead, itself included while it runs, and forgets a key that is done', async () => {
  const queue = new KeyedQueue();
  const underWay = new UnderWay();
  expect(queue.length('a')).toBe(0);
  const first = queue.run('a', () => underWay.begin('1', never));
  const second = queue.run('a', () => underWay.begin('2', never));
  expect(queue.length('a')).toBe(2);
  expect(queue.length('b')).toBe(0);
  await quiet();
  underWay.end('1');
  await first;
  await quiet();
  expect(queue.length('a')).toBe(1);
  underWay.end('2');
  await second;
  expect(queue.length('a')).toBe(0);
});

test('work that fails, in either way, fails for who asked and lets the next run', async () => {
  const queue = new KeyedQueue();
  const rejected = queue.run('a', () => Promise.reject(new Error('one')));
  const thrown = queue.run('a', () => {
    throw new Error('two');
  });
  const next = queue.run('a', async () => 3);
  await expect(rejected).rejects.toThrow('one');
  await expect(thrown).rejects.toThrow('two');
  expect(await next).toBe(3);
});

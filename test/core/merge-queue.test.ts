import { expect, test } from 'vitest';
import type { QueueEntry } from '../../src/core/events.ts';
import { MergeQueue } from '../../src/core/merge-queue.ts';
import { quiet, UnderWay } from '../support/core.ts';

const never = new AbortController().signal;

function watched() {
  const told: (readonly [string, string])[] = [];
  const name = (entry: QueueEntry) => ('task' in entry ? entry.task : `lane ${entry.workstream}`);
  const queue = new MergeQueue((target, entries) => told.push([target, entries.map(name).join(' ')]));
  return { queue, told };
}

test('one at a time for each branch, in the order of asking, and the order is told while somebody waits', async () => {
  const { queue, told } = watched();
  const underWay = new UnderWay();
  const ask = (target: string, task: string) => queue.run(target, { task }, never, () => underWay.begin(task, never));
  const all = Promise.all([ask('main', 'a'), ask('main', 'b'), ask('dev', 'd'), ask('main', 'c')]);
  await quiet();
  expect(underWay.names()).toEqual(['a', 'd']);
  expect(told).toEqual([
    ['main', 'a b'],
    ['main', 'a b c'],
  ]);
  for (const task of ['a', 'b', 'c', 'd']) {
    underWay.end(task);
    await quiet();
  }
  await all;
  expect(told.slice(2)).toEqual([
    ['main', 'b c'],
    ['main', ''],
  ]);
  expect(queue.length('main')).toBe(0);
});

test('a turn tells whether others had theirs before, and is given back once', async () => {
  const { queue } = watched();
  const first = await queue.enter('main', { task: 'a' }, never);
  const second = queue.enter('main', { workstream: 'w' }, never);
  expect(first.waited).toBe(false);
  expect(queue.length('main')).toBe(2);
  first.leave();
  first.leave();
  expect((await second).waited).toBe(true);
  expect(queue.length('main')).toBe(1);
});

test('who is called off leaves the queue without holding it up', async () => {
  const { queue, told } = watched();
  const off = new AbortController();
  const first = await queue.enter('main', { task: 'a' }, never);
  const second = queue.enter('main', { task: 'b' }, off.signal);
  const third = queue.enter('main', { task: 'c' }, never);
  off.abort('cancel');
  await expect(second).rejects.toBe('cancel');
  expect(told.at(-1)).toEqual(['main', 'a c']);
  first.leave();
  await third;
  await expect(queue.enter('main', { task: 'd' }, off.signal)).rejects.toBe('cancel');
  expect(queue.length('main')).toBe(1);
});

test('work that throws gives its turn back', async () => {
  const { queue } = watched();
  const fails = () => Promise.reject(new Error('no'));
  await expect(queue.run('main', { task: 'a' }, never, fails)).rejects.toThrow('no');
  expect(queue.length('main')).toBe(0);
});

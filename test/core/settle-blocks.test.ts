import { expect, test } from 'vitest';
import type { BlockRoot, Fact } from '../../src/core/events.ts';
import { settleBlocks } from '../../src/core/settle-blocks.ts';
import { Journal, startLog } from '../support/core.ts';
import { makeGraph } from '../support/graphs.ts';

const graph = makeGraph({
  tasks: [
    { id: 'a', ws: 'one' },
    { id: 'b', ws: 'one', deps: ['a'] },
    { id: 'c', ws: 'two', deps: ['b'] },
    { id: 'd', ws: 'three', deps: ['c'] },
    { id: 'x', ws: 'one' },
  ],
  workstreams: [{ id: 'one', parallel: true }, { id: 'two' }, { id: 'three' }],
});

function logOf(...facts: Fact[]) {
  const journal = new Journal();
  const log = startLog(graph, journal);
  for (const fact of facts) log.append(fact);
  const before = journal.lines.length;
  return { log, state: log.state, told: () => journal.events().slice(before) };
}

const active = (workstream: string): Fact => ({
  kind: 'workstream_active',
  workstream,
  branch: workstream,
  base_commit: 'x',
});
const failedLane = (workstream: string, root: BlockRoot): Fact => ({
  kind: 'workstream_failed',
  workstream,
  code: 'task_failed',
  error: 'e',
  root,
});
const blocked = (task: string, root: BlockRoot): Fact => ({ kind: 'task_blocked', task, root });
const failed = (task: string): Fact[] => [
  { kind: 'task_started', task, attempt: 1, token_hash: 'h' },
  { kind: 'task_failed', task, attempt: 1, code: 'c', error: 'e', failure_class: null },
];
const retrying = (task: string): Fact => ({ kind: 'task_retrying', task, attempt: 1, of: 2 });
const allBehindA: Fact[] = [
  active('one'),
  ...failed('a'),
  blocked('b', { task: 'a' }),
  blocked('c', { task: 'a' }),
  failedLane('two', { task: 'a' }),
  blocked('d', { workstream: 'two' }),
  failedLane('three', { workstream: 'two' }),
];

test('what a failed task keeps stays as it is', () => {
  const { log, told } = logOf(...allBehindA);
  expect(settleBlocks(log)).toEqual([]);
  expect(told()).toEqual([]);
});

test('a task that is tried again frees all that is behind it, across lanes, and the second time nothing', () => {
  const { log, state, told } = logOf(...allBehindA, retrying('a'));
  expect(settleBlocks(log)).toEqual(['two', 'three']);
  expect([...state.tasks.values()].map(({ status, blockedBy }) => [status, blockedBy])).toEqual(
    Array.from({ length: 5 }, () => ['pending', null]),
  );
  expect(state.workstreams.get('two')).toMatchObject({ status: 'pending', failure: null });
  const lines = told().length;
  expect(settleBlocks(log)).toEqual([]);
  expect(told()).toHaveLength(lines);
});

test('the same, where a crash came after any of its lines', () => {
  const whole = logOf(...allBehindA, retrying('a'));
  settleBlocks(whole.log);
  const lines = whole.told();
  expect(lines).toHaveLength(5);
  for (let cut = 0; cut < lines.length; cut++) {
    const { log, state } = logOf(...allBehindA, retrying('a'), ...lines.slice(0, cut));
    settleBlocks(log);
    expect(state.tasks).toEqual(whole.state.tasks);
    expect(state.workstreams).toEqual(whole.state.workstreams);
  }
});

test('a lane that was active is active again', () => {
  const { log, state } = logOf(...allBehindA, failedLane('one', { task: 'a' }), retrying('a'));
  expect(settleBlocks(log)).toEqual(['two', 'three', 'one'].sort((p, q) => place(p) - place(q)));
  expect(state.workstreams.get('one')).toMatchObject({ status: 'active', failure: null });
});

function place(lane: string): number {
  return graph.workstreams.findIndex(({ id }) => id === lane);
}

test('a lane that waits for one that comes later in the file is reopened after it', () => {
  const { log, state } = logOf(
    ...failed('a'),
    failedLane('one', { workstream: 'two' }),
    failedLane('two', { task: 'a' }),
    retrying('a'),
  );
  expect(settleBlocks(log)).toEqual(['two', 'one']);
  expect(state.workstreams.get('one')?.status).toBe('pending');
});

test('what is blocked keeps what is behind it', () => {
  const { log, told } = logOf(...failed('a'), blocked('b', { task: 'a' }), blocked('c', { task: 'b' }));
  settleBlocks(log);
  expect(told()).toEqual([]);
});

test('a lane that failed by itself stays so, with what it blocks', () => {
  const { log, state, told } = logOf(
    failedLane('two', { workstream: 'two' }),
    blocked('c', { workstream: 'two' }),
    blocked('d', { workstream: 'two' }),
    failedLane('three', { workstream: 'two' }),
  );
  expect(settleBlocks(log)).toEqual([]);
  expect(told()).toEqual([]);
  expect(state.tasks.get('d')?.status).toBe('blocked');
});

test('another root keeps what is its own', () => {
  const { log, state } = logOf(
    ...failed('a'),
    ...failed('x'),
    blocked('b', { task: 'a' }),
    blocked('c', { task: 'x' }),
    retrying('a'),
  );
  settleBlocks(log);
  expect(state.tasks.get('b')?.status).toBe('pending');
  expect(state.tasks.get('c')).toMatchObject({ status: 'blocked', blockedBy: { task: 'x' } });
});

test('one that a person called off keeps, and one that is gone from the graph does not', () => {
  const off: Fact = { kind: 'task_cancelled', task: 'a', attempt: 0, by: 'person' };
  const kept = logOf(off, blocked('b', { task: 'a' }));
  settleBlocks(kept.log);
  expect(kept.state.tasks.get('b')?.status).toBe('blocked');
  const gone = logOf(blocked('b', { task: 'long gone' }), failedLane('two', { workstream: 'long gone' }));
  expect(settleBlocks(gone.log)).toEqual(['two']);
  expect(gone.state.tasks.get('b')?.status).toBe('pending');
});

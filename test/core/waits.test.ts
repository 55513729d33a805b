import { expect, test } from 'vitest';
import type { Fact } from '../../src/core/events.ts';
import { waitingFor, waitsOf } from '../../src/core/waits.ts';
import { Journal, startLog } from '../support/core.ts';
import { makeGraph } from '../support/graphs.ts';

/** `top` has no tasks, so `child` waits for nothing above it but `base`. */
const graph = makeGraph({
  tasks: [
    { id: 'a', ws: 'base' },
    { id: 'b', ws: 'base', deps: ['a'] },
    { id: 'c', ws: 'child' },
    { id: 'd', ws: 'child', deps: ['c'] },
    { id: 'x', ws: 'other', deps: ['d', 'c'] },
    { id: 'y', ws: 'other' },
  ],
  workstreams: [{ id: 'base' }, { id: 'top', parent: 'base' }, { id: 'child', parent: 'top' }, { id: 'other' }],
});

function stateAfter(...facts: Fact[]) {
  const log = startLog(graph, new Journal());
  for (const fact of facts) log.append(fact);
  return log.state;
}

function finished(task: string): Fact[] {
  return [
    { task, attempt: 1, kind: 'task_started', token_hash: 'h' },
    { task, attempt: 1, kind: 'task_succeeded', status: 'completed', pr: null, commit: null },
  ];
}

function merged(workstream: string): Fact[] {
  return [
    { workstream, kind: 'workstream_active', branch: 'b', base_commit: 'c' },
    { workstream, kind: 'workstream_merge_ready', commit: 'c' },
    { workstream, kind: 'workstream_merged', commit: 'c', by: 'agentrelay' },
  ];
}

function waits(id: string, ...facts: Fact[]): string[] {
  const state = stateAfter(...facts);
  const task = state.tasks.get(id);
  if (task === undefined) throw new Error(`no task ${id}`);
  const found = waitsOf(state, task);
  return [...found.tasks, ...found.lanes].map(({ outline }) => outline.id);
}

test('a task waits for dependencies of its lane, and for other lanes to be merged', () => {
  expect(waits('a')).toEqual([]);
  expect(waits('b')).toEqual(['a']);
  expect(waits('b', ...finished('a'))).toEqual([]);
  expect(waits('x')).toEqual(['child']);
  expect(waits('x', ...merged('child'))).toEqual([]);
});

test('a task waits for the nearest lane above that has tasks', () => {
  expect(waits('c')).toEqual(['base']);
  expect(waits('d')).toEqual(['c', 'base']);
  expect(waits('c', ...merged('base'))).toEqual([]);
});

test('what waits for a task is all that cannot start before it has succeeded', () => {
  expect(waitingFor(stateAfter(), 'a')).toEqual(expect.arrayContaining(['b', 'c', 'd', 'x']));
  expect(waitingFor(stateAfter(), 'a')).toHaveLength(4);
  expect(waitingFor(stateAfter(), 'b').toSorted()).toEqual(['c', 'd', 'x']);
  expect(waitingFor(stateAfter(), 'd')).toEqual(['x']);
  expect(waitingFor(stateAfter(), 'y')).toEqual([]);
});

test('nothing waits for a task that has succeeded', () => {
  expect(waitingFor(stateAfter(...finished('a')), 'a')).toEqual([]);
  expect(waitingFor(stateAfter(...merged('base'), ...finished('x')), 'd')).toEqual([]);
});

import { expect, test } from 'vitest';
import type { RetryChange } from '../../src/core/events.ts';
import { changedGraph, changedTask, NO_CHANGE } from '../../src/core/retry-change.ts';
import { Journal, startLog } from '../support/core.ts';
import { makeGraph, makeTask } from '../support/graphs.ts';

const task = makeTask({ id: 'a', description: 'old', framework: 'command', model: 'small' });

test.each<[string, Partial<RetryChange>, unknown]>([
  ['instructions', { instructions: 'new' }, ['new', 'command', 'small']],
  ['an empty description', { instructions: '' }, ['', 'command', 'small']],
  ['a framework', { framework: 'codex' }, ['old', 'codex', 'small']],
  ['a model', { model: 'big' }, ['old', 'command', 'big']],
  ['a note, which is no part of the task', { note: 'n', keep_work: true, fresh: true }, ['old', 'command', 'small']],
])('%s', (_, change, expected) => {
  const changed = changedTask(task, { ...NO_CHANGE, ...change });
  expect([changed.description, changed.primaryAgent.framework, changed.primaryAgent.model]).toEqual(expected);
  expect(changed).toMatchObject({ id: 'a', dependencies: task.dependencies, workstreamId: 'default' });
});

test('without a change it is the task itself', () => {
  expect(changedTask(task, null)).toBe(task);
});

test('a graph with what the record says was changed', () => {
  const graph = makeGraph({ tasks: [{ id: 'a' }, { id: 'b' }] });
  const log = startLog(graph, new Journal());
  log.append({ kind: 'task_cancelled', task: 'a', attempt: 0, by: 'person' });
  log.append({ kind: 'task_retrying', task: 'a', attempt: 0, of: 1, change: { ...NO_CHANGE, framework: 'codex' } });
  const { tasks } = changedGraph(graph, log.state);
  expect(tasks.map((each) => each.primaryAgent.framework)).toEqual(['codex', 'command']);
  expect(tasks[1]).toBe(graph.tasks[1]);
});

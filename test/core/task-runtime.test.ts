import { expect, test } from 'vitest';
import type { Fact } from '../../src/core/events.ts';
import { TaskRuntime } from '../../src/core/task-runtime.ts';
import { makeTask, makeWorkstream } from '../support/graphs.ts';

function newRuntime(): { runtime: TaskRuntime; facts: Fact[] } {
  const facts: Fact[] = [];
  const runtime = new TaskRuntime({
    task: makeTask({ id: 'a' }),
    workstream: makeWorkstream({ id: 'default' }),
    run: 1,
    attempt: 2,
    token: 'secret',
    tokenHash: 'hash',
    emit: (fact) => facts.push(fact),
  });
  return { runtime, facts };
}

const failure = { code: 'c', error: 'e', failureClass: null };

test('reports each move with its task and attempt, and never the token', () => {
  const { runtime, facts } = newRuntime();
  runtime.start();
  runtime.state.commit = 'c1';
  runtime.pullRequestCreated('p1');
  runtime.pullRequestCreated('p2');
  runtime.succeed('pr_merged', 'm');
  expect(facts).toEqual([
    { kind: 'task_started', token_hash: 'hash', task: 'a', attempt: 2 },
    { kind: 'task_pr_created', pr: 'p1', commit: 'c1', task: 'a', attempt: 2 },
    { kind: 'task_pr_created', pr: 'p2', commit: 'c1', task: 'a', attempt: 2 },
    { kind: 'task_succeeded', status: 'pr_merged', pr: 'p2', commit: 'm', task: 'a', attempt: 2 },
  ]);
  expect(JSON.stringify(facts)).not.toContain('secret');
  expect(runtime.isOver).toBe(true);
});

test.each<[string, (runtime: TaskRuntime) => void, (runtime: TaskRuntime) => void]>([
  ['fail before start', () => {}, (runtime) => runtime.fail(failure)],
  ['start twice', (runtime) => runtime.start(), (runtime) => runtime.start()],
  ['merge without a pull request', (runtime) => runtime.start(), (runtime) => runtime.succeed('pr_merged', null)],
  [
    'complete with a pull request',
    (runtime) => {
      runtime.start();
      runtime.pullRequestCreated('p');
    },
    (runtime) => runtime.succeed('completed', null),
  ],
  [
    'fail after cancel',
    (runtime) => {
      runtime.start();
      runtime.cancel('run');
    },
    (runtime) => runtime.fail(failure),
  ],
])('cannot %s: nothing is reported and the status stays', (_, before, illegal) => {
  const { runtime, facts } = newRuntime();
  before(runtime);
  const { status } = runtime;
  const told = facts.length;
  expect(() => illegal(runtime)).toThrow(expect.objectContaining({ code: 'illegal_transition' }));
  expect(runtime.status).toBe(status);
  expect(runtime.state.error).toBeNull();
  expect(facts).toHaveLength(told);
});

test('a failure is kept and told; null is a class of its own', () => {
  const { runtime, facts } = newRuntime();
  runtime.start();
  runtime.fail(failure);
  expect(runtime.state).toMatchObject({ error: 'e', errorCode: 'c', failureClass: null });
  expect(facts.at(-1)).toEqual({
    kind: 'task_failed',
    code: 'c',
    error: 'e',
    failure_class: null,
    task: 'a',
    attempt: 2,
  });
});

test('a concern is told once for each source', () => {
  const { runtime, facts } = newRuntime();
  runtime.concern({ source: 'agent', message: 'm' });
  runtime.concern({ source: 'agent', message: 'm' });
  runtime.concern({ source: 'ops', message: 'm' });
  expect(facts.map((fact) => 'source' in fact && fact.source)).toEqual(['agent', 'ops']);
  expect(runtime.artifacts.concerns).toHaveLength(2);
});

test('a step that needs a fact says which one is missing', () => {
  const { runtime } = newRuntime();
  expect(() => runtime.require('branchName')).toThrow(
    expect.objectContaining({ code: 'missing_fact', message: expect.stringContaining('branchName of task a') }),
  );
  runtime.state.branchName = 'b';
  expect(runtime.require('branchName')).toBe('b');
});

import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/core/events.ts';
import { newAttempt } from '../../src/core/reduce-attempt.ts';
import type { AttemptState } from '../../src/core/run-state.ts';
import { TaskRuntime } from '../../src/core/task-runtime.ts';
import { makeTask, makeWorkstream } from '../support/graphs.ts';

function newRuntime(resumed: AttemptState | null = null): { runtime: TaskRuntime; facts: Fact[] } {
  const facts: Fact[] = [];
  const runtime = new TaskRuntime({
    task: makeTask({ id: 'a' }),
    workstream: makeWorkstream({ id: 'default' }),
    run: 1,
    attempt: 2,
    token: 'secret',
    tokenHash: 'hash',
    resumed,
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

describe('of an attempt of an earlier owner', () => {
  const signalled: AttemptState = {
    ...newAttempt(2, '2026-01-01T00:00:00.000Z', 'hash'),
    status: 'pr_created',
    branch: 'b',
    baseCommit: 'base',
    worktree: '/w',
    signalDir: '/s',
    pr: 'p1',
    commit: 'c1',
    signalled: 'c1',
    concerns: [{ source: 'agent', message: 'm' }],
  };

  test('it stands where the record says, and reports what comes next', () => {
    const { runtime, facts } = newRuntime(signalled);
    expect(runtime).toMatchObject({ status: 'pr_created', attempt: 2, isOver: false });
    expect(runtime.state).toMatchObject({
      branchName: 'b',
      baseCommit: 'base',
      worktreePath: '/w',
      signalDir: '/s',
      commit: 'c1',
      error: null,
    });
    expect(runtime.artifacts).toMatchObject({ prUrl: 'p1', agent: null, found: 'not_launched' });
    runtime.concern({ source: 'agent', message: 'm' });
    runtime.pullRequestCreated('p1');
    expect(facts).toEqual([]);
    runtime.succeed('pr_merged', 'm');
    expect(facts).toEqual([
      { kind: 'task_succeeded', status: 'pr_merged', pr: 'p1', commit: 'm', task: 'a', attempt: 2 },
    ]);
  });

  test('a signal that was accepted counts until the work goes back', () => {
    const { runtime, facts } = newRuntime(signalled);
    expect(runtime.hasAccepted('c1')).toBe(true);
    expect(runtime.hasAccepted('c2')).toBe(false);
    runtime.sentBack('gate', 'submitted');
    expect(runtime.hasAccepted('c1')).toBe(false);
    runtime.pullRequestCreated('p1');
    expect(facts.map(({ kind }) => kind)).toEqual(['task_sent_back', 'task_pr_created']);
  });

  test('none is accepted where none was recorded', () => {
    const { runtime } = newRuntime({ ...signalled, signalled: null });
    expect(runtime.hasAccepted(null)).toBe(false);
  });

  test('another pull request, or another commit of it, is told', () => {
    const { runtime, facts } = newRuntime(signalled);
    runtime.pullRequestCreated('p2');
    const other = newRuntime(signalled);
    other.runtime.state.commit = 'c2';
    other.runtime.pullRequestCreated('p1');
    expect([facts, other.facts]).toMatchObject([[{ pr: 'p2' }], [{ pr: 'p1', commit: 'c2' }]]);
  });

  test('one that has ended keeps its end', () => {
    const ended: AttemptState = { ...signalled, status: 'failed', failure };
    const { runtime } = newRuntime(ended);
    expect(runtime.isOver).toBe(true);
    expect(runtime.state).toMatchObject({ error: 'e', errorCode: 'c', failureClass: null });
    expect(() => runtime.cancel('run')).toThrow(expect.objectContaining({ code: 'illegal_transition' }));
  });
});

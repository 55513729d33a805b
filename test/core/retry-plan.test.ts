import { beforeEach, expect, test } from 'vitest';
import type { EventLog } from '../../src/core/event-log.ts';
import type { Fact } from '../../src/core/events.ts';
import { retryPlan } from '../../src/core/retry-plan.ts';
import { Journal, startLog } from '../support/core.ts';
import { makeGraph } from '../support/graphs.ts';

const graph = makeGraph({
  tasks: [
    { id: 'model', ws: 'api' },
    { id: 'routes', ws: 'api', deps: ['model'] },
    { id: 'pages', ws: 'api', deps: ['routes', 'model'] },
    { id: 'docs', ws: 'web', deps: ['pages'] },
    { id: 'other', ws: 'web' },
  ],
  workstreams: [{ id: 'api' }, { id: 'web' }],
});

let log: EventLog;
beforeEach(() => {
  log = startLog(graph, new Journal());
});

function tell(...facts: Fact[]): void {
  for (const fact of facts) log.append(fact);
}

function begun(task: string, attempt: number): Fact[] {
  return [
    { task, attempt, kind: 'task_started', token_hash: 'h' },
    {
      task,
      attempt,
      kind: 'task_prepared',
      branch: `agentrelay/graph/${task}`,
      base_commit: 'c',
      worktree: 'w',
      signal_dir: 's',
    },
  ];
}

function succeeded(task: string): Fact[] {
  return [...begun(task, 1), { task, attempt: 1, kind: 'task_succeeded', status: 'completed', pr: null, commit: null }];
}

function failed(task: string, attempt: number): Fact {
  return { task, attempt, kind: 'task_failed', code: 'agent_exited', error: 'e', failure_class: null };
}

function blocked(task: string, by: string): Fact {
  return { kind: 'task_blocked', task, root: { task: by } };
}

/** `routes` has failed for good after two attempts. */
function stuck(): void {
  tell(...succeeded('model'), ...begun('routes', 1));
  tell(
    { task: 'routes', attempt: 1, kind: 'task_pr_created', pr: 'https://forge/1', commit: 'c1' },
    failed('routes', 1),
  );
  tell({ task: 'routes', attempt: 1, kind: 'task_retrying', of: 2 }, ...begun('routes', 2));
  tell(
    { task: 'routes', attempt: 2, kind: 'task_pr_created', pr: 'https://forge/1', commit: 'c2' },
    failed('routes', 2),
  );
  tell(blocked('pages', 'routes'), blocked('docs', 'routes'));
  tell({ kind: 'workstream_failed', workstream: 'api', code: 'task_failed', error: 'e', root: { task: 'routes' } });
}

test('a failed task takes with it what it has blocked', () => {
  stuck();
  expect(retryPlan(log.state, 'routes')).toEqual({
    task: 'routes',
    attempt: 3,
    cancels: false,
    unblocked: ['pages', 'docs'],
    reopened: ['api'],
    branch: 'agentrelay/graph/routes',
    keptUpstream: ['model'],
    prs: ['https://forge/1'],
  });
});

test('what another root blocks stays blocked', () => {
  stuck();
  tell(...begun('other', 1), failed('other', 1));
  tell({ kind: 'workstream_failed', workstream: 'web', code: 'task_failed', error: 'e', root: { task: 'other' } });
  expect(retryPlan(log.state, 'other')).toMatchObject({ unblocked: [], reopened: ['web'] });
  expect(retryPlan(log.state, 'routes')).toMatchObject({ unblocked: ['pages', 'docs'], reopened: ['api'] });
});

test('what is blocked by a lane is unblocked with the task that failed the lane', () => {
  tell(...begun('model', 1), failed('model', 1));
  tell({ kind: 'workstream_failed', workstream: 'api', code: 'task_failed', error: 'e', root: { task: 'model' } });
  tell({ kind: 'task_blocked', task: 'docs', root: { workstream: 'api' } });
  expect(retryPlan(log.state, 'model')).toMatchObject({ unblocked: ['docs'], reopened: ['api'] });
  expect(retryPlan(log.state, 'docs')).toMatchObject({
    refused: 'task_blocked',
    message: expect.stringContaining('task model'),
    hint: expect.stringContaining('agentrelay retry model'),
  });
});

test('an attempt that runs is called off first', () => {
  tell(...begun('model', 1));
  expect(retryPlan(log.state, 'model')).toMatchObject({ attempt: 2, cancels: true });
  tell({ task: 'model', attempt: 1, kind: 'task_pr_created', pr: 'local:b@c', commit: 'c' });
  expect(retryPlan(log.state, 'model')).toMatchObject({ attempt: 2, cancels: true, prs: [] });
});

test('a cancelled task can be tried again, also one that never began', () => {
  tell({ kind: 'task_cancelled', task: 'model', attempt: 0, by: 'person' });
  expect(retryPlan(log.state, 'model')).toMatchObject({ attempt: 1, cancels: false, branch: null });
  tell(...begun('other', 1), { kind: 'task_cancelled', task: 'other', attempt: 1 });
  expect(retryPlan(log.state, 'other')).toMatchObject({ attempt: 2, cancels: false });
});

test.each<[string, Fact[], object]>([
  ['rotues', [], { refused: 'unknown_task', hint: 'did you mean routes?' }],
  ['zzz', [], { refused: 'unknown_task', hint: 'there are: model, routes, pages, docs, other' }],
  [
    'model',
    succeeded('model'),
    { refused: 'task_succeeded', hint: expect.stringContaining('agentrelay reset-task model') },
  ],
  ['routes', [], { refused: 'task_pending', hint: expect.stringContaining('agentrelay why routes') }],
  [
    'routes',
    [...begun('model', 1), failed('model', 1), blocked('routes', 'model')],
    { refused: 'task_blocked', message: expect.stringContaining('task model') },
  ],
  [
    'docs',
    [
      { kind: 'workstream_failed', workstream: 'api', code: 'no_base', error: 'e', root: { workstream: 'api' } },
      { kind: 'task_blocked', task: 'docs', root: { workstream: 'api' } },
    ],
    { refused: 'task_blocked', message: expect.stringContaining('workstream api') },
  ],
])('%s is refused', (task, facts, refusal) => {
  tell(...facts);
  expect(retryPlan(log.state, task)).toMatchObject(refusal);
});

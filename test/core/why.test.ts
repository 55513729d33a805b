import { beforeEach, expect, test } from 'vitest';
import type { EventLog } from '../../src/core/event-log.ts';
import type { Fact } from '../../src/core/events.ts';
import { whyTask } from '../../src/core/why.ts';
import { Journal, startLog } from '../support/core.ts';
import { makeGraph } from '../support/graphs.ts';

const graph = makeGraph({
  tasks: [
    { id: 'model', ws: 'api' },
    { id: 'routes', ws: 'api', deps: ['model'] },
    { id: 'extra', ws: 'api' },
    { id: 'docs', ws: 'web', deps: ['routes'] },
    { id: 'site', ws: 'web', deps: ['docs'] },
    { id: 'one', ws: 'wide' },
    { id: 'two', ws: 'wide' },
  ],
  workstreams: [{ id: 'api' }, { id: 'web' }, { id: 'wide', parallel: true }],
});

let log: EventLog;
beforeEach(() => {
  log = startLog(graph, new Journal());
});

function tell(...facts: Fact[]): void {
  for (const fact of facts) log.append(fact);
}

function why(task: string, owned = true) {
  return whyTask(log.state, task, owned);
}

const ACTIVE: Fact = { kind: 'workstream_active', workstream: 'api', branch: 'b', base_commit: 'c' };

function started(task: string): Fact {
  return { task, attempt: 1, kind: 'task_started', token_hash: 'h' };
}

function failed(task: string): Fact[] {
  return [started(task), { task, attempt: 1, kind: 'task_failed', code: 'no_pr_url', error: 'e', failure_class: null }];
}

function finished(task: string): Fact[] {
  return [started(task), { task, attempt: 1, kind: 'task_succeeded', status: 'completed', pr: null, commit: 'c9' }];
}

test('a task waits for a dependency that is running, and that is the root', () => {
  tell(started('model'), { task: 'model', attempt: 1, kind: 'task_launched', agent: 'place:1' });
  expect(why('routes')).toEqual({
    task: 'routes',
    status: 'pending',
    reason: { kind: 'dependency', task: 'model', status: 'running', more: 0 },
    chain: [
      {
        subject: { task: 'model' },
        reason: {
          kind: 'running',
          attempt: 1,
          step: 'kickoff',
          since: log.state.tasks.get('model')?.attempts[0]?.startedAt,
          agent: 'place:1',
          attention: null,
          parked_until: null,
          place: null,
          asks: null,
          nudged: false,
          merge: null,
        },
      },
    ],
    root: { task: 'model' },
    waiting: 2,
  });
  expect(why('model')).toMatchObject({ reason: { kind: 'running' }, chain: [], root: null, waiting: 3 });
});

test('a wait for a lane goes on with what the lane waits for', () => {
  tell(...finished('model'));
  const { reason, chain, root } = why('site');
  expect(reason).toMatchObject({ kind: 'dependency', task: 'docs', status: 'pending' });
  expect(chain.map(({ subject, reason: behind }) => [subject, behind.kind])).toEqual([
    [{ task: 'docs' }, 'lane_not_merged'],
    [{ workstream: 'api' }, 'lane_waits'],
    [{ task: 'routes' }, 'about_to_start'],
  ]);
  expect(root).toEqual({ task: 'routes' });
});

test('a lane that is held waits for a person', () => {
  tell(ACTIVE, ...['model', 'routes', 'extra'].flatMap(finished));
  tell({ kind: 'workstream_merge_ready', workstream: 'api', commit: 'c' });
  expect(why('docs').chain.at(-1)?.reason).toEqual({ kind: 'lane_merging', status: 'merge_ready', merge: null });
  tell({ kind: 'workstream_pr_created', workstream: 'api', pr: 'p', branch: 'b', target: 'main', commit: 'c' });
  const held = { reason: 'concerns', details: [], merge_command: 'git merge b' } as const;
  tell({ kind: 'workstream_held', workstream: 'api', ...held });
  expect(why('docs')).toMatchObject({
    reason: { kind: 'lane_not_merged', workstream: 'api' },
    chain: [{ reason: { kind: 'lane_held', hold: 'concerns', mergeCommand: 'git merge b' } }],
    root: { workstream: 'api' },
  });
  tell({ kind: 'workstream_merged', workstream: 'api', commit: 'm', by: 'person' });
  expect(why('docs')).toMatchObject({ reason: { kind: 'about_to_start' }, root: null });
});

test('a task that could start says why it does not', () => {
  expect(why('model').reason).toEqual({ kind: 'about_to_start' });
  expect(why('model', false).reason).toEqual({ kind: 'nobody_runs_it' });
  tell(started('extra'));
  expect(why('model')).toMatchObject({
    reason: { kind: 'lane_busy', workstream: 'api', task: 'extra' },
    root: { task: 'extra' },
  });
  tell(started('one'));
  expect(why('two').reason).toEqual({ kind: 'no_slot', running: ['extra', 'one'] });
  tell({ kind: 'run_paused' });
  expect(why('two').reason).toEqual({ kind: 'paused' });
  tell({ kind: 'run_stopping', reason: 'interrupted', running: [] });
  expect(why('two').reason).toEqual({ kind: 'stopping', cause: 'interrupted' });
  expect(why('two', false).reason).toEqual({ kind: 'nobody_runs_it' });
});

test('trouble comes before work that goes on', () => {
  const wide = makeGraph({ tasks: [{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd', deps: ['a', 'b', 'c'] }] });
  log = startLog(wide, new Journal());
  tell(started('b'));
  expect(why('d').reason).toEqual({ kind: 'dependency', task: 'b', status: 'running', more: 2 });
  tell(...failed('c'));
  expect(why('d').reason).toEqual({ kind: 'dependency', task: 'c', status: 'failed', more: 2 });
});

test('a blocked task leads to the failure at its root', () => {
  tell(...failed('model'), { kind: 'task_blocked', task: 'routes', root: { task: 'model' } });
  expect(why('routes')).toMatchObject({
    status: 'blocked',
    reason: { kind: 'blocked', root: { task: 'model' } },
    chain: [{ subject: { task: 'model' }, reason: { kind: 'failed', attempt: 1, code: 'no_pr_url', error: 'e' } }],
    root: { task: 'model' },
  });
});

test('a task that a lane blocks leads to what failed the lane, or to the lane itself', () => {
  const api = { kind: 'workstream_failed', workstream: 'api', code: 'x', error: 'e' } as const;
  tell(...failed('model'), { ...api, root: { task: 'model' } });
  tell({ kind: 'task_blocked', task: 'docs', root: { workstream: 'api' } });
  expect(why('docs').chain.map(({ reason }) => reason.kind)).toEqual(['lane_failed', 'failed']);
  expect(why('docs').root).toEqual({ task: 'model' });
  log = startLog(graph, new Journal());
  tell({ ...api, root: { workstream: 'api' } }, { kind: 'task_blocked', task: 'docs', root: { workstream: 'api' } });
  expect(why('docs').chain.map(({ reason }) => reason.kind)).toEqual(['lane_failed']);
  expect(why('docs').root).toEqual({ workstream: 'api' });
});

test.each<[Fact[], object]>([
  [failed('model'), { kind: 'failed', attempt: 1, code: 'no_pr_url', error: 'e' }],
  [[{ kind: 'task_cancelled', task: 'model', attempt: 0, by: 'person' }], { kind: 'cancelled', by: 'person' }],
  [[started('model'), { kind: 'task_cancelled', task: 'model', attempt: 1 }], { kind: 'cancelled', by: 'run' }],
  [finished('model'), { kind: 'succeeded', commit: 'c9', pr: null, at: expect.any(String) }],
])('an end is its own reason', (facts, reason) => {
  tell(...facts);
  expect(why('model')).toMatchObject({ reason, chain: [], root: null });
});

test('a task that is to be tried again is pending, whatever its last attempt was', () => {
  tell(...failed('model'), { kind: 'task_retrying', task: 'model', attempt: 1, of: 2 });
  expect(why('model').reason).toEqual({ kind: 'about_to_start' });
});

test('an unknown task is refused with the nearest name', () => {
  expect(() => why('modle')).toThrow(expect.objectContaining({ name: 'UserError', hint: 'did you mean model?' }));
});

test('a run that its budget has ended is not only one that nobody runs', () => {
  tell(ACTIVE, { kind: 'run_stopping', reason: 'budget', running: [] });
  expect(why('model', false).reason).toEqual({ kind: 'stopping', cause: 'budget' });
  tell({ kind: 'run_resumed', pid: 2 });
  expect(why('model', false).reason).toEqual({ kind: 'nobody_runs_it' });
});

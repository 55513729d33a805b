import { expect, test } from 'vitest';
import type { Fact } from '../../src/core/events.ts';
import type { Reset } from '../../src/core/reset.ts';
import { Journal, startLog } from '../support/core.ts';
import { makeGraph } from '../support/graphs.ts';

const RESET: Reset = {
  reset: 1,
  scope: 'task',
  subject: 'a',
  tasks: ['a', 'b'],
  workstreams: [{ id: 'default', commit: 'base' }],
  refs: [],
  worktrees: [],
  backups: [],
  prs: [],
};
const CHANGE = { note: 'n', instructions: null, framework: null, model: null, keep_work: true, fresh: false };

/** a has failed twice and waits for a third attempt, b is blocked by it, the run is over. */
function ended() {
  const log = startLog(makeGraph({ tasks: [{ id: 'a' }, { id: 'b', deps: ['a'] }] }), new Journal());
  const failed = (attempt: number): Fact[] => [
    { kind: 'task_started', task: 'a', attempt, token_hash: 'h' },
    { kind: 'task_failed', task: 'a', attempt, code: 'x', error: 'e', failure_class: null },
  ];
  const facts: Fact[] = [
    { kind: 'workstream_active', workstream: 'default', branch: 'ws', base_commit: 'base' },
    ...failed(1),
    { kind: 'task_retrying', task: 'a', attempt: 1, of: 1, change: CHANGE },
    ...failed(2),
    { kind: 'task_blocked', task: 'b', root: { task: 'a' } },
    { kind: 'workstream_failed', workstream: 'default', code: 'x', error: 'e', root: { task: 'a' } },
    { kind: 'run_finished', outcome: 'completed_with_failures', waiting_for: ['default'] },
  ];
  for (const fact of facts) log.append(fact);
  return log;
}

test('the tasks are pending with all of their attempts to come, the lane goes on, the run is not over', () => {
  const log = ended();
  log.append({ kind: 'run_reset', ...RESET });
  const { tasks, workstreams, outcome, finishedAt, waitingFor } = log.state;
  expect(tasks.get('a')).toMatchObject({
    status: 'pending',
    takenBack: 2,
    granted: 0,
    change: { ...CHANGE, keep_work: false },
  });
  expect(tasks.get('b')).toMatchObject({ status: 'pending', blockedBy: null, granted: 0, change: null });
  expect(workstreams.get('default')).toMatchObject({ status: 'active', branch: 'ws', commit: 'base', failure: null });
  expect({ outcome, finishedAt, waitingFor }).toEqual({ outcome: null, finishedAt: null, waitingFor: [] });
});

test('a lane that begins anew is as it was before its branch', () => {
  const log = ended();
  log.append({ kind: 'run_reset', ...RESET, workstreams: [{ id: 'default', commit: null }] });
  expect(log.state.workstreams.get('default')).toMatchObject({ status: 'pending', branch: null, baseCommit: null });
});

test('an undo brings back tasks, lanes and the end of the run as they were', () => {
  const log = ended();
  const { tasks, workstreams, outcome, finishedAt, waitingFor } = log.state;
  const before = { tasks: new Map(tasks), workstreams: new Map(workstreams), outcome, finishedAt, waitingFor };
  log.append({ kind: 'run_reset', ...RESET });
  log.append({ kind: 'reset_applied', reset: 1 });
  log.append({ kind: 'reset_undone', reset: 1 });
  expect(log.state).toMatchObject(before);
  log.append({ kind: 'undo_applied', reset: 1 });
  expect(log.state.resets.map(({ progress }) => progress)).toEqual(['undone']);
});

test('an undo does not end a run that has gone on since, with another task', () => {
  const log = startLog(makeGraph({ tasks: [{ id: 'a' }, { id: 'x' }] }), new Journal());
  const facts: Fact[] = [
    { kind: 'workstream_active', workstream: 'default', branch: 'ws', base_commit: 'base' },
    { kind: 'task_started', task: 'a', attempt: 1, token_hash: 'h' },
    { kind: 'task_failed', task: 'a', attempt: 1, code: 'x', error: 'e', failure_class: null },
    { kind: 'task_started', task: 'x', attempt: 1, token_hash: 'h' },
    { kind: 'task_failed', task: 'x', attempt: 1, code: 'x', error: 'e', failure_class: null },
    { kind: 'run_finished', outcome: 'completed_with_failures', waiting_for: [] },
    { kind: 'run_reset', ...RESET, tasks: ['a'] },
    { kind: 'reset_applied', reset: 1 },
    { kind: 'task_retrying', task: 'x', attempt: 1, of: 2, change: CHANGE },
    { kind: 'reset_undone', reset: 1 },
  ];
  for (const fact of facts) log.append(fact);
  expect(log.state.tasks.get('x')).toMatchObject({ status: 'pending' });
  expect(log.state).toMatchObject({ outcome: null, finishedAt: null });
});

test('the steps of a reset come in their order, each once', () => {
  const log = ended();
  const refused = (kind: 'reset_applied' | 'reset_undone' | 'undo_applied', code: string, reset = 1) =>
    expect(() => log.append({ kind, reset })).toThrow(expect.objectContaining({ code }));
  refused('reset_applied', 'unknown_reset');
  log.append({ kind: 'run_reset', ...RESET });
  refused('reset_undone', 'illegal_transition');
  log.append({ kind: 'reset_applied', reset: 1 });
  refused('reset_applied', 'illegal_transition');
  refused('undo_applied', 'illegal_transition');
  log.append({ kind: 'reset_undone', reset: 1 });
  log.append({ kind: 'undo_applied', reset: 1 });
  refused('reset_undone', 'illegal_transition');
});

test('a lane whose pull request GitHub keeps closed goes on after an undo, to open another', () => {
  const log = startLog(makeGraph({ tasks: [{ id: 'a' }] }), new Journal());
  const pr = 'https://github.com/o/r/pull/2';
  const facts: Fact[] = [
    { kind: 'workstream_active', workstream: 'default', branch: 'ws', base_commit: 'base' },
    { kind: 'workstream_merge_ready', workstream: 'default', commit: 'c' },
    { kind: 'workstream_pr_created', workstream: 'default', pr, branch: 'ws', target: 'main', commit: 'c' },
    { kind: 'run_finished', outcome: 'succeeded', waiting_for: [] },
    { kind: 'run_reset', ...RESET, tasks: [], prs: [pr] },
    { kind: 'reset_applied', reset: 1 },
    { kind: 'reset_undone', reset: 1 },
  ];
  for (const fact of facts) log.append(fact);
  expect(log.state.outcome).toBe('succeeded');
  log.append({ kind: 'undo_applied', reset: 1, closed_prs: [pr] });
  expect(log.state).toMatchObject({ outcome: null, finishedAt: null });
  expect(log.state.workstreams.get('default')).toMatchObject({ status: 'active', pr: null, commit: 'c', branch: 'ws' });
});

import { beforeEach, expect, test } from 'vitest';
import type { Fact } from '../../src/core/events.ts';
import { reduce } from '../../src/core/reduce.ts';
import { currentAttempt, emptyRunState, type RunState } from '../../src/core/run-state.ts';
import { runStarted } from '../support/core.ts';
import { makeGraph } from '../support/graphs.ts';

const graph = makeGraph({ tasks: [{ id: 'a' }, { id: 'b', deps: ['a'] }], workstreams: [{ id: 'default' }] });
const a = { task: 'a', attempt: 1 };
const started: Fact = { ...a, kind: 'task_started', token_hash: 'h' };
const failed: Fact = { ...a, kind: 'task_failed', code: 'c', error: 'e', failure_class: null };
const retrying: Fact = { ...a, kind: 'task_retrying', of: 2 };
const active: Fact = { kind: 'workstream_active', workstream: 'default', branch: 'b', base_commit: 'c' };

let state: RunState;
beforeEach(() => {
  state = emptyRunState();
  tell(runStarted(graph));
});

function tell(...facts: Fact[]): void {
  for (const fact of facts) reduce(state, { v: 1, seq: state.seq + 1, at: '2026-01-01T00:00:00.000Z', ...fact });
}

function attempt(id = 'a') {
  const task = state.tasks.get(id);
  return task === undefined ? null : currentAttempt(task);
}

test('a run starts with every task and lane pending', () => {
  expect([...state.tasks.values()].map(({ status, attempts }) => [status, attempts.length])).toEqual([
    ['pending', 0],
    ['pending', 0],
  ]);
  expect(state.workstreams.get('default')?.status).toBe('pending');
  expect(state).toMatchObject({ run: 1, graph: 'graph', startedAt: '2026-01-01T00:00:00.000Z', outcome: null });
});

test('one event changes the identity of its own task and of nothing else', () => {
  const before = new Map(state.tasks);
  tell(started);
  expect(state.tasks.get('a')).not.toBe(before.get('a'));
  expect(before.get('a')?.status).toBe('pending');
  expect(state.tasks.get('b')).toBe(before.get('b'));
});

test.each<[string, Fact[], string]>([
  ['a second start of the run', [runStarted(graph)], 'illegal_transition'],
  ['an unknown task', [{ ...started, task: 'x' }], 'unknown_task'],
  ['an unknown task, blocked', [{ kind: 'task_blocked', task: 'x', root: { task: 'a' } }], 'unknown_task'],
  ['an unknown lane', [{ ...active, workstream: 'x' }], 'unknown_workstream'],
  ['a start in the middle of an attempt', [started, { ...started, attempt: 2 }], 'illegal_transition'],
  ['a start that skips an attempt', [{ ...started, attempt: 2 }], 'wrong_attempt'],
  ['a fact about an attempt that has not started', [{ ...a, kind: 'task_waiting' }], 'wrong_attempt'],
  ['a fact about an earlier attempt', [started, failed, retrying, { ...started, attempt: 2 }, failed], 'wrong_attempt'],
  ['an end after the end', [started, failed, failed], 'illegal_transition'],
  [
    'a merge without a pull request',
    [started, { ...a, kind: 'task_succeeded', status: 'pr_merged', pr: null, commit: null }],
    'illegal_transition',
  ],
  ['an end of a task that is to be retried', [started, failed, retrying, failed], 'illegal_transition'],
  ['a retry of a running task', [started, retrying], 'illegal_transition'],
  [
    'a block of a running task',
    [started, { kind: 'task_blocked', task: 'a', root: { task: 'b' } }],
    'illegal_transition',
  ],
  [
    'a start of a blocked task',
    [{ kind: 'task_blocked', task: 'a', root: { task: 'b' } }, started],
    'illegal_transition',
  ],
  ['an unblocking of a pending task', [{ kind: 'task_unblocked', task: 'a' }], 'illegal_transition'],
  [
    'a lane that is ready before it is active',
    [{ kind: 'workstream_merge_ready', workstream: 'default', commit: 'c' }],
    'illegal_transition',
  ],
])('%s is refused, and leaves the state as it was', (_, facts, code) => {
  tell(...facts.slice(0, -1));
  const before = structuredClone(state);
  expect(() => tell(facts.at(-1) as Fact)).toThrow(expect.objectContaining({ name: 'PreconditionError', code }));
  expect(state).toEqual(before);
});

test('a gap, a repetition and an unknown version are refused', () => {
  const event = { at: '2026-01-01T00:00:00.000Z', ...started };
  expect(() => reduce(state, { v: 1, seq: 3, ...event })).toThrow(expect.objectContaining({ code: 'event_gap' }));
  expect(() => reduce(state, { v: 1, seq: 1, ...event })).toThrow(expect.objectContaining({ code: 'event_gap' }));
  expect(() => reduce(state, { v: 2, seq: 2, ...event })).toThrow(
    expect.objectContaining({ code: 'unknown_event_version' }),
  );
  expect(state.seq).toBe(1);
});

test('an attempt goes through its steps', () => {
  const steps: (string | undefined)[] = [];
  const say = (fact: Fact) => {
    tell(fact);
    steps.push(attempt()?.step);
  };
  say(started);
  say({ ...a, kind: 'task_prepared', branch: 'b', base_commit: 'c', worktree: 'w', signal_dir: 's' });
  say({ ...a, kind: 'task_launched', agent: 'place' });
  say({ ...a, kind: 'task_waiting' });
  say({ ...a, kind: 'task_signalled', outcome: 'done', commit: 'c1', commits_ahead: 2 });
  say({ ...a, kind: 'task_pr_created', pr: 'p1', commit: 'c1' });
  say({ ...a, kind: 'task_gate_started', round: 1, of: 5 });
  say({ ...a, kind: 'task_gate_failed', round: 1, of: 5, exit_code: 1, output: 'o' });
  say({ ...a, kind: 'task_sent_back', cause: 'gate', result: 'submitted' });
  say({ ...a, kind: 'task_pr_created', pr: 'p2', commit: 'c2' });
  say({ ...a, kind: 'task_pr_merging', pr: 'p2', commit: 'c2' });
  say({ ...a, kind: 'task_merge_conflict', round: 1, of: 2, files: ['f'] });
  expect(steps.join(' ')).toBe('prepare launch kickoff wait wait wait gate gate wait wait merge merge');
  expect(attempt()).toMatchObject({ status: 'pr_created', pr: 'p2', commit: 'c2', gateRounds: 1, conflictRounds: 1 });
  say({ ...a, kind: 'task_succeeded', status: 'pr_merged', pr: 'p2', commit: 'm' });
  expect(attempt()).toMatchObject({ status: 'pr_merged', commit: 'm', endedAt: '2026-01-01T00:00:00.000Z' });
  expect(state.tasks.get('a')?.status).toBe('pr_merged');
});

test('a retried task keeps its earlier attempts', () => {
  tell(started, failed, retrying, { ...started, attempt: 2, token_hash: 'h2' });
  expect(state.tasks.get('a')).toMatchObject({
    status: 'running',
    attempts: [
      { number: 1, status: 'failed', failure: { code: 'c', error: 'e' } },
      { number: 2, tokenHash: 'h2' },
    ],
  });
});

test.each<Fact>([
  { ...a, kind: 'task_torn_down' },
  { ...a, kind: 'agent_exited', exit_code: 1 },
  { ...a, kind: 'task_concerned', source: 'teardown', message: 'm' },
])('a late $kind leaves a task that is to be retried pending', (late) => {
  tell(started, failed, retrying, late);
  expect(state.tasks.get('a')?.status).toBe('pending');
  tell({ ...started, attempt: 2 });
  expect(state.tasks.get('a')?.status).toBe('running');
});

test('a task that never started can be cancelled, blocked and unblocked', () => {
  tell({ kind: 'task_cancelled', task: 'a', attempt: 0 });
  tell({ kind: 'task_blocked', task: 'b', root: { task: 'a' } });
  expect(state.tasks.get('a')).toMatchObject({ status: 'cancelled', attempts: [] });
  expect(state.tasks.get('b')).toMatchObject({ status: 'blocked', blockedBy: { task: 'a' } });
  tell({ kind: 'task_unblocked', task: 'b' });
  expect(state.tasks.get('b')).toMatchObject({ status: 'pending', blockedBy: null });
});

test('attention is beside the status; an exit without a code is known as such', () => {
  tell(started, { ...a, kind: 'agent_waiting_permission' });
  expect(attempt()).toMatchObject({ status: 'running', attention: 'waiting_permission', exitCode: null });
  tell({ ...a, kind: 'agent_exited', exit_code: 0 });
  expect(attempt()).toMatchObject({ status: 'running', attention: 'exited', exitCode: 0 });
  tell({ ...a, kind: 'agent_exited' });
  expect(attempt()).toMatchObject({ exitCode: null });
});

test('a run that goes on has neither stopped nor finished', () => {
  tell({ kind: 'run_stopping', reason: 'interrupted', running: [] });
  expect(state.stopping).toBe('interrupted');
  tell({ kind: 'run_finished', outcome: 'waiting_for_person', waiting_for: ['default'] });
  expect(state).toMatchObject({ outcome: 'waiting_for_person', waitingFor: ['default'] });
  tell({ kind: 'run_resumed', pid: 1 });
  expect(state).toMatchObject({ stopping: null, outcome: null, finishedAt: null, waitingFor: [] });
});

test('a lane that is held says so until it is merged', () => {
  const lane = { workstream: 'default' };
  tell(active, { ...lane, kind: 'workstream_merge_ready', commit: 'c' });
  tell({ ...lane, kind: 'workstream_pr_created', pr: 'p', branch: 'b', target: 'main', commit: 'c' });
  tell({ ...lane, kind: 'workstream_held', reason: 'concerns', details: ['a: x'], merge_command: 'git merge b' });
  expect(state.workstreams.get('default')).toMatchObject({
    status: 'pr_created',
    held: 'concerns',
    mergeCommand: 'git merge b',
  });
  tell({ ...lane, kind: 'workstream_merged', commit: 'm', by: 'person' });
  expect(state.workstreams.get('default')).toMatchObject({
    status: 'merged',
    held: null,
    mergeCommand: null,
    mergedBy: 'person',
  });
});

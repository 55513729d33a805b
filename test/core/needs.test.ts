import { expect, test } from 'vitest';
import { LIVE_ATTENTIONS } from '../../src/core/attention.ts';
import type { Fact } from '../../src/core/events.ts';
import { needs, needsYou } from '../../src/core/needs.ts';
import { reduce } from '../../src/core/reduce.ts';
import { runStarted as runStartedOf } from '../../src/core/run-started.ts';
import { emptyRunState, type TaskState } from '../../src/core/run-state.ts';
import { makeGraph } from '../support/graphs.ts';

const graph = makeGraph({
  tasks: [{ id: 'a' }, { id: 'b' }, { id: 'c' }],
  workstreams: [{ id: 'default', parallel: true }],
});
const of = (task: string, attempt = 1) => ({ task, attempt });
const started = (task: string, attempt = 1): Fact => ({ ...of(task, attempt), kind: 'task_started', token_hash: 'h' });
const failed = (task: string, more: Partial<Extract<Fact, { kind: 'task_failed' }>> = {}): Fact => ({
  ...of(task),
  kind: 'task_failed',
  code: 'gate_failed',
  error: 'e',
  failure_class: 'expected_task_failure',
  ...more,
});
const active: Fact = { kind: 'workstream_active', workstream: 'default', branch: 'b', base_commit: 'c' };
const ready: Fact = { kind: 'workstream_merge_ready', workstream: 'default', commit: 'c' };
const offered: Fact = {
  kind: 'workstream_pr_created',
  workstream: 'default',
  pr: 'p',
  branch: 'b',
  target: 'main',
  commit: 'c',
};
const held: Fact = {
  kind: 'workstream_held',
  workstream: 'default',
  reason: 'concerns',
  details: [],
  merge_command: 'git merge',
};

/** A run that is told things, each a second after the one before. */
function told(maxTaskAttempts?: number) {
  const state = emptyRunState();
  const tell = (...facts: Fact[]) => {
    for (const fact of facts) {
      const at = new Date(Date.UTC(2026, 0, 1) + 1_000 * (state.seq + 1)).toISOString();
      reduce(state, { v: 1, seq: state.seq + 1, at, ...fact });
    }
  };
  const limit = maxTaskAttempts === undefined ? {} : { maxTaskAttempts };
  tell(runStartedOf(graph, { number: 1, digest: 'd', ...limit }));
  const need = (id = 'a') => needsYou(state.tasks.get(id) as TaskState);
  return { state, tell, need };
}

test.each(LIVE_ATTENTIONS)('an agent that is %s', (attention) => {
  const { tell, need } = told();
  tell(started('a'), { ...of('a'), kind: `agent_${attention}` });
  const isCall = !['working', 'stalled'].includes(attention);
  expect(need()?.code ?? null).toBe(isCall ? attention : null);
  if (isCall)
    expect(need()).toMatchObject({ kind: 'agent_waits', subject: { task: 'a' }, since: '2026-01-01T00:00:03.000Z' });
});

test('a limit needs a person only where nobody knows when it ends', () => {
  const { tell, need } = told();
  const until = '2026-01-02T05:00:00.000Z';
  tell(started('a'), { ...of('a'), kind: 'agent_usage_limited', until });
  expect(need()).toBeNull();
  tell({ ...of('a'), kind: 'task_parked', until }, { ...of('a'), kind: 'agent_usage_limited' });
  expect(need()).toBeNull();
  tell({ ...of('a'), kind: 'task_unparked', cause: 'time' });
  expect(need()).toMatchObject({ kind: 'agent_waits', code: 'usage_limited' });
});

test.each(['hook', 'transcript', 'screen'] as const)(
  'one that ended its turn, whose program can be seen (by its %s), needs a person only after it was told what is missing',
  (seenBy) => {
    const { tell, need } = told();
    const waiting: Fact = { ...of('a'), kind: 'task_waiting', seen_by: seenBy };
    tell(started('a'), waiting, { ...of('a'), kind: 'agent_idle' });
    expect(need()).toBeNull();
    tell({ ...of('a'), kind: 'task_nudged', result: 'submitted', missing: [] });
    expect(need()).toBeNull();
    tell({ ...of('a'), kind: 'agent_idle' });
    expect(need()).toMatchObject({ kind: 'agent_waits', code: 'idle' });
    tell({ ...of('a'), kind: 'task_prompted', result: 'submitted' }, { ...of('a'), kind: 'agent_idle' });
    expect(need()).toBeNull();
  },
);

test('one that nobody can look into is nobody that can be told: it needs a person at once', () => {
  const { tell, need } = told();
  tell(started('a'), { ...of('a'), kind: 'task_waiting', seen_by: 'process' }, { ...of('a'), kind: 'agent_idle' });
  expect(need()?.code).toBe('idle');
});

test('another question is another need', () => {
  const { tell, need } = told();
  tell(started('a'), { ...of('a'), kind: 'agent_waiting_input', question: 'one' });
  const first = need();
  tell({ ...of('a'), kind: 'agent_waiting_input', question: 'two' });
  expect(need()?.since).not.toBe(first?.since);
});

test('one that is idle after its signal has done its part', () => {
  const { tell, need } = told();
  const signal: Fact = { ...of('a'), kind: 'task_signalled', outcome: 'done', commit: 'c', commits_ahead: 1 };
  tell(started('a'), signal, { ...of('a'), kind: 'agent_idle' });
  expect(need()).toBeNull();
});

test('a failure that agentrelay itself tries again needs nobody; the last one does, with its code', () => {
  const { tell, need } = told(2);
  tell(started('a'), failed('a'));
  expect(need()).toBeNull();
  tell({ ...of('a'), kind: 'task_retrying', of: 2 }, started('a', 2), failed('a', { attempt: 2 }));
  expect(need()).toEqual({
    subject: { task: 'a' },
    kind: 'task_failed',
    code: 'gate_failed',
    since: '2026-01-01T00:00:06.000Z',
  });
  tell({ ...of('a', 2), kind: 'task_retrying', of: 3 });
  expect(need()).toBeNull();
});

test('a defect needs a person at once, and a place that was lost none', () => {
  const { tell, need } = told(5);
  tell(started('a'), failed('a', { failure_class: 'internal_error' }));
  tell(started('b'), failed('b', { code: 'place_lost' }));
  expect([need('a')?.kind, need('b')]).toEqual(['task_failed', null]);
});

test('the next owner may allow more attempts, or fewer', () => {
  const { tell, need } = told(1);
  tell({ kind: 'run_resumed', pid: 2, max_task_attempts: 2 }, started('a'), failed('a'));
  expect(need()).toBeNull();
  tell({ kind: 'run_resumed', pid: 3 }, started('b'), failed('b'));
  expect(need('b')).toBeNull();
});

test('where nobody has said how many there may be, every failure is told', () => {
  const { tell, need } = told();
  tell(started('a'), failed('a'));
  expect(need()?.kind).toBe('task_failed');
});

test('tasks that were called off, wait, or are done need nobody', () => {
  const { tell, need } = told();
  tell(
    { ...of('a', 0), kind: 'task_cancelled', by: 'person' },
    { kind: 'task_blocked', task: 'b', root: { task: 'a' } },
  );
  tell(started('c'), { ...of('c'), kind: 'task_succeeded', status: 'completed', pr: null, commit: null });
  expect([need('a'), need('b'), need('c')]).toEqual([null, null, null]);
});

test('all of a run, the oldest first, a lane that is held among them until it is merged', () => {
  const { state, tell } = told();
  const subjects = () => needs(state).map(({ subject }) => subject);
  tell(started('b'), { ...of('b'), kind: 'agent_waiting_input' }, started('a'), failed('a'));
  tell(active, ready, offered, held, started('c'), { ...of('c'), kind: 'agent_idle' });
  expect(subjects()).toEqual([{ task: 'b' }, { task: 'a' }, { workstream: 'default' }, { task: 'c' }]);
  expect(needs(state)[2]).toMatchObject({ kind: 'lane_held', code: 'concerns' });
  expect(needs(state)).toBe(needs(state));
  tell({ ...of('b'), kind: 'agent_working' });
  tell({ kind: 'workstream_merged', workstream: 'default', commit: 'c', by: 'person' });
  expect(subjects()).toEqual([{ task: 'a' }, { task: 'c' }]);
});

test('what the budget of the run has ended needs a person, though it is not given up', () => {
  const { tell, need, state } = told(3);
  tell(started('a'), failed('a', { code: 'run_budget_exceeded' }));
  expect(state.tasks.get('a')?.givenUp).toBe(false);
  expect(need()).toMatchObject({ kind: 'task_failed', code: 'run_budget_exceeded' });
});

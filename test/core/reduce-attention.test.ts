import { beforeEach, describe, expect, test } from 'vitest';
import { LIVE_ATTENTIONS } from '../../src/core/attention.ts';
import type { Fact } from '../../src/core/events.ts';
import { reduce } from '../../src/core/reduce.ts';
import { type AttemptState, currentAttempt, emptyRunState, type RunState } from '../../src/core/run-state.ts';
import { runStarted } from '../support/core.ts';
import { makeGraph } from '../support/graphs.ts';

const a = { task: 'a', attempt: 1 };
const started: Fact = { ...a, kind: 'task_started', token_hash: 'h' };
const asked: Fact = { ...a, kind: 'agent_waiting_input', question: 'which?', choices: ['x', 'y'] };
const signalled: Fact = { ...a, kind: 'task_signalled', outcome: 'done', commit: 'c', commits_ahead: 1 };
const failed: Fact = { ...a, kind: 'task_failed', code: 'c', error: 'e', failure_class: null };
const QUIET = { attention: null, asks: null, until: null };

let state: RunState;
beforeEach(() => {
  state = emptyRunState();
  tell(runStarted(makeGraph({ tasks: [{ id: 'a' }] })), started);
});

/** Each a second after the one before; the first of a test at second 3. */
function tell(...facts: Fact[]): void {
  for (const fact of facts) {
    const at = `2026-01-01T00:00:0${state.seq + 1}.000Z`;
    reduce(state, { v: 1, seq: state.seq + 1, at, ...fact });
  }
}

const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`;

function attempt(): AttemptState {
  const task = state.tasks.get('a');
  return (task && currentAttempt(task)) as AttemptState;
}

test('nobody has told anything of an attempt that has just begun', () => {
  expect(attempt()).toMatchObject({ ...QUIET, attentionSince: null });
});

test('a question is there with its choices, until the agent says that it goes on', () => {
  tell(asked);
  expect(attempt()).toMatchObject({
    attention: 'waiting_input',
    attentionSince: at(3),
    asks: { question: 'which?', choices: ['x', 'y'], since: at(3) },
  });
  tell({ ...a, kind: 'agent_working' });
  expect(attempt()).toMatchObject({ attention: 'working', attentionSince: at(4), asks: null });
});

test('the same question once more is no news; another one is, though the agent has waited for long', () => {
  tell(asked);
  const { asks } = attempt();
  tell(asked);
  expect(attempt().asks).toBe(asks);
  tell({ ...a, kind: 'agent_waiting_input', question: 'and now?' });
  expect(attempt()).toMatchObject({ attentionSince: at(3), asks: { question: 'and now?', choices: [], since: at(5) } });
});

test('an agent that asks without words asks', () => {
  tell({ ...a, kind: 'agent_waiting_permission' });
  expect(attempt().asks).toEqual({ question: null, choices: [], since: at(3) });
});

test('a limit has its end, and what follows it has none', () => {
  tell({ ...a, kind: 'agent_usage_limited', until: at(9) });
  expect(attempt()).toMatchObject({ attention: 'usage_limited', until: at(9), asks: null });
  tell({ ...a, kind: 'agent_idle', until: at(9), question: 'no' });
  expect(attempt()).toMatchObject({ attention: 'idle', until: null, asks: null });
});

describe('an agent that waited', () => {
  test.each([
    ['submitted', 'working'],
    ['queued', 'working'],
    ['typed', 'waiting_input'],
    ['gone', 'waiting_input'],
  ] as const)('and got a prompt that was %s is %s', (result, attention) => {
    tell(asked, { ...a, kind: 'task_prompted', result });
    expect(attempt().attention).toBe(attention);
    expect(attempt().asks === null).toBe(attention === 'working');
  });

  test('and has signalled is not known to do anything, until its work comes back to it', () => {
    tell(asked, signalled);
    expect(attempt()).toMatchObject({ ...QUIET, attentionSince: at(4) });
    tell({ ...a, kind: 'task_sent_back', cause: 'gate', result: 'submitted' });
    expect(attempt()).toMatchObject({ attention: 'working', attentionSince: at(5) });
  });

  test.each<Fact>([failed, { ...a, kind: 'task_cancelled' }])(
    'waits no more after $kind, whatever is told late',
    (end) => {
      tell(asked, end);
      expect(attempt()).toMatchObject(QUIET);
      tell(asked, { ...a, kind: 'task_prompted', result: 'submitted' });
      expect(attempt()).toMatchObject(QUIET);
    },
  );

  test('and has ended stays known for that', () => {
    tell(asked, { ...a, kind: 'agent_exited', exit_code: 3 });
    expect(attempt()).toMatchObject({ ...QUIET, attention: 'exited', exitCode: 3, attentionSince: at(4) });
    tell({ ...a, kind: 'task_prompted', result: 'queued' }, failed);
    expect(attempt().attention).toBe('exited');
  });
});

test.each(LIVE_ATTENTIONS)('%s may be told at any time after the start, and of no other attempt', (attention) => {
  const told: Fact = { ...a, kind: `agent_${attention}` };
  tell(told, signalled, told);
  expect(attempt().attention).toBe(attention);
  const { seq } = state;
  expect(() => tell({ ...told, attempt: 2 })).toThrow(expect.objectContaining({ code: 'wrong_attempt' }));
  expect(state.seq).toBe(seq);
});

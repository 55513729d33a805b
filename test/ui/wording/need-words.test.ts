import { expect, test } from 'vitest';
import type { Need } from '../../../src/core/needs.ts';
import { needText } from '../../../src/ui/wording/need-words.ts';

test.each<[Omit<Need, 'since'>, string]>([
  [{ subject: { task: 'cart' }, kind: 'agent_waits', code: 'waiting_input' }, 'cart asks a question'],
  [{ subject: { task: 'cart' }, kind: 'agent_waits', code: 'idle' }, 'cart is idle, and has not said that it is done'],
  [{ subject: { task: 'cart' }, kind: 'agent_waits', code: 'something_new' }, 'cart needs you: something new'],
  [{ subject: { task: 'cart' }, kind: 'task_failed', code: 'checks_failed' }, 'cart has failed: checks failed'],
  [{ subject: { task: 'cart' }, kind: 'task_failed', code: 'budget_exceeded' }, 'cart has used up its budget'],
  [
    { subject: { task: 'cart' }, kind: 'task_failed', code: 'run_budget_exceeded' },
    'cart was ended: the budget of the run is used up',
  ],
  [held('checks'), 'lane api waits for you to merge it: checks not green'],
  [held('protected'), 'lane api waits for you to merge it: target is protected'],
  [held('draft'), 'lane api waits for you to merge it: still a draft'],
  [held('something_new'), 'lane api waits for you to merge it: something new'],
])('%j', (need, text) => {
  expect(needText({ ...need, since: '2026-01-01T00:00:00.000Z' })).toBe(text);
});

function held(code: string): Omit<Need, 'since'> {
  return { subject: { workstream: 'api' }, kind: 'lane_held', code };
}

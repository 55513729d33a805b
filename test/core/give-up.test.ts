import { describe, expect, test } from 'vitest';
import { BUDGET_EXCEEDED, RUN_BUDGET_EXCEEDED } from '../../src/core/budget.ts';
import type { IntegrationFailureClass } from '../../src/core/errors.ts';
import type { Fact } from '../../src/core/events.ts';
import { isGivenUp, lastAttempt } from '../../src/core/give-up.ts';
import { DEFAULT_SETTINGS } from '../../src/core/graph/graph.ts';
import { PLACE_LOST } from '../../src/core/place-failure.ts';
import { NO_CHANGE } from '../../src/core/retry-change.ts';
import type { TaskState } from '../../src/core/run-state.ts';
import { Journal, startLog } from '../support/core.ts';
import { makeGraph } from '../support/graphs.ts';

type End = 'agent' | 'expected' | 'internal' | 'place' | 'budget' | 'run_budget' | 'cancelled';
const CLASSES: Record<string, IntegrationFailureClass | null> = {
  agent: null,
  expected: 'expected_task_failure',
  internal: 'internal_error',
  place: 'expected_task_failure',
  budget: 'expected_task_failure',
  run_budget: 'expected_task_failure',
};
const CODES: Record<string, string> = {
  place: PLACE_LOST,
  budget: BUDGET_EXCEEDED,
  run_budget: RUN_BUDGET_EXCEEDED,
};

/** A task whose attempts ended so; `!` after an end is a retry that a person asked for. */
function taskOf(...ends: (End | `${End}!`)[]): TaskState {
  const log = startLog(makeGraph({ tasks: [{ id: 'a' }] }), new Journal());
  ends.forEach((said, at) => {
    const of = { task: 'a', attempt: at + 1 };
    const end = said.replace('!', '');
    const code = CODES[end] ?? 'c';
    const failed: Fact = { ...of, kind: 'task_failed', code, error: 'e', failure_class: CLASSES[end] ?? null };
    log.append({ ...of, kind: 'task_started', token_hash: 'h' });
    log.append(end === 'cancelled' ? { ...of, kind: 'task_cancelled', by: 'person' } : failed);
    const change = said.endsWith('!') ? NO_CHANGE : null;
    if (at < ends.length - 1 || change !== null) log.append({ ...of, kind: 'task_retrying', of: 9, change });
  });
  return log.state.tasks.get('a') as TaskState;
}

const allow = (maxTaskAttempts: number) => ({ ...DEFAULT_SETTINGS, maxTaskAttempts });
const times = <T>(count: number, end: T): T[] => Array.from({ length: count }, () => end);

describe('a task is given up', () => {
  test.each<[string, TaskState, number, boolean]>([
    ['after its one attempt', taskOf('agent'), 1, true],
    ['not while one is left', taskOf('agent'), 2, false],
    ['after all of them', taskOf('agent', 'expected'), 2, true],
    ['after a defect, whatever is left', taskOf('internal'), 3, true],
    ['not for a defect of an earlier attempt', taskOf('internal!', 'agent'), 2, false],
    ['not for one that was called off', taskOf('cancelled!', 'agent'), 1, false],
    ['not for the one that a person granted', taskOf('agent!'), 1, false],
    ['after the one that a person granted', taskOf('agent!', 'agent'), 1, true],
    ['not for a place that was lost', taskOf('place'), 1, false],
    ['not for places that were lost before it', taskOf('place', 'place', 'agent'), 2, false],
    ['after as many as the settings allow, beside lost places', taskOf('place', 'agent', 'place', 'agent'), 2, true],
    ['not for five lost places', taskOf(...times(5, 'place' as const)), 1, false],
    ['after a budget that is used up, whatever is left', taskOf('budget'), 3, true],
    ['not for one that a person granted anew', taskOf('budget!', 'agent'), 2, false],
    ['not for the budget of the run', taskOf('run_budget', 'run_budget'), 1, false],
    ['after six', taskOf(...times(6, 'place' as const)), 1, true],
    ['not after a sixth that a person looked at', taskOf(...times(5, 'place' as const), 'place!'), 1, false],
  ])('%s', (_, task, attempts, expected) => {
    expect(isGivenUp(task, allow(attempts))).toBe(expected);
  });
});

test.each<[string, TaskState, number, number]>([
  ['the one of the settings', taskOf('agent'), 1, 1],
  ['those of the settings', taskOf('agent'), 3, 3],
  ['one more that was granted', taskOf('agent!'), 1, 2],
  ['a lost place moves it on', taskOf('place'), 2, 3],
  ['as does one that was called off', taskOf('cancelled'), 2, 3],
])('the last attempt that there may be: %s', (_, task, attempts, expected) => {
  expect(lastAttempt(task, allow(attempts))).toBe(expected);
});

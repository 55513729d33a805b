import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/core/events.ts';
import { isActive, isSuccess, isTerminal } from '../../src/core/lifecycle.ts';
import { replay } from '../../src/core/reduce.ts';
import type { Wish } from '../../src/core/requests.ts';
import { NO_CHANGE } from '../../src/core/retry-change.ts';
import type { RunState } from '../../src/core/run-state.ts';
import { type Asking, type CrashRun, runWithCrashes } from '../support/crash-run.ts';
import { crashPlans, type RunPlan } from '../support/run-plan.ts';

/** Milliseconds: a failure is made small before it is told. */
const LIMIT = 120_000;
const picks = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 30 });
const kills = fc.array(fc.nat({ max: 150 }), { maxLength: 3 });

/** About the nth task. */
type Asked = (task: string) => Wish;
const wishes: readonly Asked[] = [
  (task) => ({ action: 'retry', task, change: NO_CHANGE }),
  (task) => ({ action: 'retry', task, change: { ...NO_CHANGE, note: 'n', keep_work: true } }),
  (task) => ({ action: 'cancel', task }),
  (task) => ({ action: 'teardown', task }),
  (task) => ({ action: 'undo_teardown', task }),
  (task) => ({ action: 'undo_teardown', task }),
  (task) => ({ action: 'send', task, text: 'hello' }),
  (task) => ({ action: 'answer', task, text: '2' }),
  () => ({ action: 'pause' }),
  () => ({ action: 'unpause' }),
  () => ({ action: 'unpause' }),
];
const asking = fc.record({
  at: fc.integer({ min: 1, max: 25 }),
  task: fc.nat({ max: 5 }),
  wish: fc.constantFrom(...wishes),
});

test(
  'whatever is asked for, and whoever is killed, a run stays legal, loses no task and does nothing twice',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        crashPlans,
        picks,
        kills,
        fc.array(asking, { minLength: 1, maxLength: 8 }),
        async (plan, order, deaths, asked) => {
          const asks: Asking[] = asked.map(({ at, task, wish }) => ({
            at,
            wish: wish(`t${task % plan.tasks.length}`),
          }));
          const onEvent = (event: RunEvent, state: RunState) => {
            if (event.kind === 'task_started') expectRoom(plan, state);
          };
          expectSound(await runWithCrashes({ plan, kills: deaths, picks: order, asks, onEvent }), plan);
        },
      ),
      { numRuns: 150 },
    );
  },
  LIMIT,
);

function expectSound({ journal, log: { state }, world, outcome, thrown }: CrashRun, plan: RunPlan): void {
  expect(thrown).toEqual([]);
  expect(world.wrongs).toEqual([]);
  expect(replay(journal.events())).toEqual(state);
  expect(state.outcome).toBe(outcome);
  const answers = journal
    .events()
    .flatMap((event) => (event.kind === 'request_applied' || event.kind === 'request_refused' ? [event] : []));
  expect(answers.map(({ request }) => request)).toEqual(answers.map((_, at) => at + 1));
  expect(answers.filter((answer) => 'code' in answer && answer.code === 'internal_error')).toEqual([]);
  for (const [id, { status, blockedBy, attempts }] of state.tasks) {
    expect(isActive(status), id).toBe(false);
    for (const attempt of attempts) {
      const inWorld = world.attempts.get(`${id} ${attempt.number}`);
      expect(isTerminal(attempt.status), id).toBe(true);
      expect(inWorld?.launched ?? 0, id).toBeLessThanOrEqual(1);
      expect(inWorld?.alive ?? false, id).toBe(false);
      expect(inWorld?.isMerged ?? false, id).toBe(attempt.status === 'pr_merged');
      expect(attempt.asks, id).toBeNull();
      const isAway = attempt.tornDown || attempt.broughtBack !== null;
      if (attempt.branch !== null) expect(isAway, `${id} ${attempt.number}`).toBe(true);
    }
    expect(blockedBy !== null, id).toBe(status === 'blocked');
    if (blockedBy !== null && 'task' in blockedBy) {
      expect(['failed', 'cancelled'], id).toContain(state.tasks.get(blockedBy.task)?.status);
    }
    // Somebody must be waited for, or it was forgotten.
    if (status === 'pending') expect(outcome, id).toBe('waiting_for_person');
  }
  const isDone = [...state.tasks.values()].every(({ status }) => isSuccess(status));
  if (outcome === 'succeeded') expect(isDone).toBe(true);
  expect(['succeeded', 'completed_with_failures', 'waiting_for_person']).toContain(outcome);
  expect(plan.tasks).toHaveLength(state.tasks.size);
}

function expectRoom(plan: RunPlan, state: RunState): void {
  const running = [...state.tasks.values()].filter(({ status }) => isActive(status));
  expect(running.length).toBeLessThanOrEqual(plan.settings.maxConcurrency);
  for (const lane of plan.lanes.filter(({ parallel }) => !parallel)) {
    const own = running.filter(({ outline }) => outline.workstream === lane.id);
    expect(own.length, lane.id).toBeLessThanOrEqual(1);
  }
  for (const [name, limit] of Object.entries(plan.settings.caps)) {
    const held = running.filter(({ outline }) => {
      const task = plan.tasks.find(({ id }) => id === outline.id);
      return task?.framework === name || task?.model === name;
    });
    expect(held.length, name).toBeLessThanOrEqual(limit);
  }
}

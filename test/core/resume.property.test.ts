import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/core/graph/graph.ts';
import { replay } from '../../src/core/reduce.ts';
import type { AttemptState } from '../../src/core/run-state.ts';
import { type CrashRun, runWithCrashes } from '../support/crash-run.ts';
import { expectRun } from '../support/run-model.ts';
import { crashPlans, type RunPlan, type TaskPlan } from '../support/run-plan.ts';

/** Milliseconds: a failure is made small before it is told. */
const LIMIT = 120_000;
const picks = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 30 });
/** Shares of what an owner who is left alone does and writes. */
const kills = fc.array(fc.nat({ max: 999 }), { minLength: 1, maxLength: 3 });

test(
  'a run whose owners are killed anywhere ends as if nobody had been killed',
  async () => {
    await fc.assert(
      fc.asyncProperty(crashPlans, picks, kills, async (plan, order, shares) => {
        const undisturbed = await runWithCrashes({ plan, kills: [], picks: order });
        expectEnd(undisturbed, plan);
        const size = undisturbed.points[0] ?? 0;
        const at = shares.map((share) => Math.floor((share * size) / 1000));
        expectEnd(await runWithCrashes({ plan, kills: at, picks: order }), plan);
      }),
      { numRuns: 80 },
    );
  },
  LIMIT,
);

const lane = { parent: null, parallel: false, autoMerge: true, prepareFails: false } as const;
const merged = { open: 'opened', merge: 'merged', person: 'never' } as const;
const task = { ws: 'one', framework: 'command', model: null, concern: 'none' } as const;
/** Every way through the lifecycle: sent back by gate and by conflict, tried again, without a pull request, given up. */
const everyWay: RunPlan = {
  tasks: [
    { ...task, id: 'hard', deps: [], results: ['pr_merged'], gateFailures: 2, conflicts: 2 },
    { ...task, id: 'again', ws: 'two', deps: [], results: ['expected', 'agent_failed', 'pr_merged'] },
    { ...task, id: 'review', ws: 'two', deps: ['again'], results: ['completed'], gateFailures: 1, concern: 'ops' },
    { ...task, id: 'lost', ws: 'three', deps: ['hard'], results: ['internal'] },
    { ...task, id: 'behind', ws: 'three', deps: ['lost'], results: ['pr_merged'] },
  ],
  lanes: [
    { ...lane, ...merged, id: 'one' },
    { ...lane, ...merged, id: 'two', autoMerge: false, person: 'merges' },
    { ...lane, ...merged, id: 'three' },
  ],
  settings: { ...DEFAULT_SETTINGS, maxConcurrency: 2, maxTaskAttempts: 3, failFastOnInternalError: false },
  reversed: false,
  slowLanes: true,
};

test.each([
  ['agents wait for their owner', [1]],
  ['agents go on without one', [0]],
])('every way of an attempt is cut at every act and every line: %s', async (_, order) => {
  const undisturbed = await runWithCrashes({ plan: everyWay, kills: [], picks: order });
  expectEnd(undisturbed, everyWay);
  const size = undisturbed.points[0] ?? 0;
  expect(size).toBeGreaterThan(100);
  for (let at = 0; at < size; at++) {
    expectEnd(await runWithCrashes({ plan: everyWay, kills: [at], picks: order }), everyWay);
  }
});

function expectEnd(run: CrashRun, plan: RunPlan): void {
  const { state } = run.log;
  const expected = expectRun(plan);
  expect(run.world.wrongs).toEqual([]);
  expect(replay(run.journal.events())).toEqual(state);
  expect(expected.outcomes).toContain(run.outcome);
  const tasks = [...state.tasks].map(([id, task]) => [id, task.status]);
  expect(Object.fromEntries(tasks)).toEqual(expected.tasks);
  const attempts = [...state.tasks].map(([id, task]) => [id, task.attempts.length]);
  expect(Object.fromEntries(attempts)).toEqual(expected.attempts);
  for (const [id, lane] of state.workstreams) expect(expected.lanes[id], id).toContain(lane.status);
  const known = [...state.tasks].flatMap(([id, task]) => task.attempts.map(({ number }) => `${id} ${number}`));
  expect([...run.world.attempts.keys()].sort()).toEqual(known.sort());
  for (const task of plan.tasks) {
    for (const attempt of state.tasks.get(task.id)?.attempts ?? []) expectAttempt(run, task, attempt);
  }
}

/** Each attempt is launched once, told each thing once, merged once where it is merged, and torn down. */
function expectAttempt({ world, journal }: CrashRun, task: TaskPlan, attempt: AttemptState): void {
  const name = `${task.id} ${attempt.number}`;
  const result = task.results[attempt.number - 1];
  const hasWork = result === 'pr_merged' || result === 'completed';
  const gateFailures = hasWork ? (task.gateFailures ?? 0) : 0;
  const conflicts = result === 'pr_merged' ? (task.conflicts ?? 0) : 0;
  const inWorld = world.attempts.get(name);
  expect(inWorld, name).toMatchObject({ launched: 1, alive: false, isMerged: result === 'pr_merged' });
  expect(inWorld?.prompts, name).toHaveLength(gateFailures + conflicts);
  expect(inWorld, name).toMatchObject({ signals: 1 + gateFailures + conflicts, aside: gateFailures + conflicts });
  expect(attempt.tornDown, name).toBe(true);
  expect(attempt, name).toMatchObject({ conflictRounds: conflicts, sentBack: gateFailures + conflicts });
  const told = (kind: string) =>
    journal
      .events()
      .filter((event) => event.kind === kind && 'attempt' in event && `${event.task} ${event.attempt}` === name).length;
  expect(told('task_started'), name).toBe(1);
  expect(told('task_launched'), name).toBe(1);
  if (!hasWork) return;
  const signals = 1 + gateFailures + conflicts;
  expect(told('task_signalled'), name).toBe(signals);
  expect(told('task_pr_created'), name).toBe(result === 'pr_merged' ? signals : 0);
  expect(told('task_gate_failed'), name).toBe(gateFailures);
  expect(told('task_merge_conflict'), name).toBe(conflicts);
  if (typeof task.gateFailures === 'number') expect(attempt.gateRounds, name).toBe(signals);
}

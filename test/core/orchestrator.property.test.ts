import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BlockRoot } from '../../src/core/events.ts';
import { isActive, isSuccess } from '../../src/core/lifecycle.ts';
import { replay } from '../../src/core/reduce.ts';
import type { RunState } from '../../src/core/run-state.ts';
import { awaitedLanesOf, expectRun } from '../support/run-model.ts';
import { type RunPlan, runPlans } from '../support/run-plan.ts';
import { drive, type Simulation, simulate } from '../support/simulation.ts';

const picks = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 30 });
const runs = { numRuns: 150 };

test('every run ends as the model says, whatever the order', async () => {
  await fc.assert(
    fc.asyncProperty(runPlans, picks, async (plan, order) => {
      const run = simulate(plan);
      const outcome = await drive(run, order);
      expectEnd(run, plan);
      expect(expectRun(plan).outcomes).toContain(outcome);
      expect(run.orchestrator.state.outcome).toBe(outcome);
      expect(run.journal.kinds().at(-1)).toBe('run_finished');
    }),
    runs,
  );
});

test('no task starts before what it waits for, and no limit is exceeded', async () => {
  await fc.assert(
    fc.asyncProperty(runPlans, picks, async (plan, order) => {
      const run = simulate(plan);
      run.log.subscribe((event, state) => {
        if (event.kind !== 'task_started') return;
        expectMayStart(plan, event.task, state);
        expectLimits(plan, state);
        expect(event.attempt).toBeLessThanOrEqual(plan.settings.maxTaskAttempts);
      });
      await drive(run, order);
      expect(run.thrown).toEqual([]);
    }),
    runs,
  );
});

test('a free slot never waits beside a task that may start', async () => {
  await fc.assert(
    fc.asyncProperty(runPlans, picks, async (plan, order) => {
      const run = simulate({ ...plan, slowLanes: false });
      await drive(run, order, () => expect(startable(plan, run.orchestrator.state)).toEqual([]));
    }),
    runs,
  );
});

test('every blocked task names a task or a lane that failed', async () => {
  await fc.assert(
    fc.asyncProperty(runPlans, picks, async (plan, order) => {
      const run = simulate(plan);
      await drive(run, order);
      const { state } = run.orchestrator;
      for (const task of state.tasks.values()) {
        expect(task.blockedBy !== null).toBe(task.status === 'blocked');
        if (task.blockedBy !== null) expectFailedRoot(state, task.blockedBy);
      }
      for (const lane of state.workstreams.values()) if (lane.failure) expectFailedRoot(state, lane.failure.root);
    }),
    runs,
  );
});

test('the journal replays to the state of the run', async () => {
  await fc.assert(
    fc.asyncProperty(runPlans, picks, async (plan, order) => {
      const run = simulate(plan);
      await drive(run, order);
      expect(replay(run.journal.events())).toEqual(run.orchestrator.state);
    }),
    runs,
  );
});

test('a stopped run goes on with a new owner to the end that it would have had', async () => {
  await fc.assert(
    fc.asyncProperty(
      runPlans,
      picks,
      fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 3 }),
      async (plan, order, stops) => {
        let run = simulate(plan);
        let outcome = null;
        for (const at of stops) {
          outcome = await drive(run, order, (step) => {
            if (step === at) run.orchestrator.stop();
          });
          expect(replay(run.journal.events())).toEqual(run.orchestrator.state);
          if (outcome !== null) break;
          run = simulate(plan, run.journal);
        }
        outcome ??= await drive(run, order);
        expectEnd(run, plan);
        expect(expectRun(plan).outcomes).toContain(outcome);
      },
    ),
    runs,
  );
});

test('a cancelled run ends at once, with no attempt alive and nothing told afterwards', async () => {
  await fc.assert(
    fc.asyncProperty(runPlans, picks, fc.nat({ max: 20 }), fc.boolean(), async (plan, order, at, stopFirst) => {
      const run = simulate(plan);
      let alive: string[] = [];
      let cancelled = false;
      const outcome = await drive(run, order, (step) => {
        if (stopFirst && step === at - 1) run.orchestrator.stop();
        if (step !== at) return;
        alive = run.orchestrator.running();
        cancelled = true;
        run.orchestrator.cancel();
      });
      const { state } = run.orchestrator;
      if (cancelled) {
        expect(outcome).toBe('cancelled');
        expect(state.stopping).toBe('cancelled');
        for (const id of alive) expect(state.tasks.get(id)?.status).toBe('cancelled');
      }
      if (outcome !== null) expect(run.journal.kinds().at(-1)).toBe('run_finished');
      expect(run.orchestrator.running()).toEqual([]);
      expect(run.underWay.names()).toEqual([]);
      expect(replay(run.journal.events())).toEqual(state);
    }),
    runs,
  );
});

test('a detached run leaves its attempts running and says nothing more of them', async () => {
  await fc.assert(
    fc.asyncProperty(runPlans, picks, fc.nat({ max: 20 }), async (plan, order, at) => {
      const run = simulate(plan);
      let alive: string[] = [];
      let told = -1;
      const outcome = await drive(run, order, (step) => {
        if (step !== at) return;
        alive = run.orchestrator.running();
        run.orchestrator.detach();
        told = run.journal.lines.length;
      });
      if (told < 0) return;
      expect(outcome).toBeNull();
      expect(run.orchestrator.running()).toEqual(alive);
      expect(run.journal.kinds().slice(told)).toEqual([]);
      expect(run.underWay.names()).toEqual([]);
    }),
    runs,
  );
});

test('with fail-fast a run still ends legally, and starts nothing after the failure', async () => {
  await fc.assert(
    fc.asyncProperty(runPlans, picks, fc.boolean(), fc.boolean(), async (plan, order, internal, workstream) => {
      const settings = { ...plan.settings, failFastOnInternalError: internal, failFastOnWorkstreamError: workstream };
      const run = simulate({ ...plan, settings });
      const outcome = await drive(run, order);
      const { state } = run.orchestrator;
      const kinds = run.journal.kinds();
      if (state.stopping !== null) expect(kinds.slice(kinds.indexOf('run_stopping'))).not.toContain('task_started');
      const failures = [...state.tasks.values()].map((task) => task.attempts.at(-1)?.failure?.failureClass);
      if (internal && failures.includes('internal_error')) {
        expect(['internal_error', 'workstream_error']).toContain(state.stopping);
      }
      if (state.stopping === 'internal_error') expect(outcome).toBe('fatal_internal_error');
      if (state.stopping === 'workstream_error') expect(outcome).toBe('completed_with_failures');
      expect(kinds.at(-1)).toBe('run_finished');
      expect(replay(run.journal.events())).toEqual(state);
    }),
    runs,
  );
});

function expectEnd({ orchestrator: { state } }: Simulation, plan: RunPlan): void {
  const expected = expectRun(plan);
  const ends = [...state.tasks].map(([id, task]) => [id, task.status]);
  expect(Object.fromEntries(ends)).toEqual(expected.tasks);
  const attempts = [...state.tasks].map(([id, task]) => [id, task.attempts.length]);
  expect(Object.fromEntries(attempts)).toEqual(expected.attempts);
  for (const [id, lane] of state.workstreams) expect(expected.lanes[id], id).toContain(lane.status);
}

function waitsFor(plan: RunPlan, id: string, state: RunState): boolean {
  const task = plan.tasks.find((each) => each.id === id);
  if (task === undefined) throw new Error(`unknown ${id}`);
  const near = task.deps.filter((dep) => state.tasks.get(dep)?.outline.workstream === task.ws);
  return (
    near.some((dep) => !isSuccess(state.tasks.get(dep)?.status ?? 'pending')) ||
    [...awaitedLanesOf(plan, task)].some((lane) => state.workstreams.get(lane)?.status !== 'merged')
  );
}

function expectMayStart(plan: RunPlan, id: string, state: RunState): void {
  expect(waitsFor(plan, id, state), `${id} starts too early`).toBe(false);
  const task = state.tasks.get(id);
  for (const dep of task?.outline.dependencies ?? []) {
    expect(isSuccess(state.tasks.get(dep)?.status ?? 'pending'), `${dep} before ${id}`).toBe(true);
  }
}

/** Every place that a task needs beside a slot, with how many it holds. */
function placesOf(plan: RunPlan, id: string): { name: string; limit: number }[] {
  const task = plan.tasks.find((each) => each.id === id);
  const lane = plan.lanes.find((each) => each.id === task?.ws);
  if (task === undefined || lane === undefined) throw new Error(`unknown ${id}`);
  const places = lane.parallel ? [] : [{ name: `lane ${lane.id}`, limit: 1 }];
  for (const name of new Set([task.framework, task.model])) {
    const limit = name === null ? undefined : plan.settings.caps[name];
    if (limit !== undefined) places.push({ name: `cap ${name}`, limit });
  }
  return places;
}

function held(plan: RunPlan, state: RunState): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [id, task] of state.tasks) {
    if (!isActive(task.status)) continue;
    for (const { name } of [{ name: 'slots' }, ...placesOf(plan, id)]) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function expectLimits(plan: RunPlan, state: RunState): void {
  const counts = held(plan, state);
  expect(counts.get('slots') ?? 0).toBeLessThanOrEqual(plan.settings.maxConcurrency);
  for (const id of state.tasks.keys()) {
    for (const { name, limit } of placesOf(plan, id)) expect(counts.get(name) ?? 0, name).toBeLessThanOrEqual(limit);
  }
}

function startable(plan: RunPlan, state: RunState): string[] {
  const counts = held(plan, state);
  if ((counts.get('slots') ?? 0) >= plan.settings.maxConcurrency) return [];
  const waiting = [...state.tasks.values()]
    .filter(({ status }) => status === 'pending')
    .map(({ outline }) => outline.id);
  return waiting.filter(
    (id) =>
      !waitsFor(plan, id, state) && placesOf(plan, id).every(({ name, limit }) => (counts.get(name) ?? 0) < limit),
  );
}

function expectFailedRoot(state: RunState, root: BlockRoot): void {
  if ('task' in root) expect(state.tasks.get(root.task)?.status).toBe('failed');
  else expect(state.workstreams.get(root.workstream)?.status).toBe('failed');
}

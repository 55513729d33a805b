import fc from 'fast-check';
import { DEFAULT_SETTINGS, type Graph, type Settings } from '../../src/core/graph/graph.ts';
import type { RunOutcome, TaskStatus, WorkstreamStatus } from '../../src/core/lifecycle.ts';
import { makeGraph } from './graphs.ts';

/** How an attempt of a task ends. */
export type Result = 'pr_merged' | 'completed' | 'agent_failed' | 'expected' | 'internal';

export interface TaskPlan {
  readonly id: string;
  readonly ws: string;
  readonly deps: readonly string[];
  readonly framework: string;
  readonly model: string | null;
  /** One for each attempt. */
  readonly results: readonly Result[];
  readonly concern: 'none' | 'agent' | 'ops';
  /** How often the gate sends work back in each attempt; null without a gate, as when left out. */
  readonly gateFailures?: number | null;
  /** How often each pull request conflicts; at most 2. */
  readonly conflicts?: number;
}

export interface LanePlan {
  readonly id: string;
  readonly parent: string | null;
  readonly parallel: boolean;
  readonly autoMerge: boolean;
  readonly prepareFails: boolean;
  readonly open: 'opened' | 'nothing_to_merge' | 'throws';
  readonly merge: 'merged' | 'held' | 'throws';
  /** What a person does with a merge that is held. */
  readonly person: 'never' | 'merges' | 'fails';
}

/** A graph, and all that will happen in its run but for the order. */
export interface RunPlan {
  /** In topological order. */
  readonly tasks: readonly TaskPlan[];
  readonly lanes: readonly LanePlan[];
  readonly settings: Settings;
  readonly reversed: boolean;
  /** Lanes take as long as the test wants, too. */
  readonly slowLanes: boolean;
}

/** A list where it depends on whether a person acts before the run ends. */
export interface ExpectedRun {
  readonly tasks: Record<string, TaskStatus>;
  readonly attempts: Record<string, number>;
  readonly lanes: Record<string, readonly WorkstreamStatus[]>;
  readonly outcomes: readonly RunOutcome[];
}

export function graphOf(plan: RunPlan): Graph {
  const tasks = plan.tasks.map(({ id, ws, deps, framework, model, gateFailures }) => {
    const completionGate = (gateFailures ?? null) === null ? null : 'make test';
    return { id, ws, deps, framework, model, completionGate };
  });
  return makeGraph({ tasks: plan.reversed ? tasks.reverse() : tasks, workstreams: plan.lanes });
}

const usually = <T>(common: T, ...rare: T[]) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(common) },
    { weight: 1, arbitrary: fc.constantFrom(...(rare as [T, ...T[]])) },
  );

const laneShape = fc.record({
  parent: fc.option(fc.nat({ max: 3 }), { nil: null, freq: 2 }),
  parallel: fc.boolean(),
  autoMerge: usually(true, false),
  prepareFails: usually(false, false, true),
  open: usually<LanePlan['open']>('opened', 'nothing_to_merge', 'throws'),
  merge: usually<LanePlan['merge']>('merged', 'held', 'throws'),
  person: fc.constantFrom<LanePlan['person']>('never', 'merges', 'fails'),
});

const taskShape = fc.record({
  lane: fc.nat({ max: 3 }),
  deps: fc.uniqueArray(fc.nat({ max: 13 }), { maxLength: 3 }),
  framework: fc.constantFrom('command', 'codex'),
  model: fc.constantFrom(null, 'big', 'codex'),
  results: fc.array(usually<Result>('pr_merged', 'completed', 'agent_failed', 'expected', 'internal'), {
    minLength: 3,
    maxLength: 3,
  }),
  concern: usually<TaskPlan['concern']>('none', 'agent', 'ops'),
});

/** Lanes wait only for lanes before them, so that their graph is acyclic. */
export const runPlans: fc.Arbitrary<RunPlan> = fc
  .record({
    lanes: fc.array(laneShape, { minLength: 1, maxLength: 4 }),
    tasks: fc.array(taskShape, { minLength: 1, maxLength: 14 }),
    maxConcurrency: fc.integer({ min: 1, max: 5 }),
    maxTaskAttempts: fc.integer({ min: 1, max: 3 }),
    caps: fc.constantFrom<Record<string, number>>({}, { command: 1 }, { codex: 1, big: 2 }, { command: 2, big: 1 }),
    reversed: fc.boolean(),
    slowLanes: fc.boolean(),
  })
  .map(({ lanes, tasks, maxConcurrency, maxTaskAttempts, caps, reversed, slowLanes }) => {
    const laneOf = (n: number) => n % lanes.length;
    return {
      lanes: lanes.map((lane, at) => ({
        ...lane,
        id: `lane${at}`,
        parent: lane.parent !== null && lane.parent < at ? `lane${lane.parent}` : null,
      })),
      tasks: tasks.map((task, at) => ({
        ...task,
        id: `t${at}`,
        ws: `lane${laneOf(task.lane)}`,
        deps: task.deps
          .filter((dep) => dep < at && laneOf(tasks[dep]?.lane ?? 0) <= laneOf(task.lane))
          .map((dep) => `t${dep}`),
      })),
      settings: { ...DEFAULT_SETTINGS, maxConcurrency, maxTaskAttempts, caps, failFastOnInternalError: false },
      reversed,
      slowLanes,
    };
  });

/** The same, with gates that fail and branches that conflict a few times; fewer tasks. */
export const crashPlans: fc.Arbitrary<RunPlan> = fc
  .tuple(
    runPlans,
    fc.array(fc.option(fc.nat({ max: 2 })), { minLength: 6, maxLength: 6 }),
    fc.array(usually(0, 1, 2), { minLength: 6, maxLength: 6 }),
  )
  .map(([plan, gateFailures, conflicts]) => ({
    ...plan,
    tasks: plan.tasks
      .slice(0, 6)
      .map((task, at) => ({ ...task, gateFailures: gateFailures[at] ?? null, conflicts: conflicts[at] ?? 0 })),
  }));

import type { TaskStatus, WorkstreamStatus } from '../../src/core/lifecycle.ts';
import type { ExpectedRun, LanePlan, RunPlan, TaskPlan } from './run-plan.ts';

/** What a task comes to when it is run: its status and how many attempts that takes. */
function ownEnd(task: TaskPlan, maxAttempts: number): { status: TaskStatus; attempts: number } {
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const result = task.results[attempt - 1] ?? 'internal';
    if (result === 'pr_merged' || result === 'completed') return { status: result, attempts: attempt };
    if (result === 'internal') return { status: 'failed', attempts: attempt };
  }
  return { status: 'failed', attempts: maxAttempts };
}

/** The lanes that a task waits for: of its dependencies elsewhere, and every lane above its own that has tasks. */
export function awaitedLanesOf(plan: RunPlan, task: TaskPlan): Set<string> {
  const laneOf = new Map(plan.tasks.map(({ id, ws }) => [id, ws]));
  const parentOf = new Map(plan.lanes.map(({ id, parent }) => [id, parent]));
  const lanes = new Set(task.deps.map((dep) => laneOf.get(dep) as string));
  for (let lane = parentOf.get(task.ws) ?? null; lane !== null; lane = parentOf.get(lane) ?? null) lanes.add(lane);
  const used = new Set(laneOf.values());
  return new Set([...lanes].filter((lane) => lane !== task.ws && used.has(lane)));
}

/**
 * The end of a run without fail-fast, told lane by lane without any schedule: lanes wait only for lanes before them,
 * so one pass over lanes and, within one, over tasks in topological order decides everything.
 */
export function expectRun(plan: RunPlan): ExpectedRun {
  const tasks: Record<string, TaskStatus> = {};
  const attempts: Record<string, number> = {};
  const lanes: Record<string, readonly WorkstreamStatus[]> = {};
  const merged = new Set<string>();
  const dead = new Set<string>();
  for (const task of plan.tasks) attempts[task.id] = 0;
  for (const lane of plan.lanes) {
    const own = plan.tasks.filter((task) => task.ws === lane.id);
    for (const task of own) {
      tasks[task.id] = fate(plan, task, { tasks, merged, dead });
      if (tasks[task.id] !== 'running') continue;
      if (lane.prepareFails) {
        for (const each of own) tasks[each.id] = 'blocked';
        break;
      }
      const end = ownEnd(task, plan.settings.maxTaskAttempts);
      tasks[task.id] = end.status;
      attempts[task.id] = end.attempts;
    }
    const states = own.map((task) => tasks[task.id] as TaskStatus);
    const ends = laneEnds(lane, own, states, attempts);
    lanes[lane.id] = ends;
    if (ends[0] === 'merged') merged.add(lane.id);
    if (states.some(isDead) || ends[0] === 'failed') dead.add(lane.id);
  }
  return { tasks, attempts, lanes, outcomes: outcomesOf(plan, { tasks, lanes, merged }) };
}

interface Known {
  readonly tasks: Readonly<Record<string, TaskStatus>>;
  readonly merged: ReadonlySet<string>;
  readonly dead: ReadonlySet<string>;
}

const isDead = (status: TaskStatus | undefined) => status === 'failed' || status === 'blocked';
const isGood = (status: TaskStatus | undefined) => status === 'pr_merged' || status === 'completed';

/** `running` when it gets its turn. */
function fate(plan: RunPlan, task: TaskPlan, known: Known): TaskStatus {
  const lanes = [...awaitedLanesOf(plan, task)];
  const near = task.deps.filter((dep) => plan.tasks.some(({ id, ws }) => id === dep && ws === task.ws));
  if (near.some((dep) => isDead(known.tasks[dep])) || lanes.some((lane) => known.dead.has(lane))) return 'blocked';
  const free = near.every((dep) => isGood(known.tasks[dep])) && lanes.every((lane) => known.merged.has(lane));
  return free ? 'running' : 'pending';
}

/** What the lane comes to, first of all; the second is what it is left at when the run ends before a person acts. */
function laneEnds(
  lane: LanePlan,
  own: readonly TaskPlan[],
  states: readonly TaskStatus[],
  attempts: Readonly<Record<string, number>>,
): readonly WorkstreamStatus[] {
  if (own.length === 0) return ['pending'];
  if (!states.every(isGood)) {
    if (states.every((status) => isDead(status) || isGood(status))) return ['failed'];
    return own.some((task) => (attempts[task.id] ?? 0) > 0) ? ['active'] : ['pending'];
  }
  if (lane.open === 'throws') return ['failed'];
  if (lane.open === 'nothing_to_merge') return ['merged'];
  const concerned = own.some((task) => task.concern === 'agent');
  if (lane.autoMerge && !concerned && lane.merge !== 'held') return [lane.merge === 'merged' ? 'merged' : 'failed'];
  const byHand = { never: 'pr_created', merges: 'merged', fails: 'failed' } as const;
  return [byHand[lane.person], 'pr_created'];
}

function outcomesOf(
  plan: RunPlan,
  end: { tasks: Known['tasks']; lanes: ExpectedRun['lanes']; merged: ReadonlySet<string> },
): ExpectedRun['outcomes'] {
  const stuck = plan.tasks.some(
    (task) => end.tasks[task.id] === 'pending' && [...awaitedLanesOf(plan, task)].some((lane) => !end.merged.has(lane)),
  );
  if (stuck) return ['waiting_for_person'];
  if (!Object.values(end.tasks).every(isGood)) return ['completed_with_failures'];
  const states = Object.values(end.lanes);
  if (states.some((ends) => ends.every((status) => status === 'failed'))) return ['completed_with_failures'];
  return states.some((ends) => ends.includes('failed')) ? ['succeeded', 'completed_with_failures'] : ['succeeded'];
}

import { isSuccess } from './lifecycle.ts';
import type { RunState, TaskState, WorkstreamState } from './run-state.ts';

/** What a task waits for before it may be started. */
export interface Waits {
  /** Dependencies in its own lane that have not succeeded. */
  readonly tasks: readonly TaskState[];
  /** Lanes that are not merged: those of its other dependencies, and the one above its own. */
  readonly lanes: readonly WorkstreamState[];
}

/** Reads from the record of a run what its schedule goes by. `inhabited`: lanes that have tasks. */
export function waitsOf(state: RunState, task: TaskState, inhabited = () => inhabitedLanes(state)): Waits {
  const tasks: TaskState[] = [];
  const lanes = new Set<WorkstreamState>();
  for (const id of task.outline.dependencies) {
    const dependency = state.tasks.get(id);
    if (dependency === undefined) continue;
    const { workstream } = dependency.outline;
    if (workstream !== task.outline.workstream) addUnmerged(lanes, state, workstream);
    else if (!isSuccess(dependency.status)) tasks.push(dependency);
  }
  addUnmerged(lanes, state, parentLane(state, task.outline.workstream, inhabited));
  return { tasks, lanes: [...lanes] };
}

function addUnmerged(lanes: Set<WorkstreamState>, state: RunState, id: string | null): void {
  const lane = id === null ? undefined : state.workstreams.get(id);
  if (lane !== undefined && lane.status !== 'merged') lanes.add(lane);
}

/** The nearest lane above that has tasks: one without is never merged. */
function parentLane(state: RunState, id: string, inhabited: () => ReadonlySet<string>): string | null {
  const seen = new Set<string>();
  let parent = state.workstreams.get(id)?.outline.parent ?? null;
  while (parent !== null && !seen.has(parent) && !inhabited().has(parent)) {
    seen.add(parent);
    parent = state.workstreams.get(parent)?.outline.parent ?? null;
  }
  return parent;
}

function inhabitedLanes(state: RunState): ReadonlySet<string> {
  return new Set([...state.tasks.values()].map((task) => task.outline.workstream));
}

/** In the order of the graph file. */
export function tasksOf(state: RunState, lane: string): TaskState[] {
  return [...state.tasks.values()].filter((task) => task.outline.workstream === lane);
}

/** Every unfinished task that cannot start before this one has succeeded, directly or through others. */
export function waitingFor(state: RunState, id: string): string[] {
  return waitingBehind(state)(id);
}

/** The same for many tasks: every task is looked at once, and not once for each that is asked for. */
export function waitingBehind(state: RunState): (id: string) => string[] {
  const behind = behindEach(state);
  return (id) => allBehind(state, behind, id);
}

type Behind = ReturnType<typeof behindEach>;

function allBehind(state: RunState, behind: Behind, id: string): string[] {
  const found = new Set<string>([id]);
  const lanes = new Set<string>();
  const queue = [id];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    const lane = laneOf(state, at);
    const behindLane = lanes.has(lane) ? [] : (behind.lanes.get(lane) ?? []);
    lanes.add(lane);
    for (const next of [...(behind.tasks.get(at) ?? []), ...behindLane]) {
      if (found.has(next)) continue;
      found.add(next);
      queue.push(next);
    }
  }
  found.delete(id);
  return isSuccess(state.tasks.get(id)?.status ?? 'pending') ? [] : [...found];
}

function laneOf(state: RunState, id: string): string {
  return state.tasks.get(id)?.outline.workstream ?? '';
}

/** Unfinished tasks by the task, and by the lane, that they wait for. */
function behindEach(state: RunState): Readonly<Record<'tasks' | 'lanes', ReadonlyMap<string, string[]>>> {
  const behind = { tasks: new Map<string, string[]>(), lanes: new Map<string, string[]>() };
  const add = (map: Map<string, string[]>, key: string, id: string) => {
    const known = map.get(key);
    if (known === undefined) map.set(key, [id]);
    else known.push(id);
  };
  const lanes = inhabitedLanes(state);
  const inhabited = () => lanes;
  for (const task of state.tasks.values()) {
    if (isSuccess(task.status)) continue;
    const waits = waitsOf(state, task, inhabited);
    for (const { outline } of waits.tasks) add(behind.tasks, outline.id, task.outline.id);
    for (const { outline } of waits.lanes) add(behind.lanes, outline.id, task.outline.id);
  }
  return behind;
}

import type { BlockRoot } from './events.ts';
import type { Graph, GraphTask, Settings } from './graph/graph.ts';
import { isSuccess } from './lifecycle.ts';
import { changedGraph } from './retry-change.ts';
import type { RunState } from './run-state.ts';
import { Schedule } from './schedule.ts';

/** Tasks that can never run, and why. */
export interface Doomed {
  readonly tasks: readonly GraphTask[];
  readonly root: BlockRoot;
}

/** The schedule that a log tells of. `holding` have their places; `resting` are those of them without a slot. */
export function scheduleFromLog(
  graph: Graph,
  settings: Settings,
  state: RunState,
  { holding, resting }: { readonly holding: ReadonlySet<string>; readonly resting: ReadonlySet<string> },
): { schedule: Schedule; doomed: Doomed[] } {
  const schedule = new Schedule(changedGraph(graph, state), settings, holding, resting);
  const doomed: Doomed[] = [];
  for (const { outline, status } of state.workstreams.values()) {
    if (status === 'merged') schedule.mergeLane(outline.id);
  }
  for (const task of graph.tasks) {
    const status = state.tasks.get(task.id)?.status;
    if (status === undefined || holding.has(task.id)) continue;
    if (isSuccess(status)) schedule.succeed(task);
    else if (status === 'failed' || status === 'cancelled') {
      doomed.push({ tasks: schedule.fail(task), root: { task: task.id } });
    }
  }
  for (const { outline, failure } of state.workstreams.values()) {
    const { id } = outline;
    if (failure !== null && 'workstream' in failure.root && failure.root.workstream === id) {
      doomed.push({ tasks: schedule.failLane(id), root: { workstream: id } });
    }
  }
  return { schedule, doomed };
}

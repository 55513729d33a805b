import type { StopReason } from './events.ts';
import { isSuccess, type RunOutcome } from './lifecycle.ts';
import type { RunState } from './run-state.ts';

/** How a run in which nothing moves any more has ended; `awaited` are lanes that a person must merge first. */
export function outcomeOf(state: RunState, stopping: StopReason | null, awaited: readonly string[]): RunOutcome {
  if (stopping === 'cancelled') return 'cancelled';
  if (stopping === 'internal_error') return 'fatal_internal_error';
  if (awaited.length > 0) return 'waiting_for_person';
  const tasks = [...state.tasks.values()];
  const lanes = [...state.workstreams.values()];
  const failed = tasks.some((task) => !isSuccess(task.status)) || lanes.some((lane) => lane.status === 'failed');
  return failed ? 'completed_with_failures' : 'succeeded';
}

/** Tasks whose failure others were blocked for, or that failed their lane: an earlier owner has given them up. */
export function givenUpTasks(state: RunState): Set<string> {
  const roots = [
    ...[...state.tasks.values()].map((task) => task.blockedBy),
    ...[...state.workstreams.values()].map((lane) => lane.failure?.root ?? null),
  ];
  return new Set(roots.flatMap((root) => (root !== null && 'task' in root ? [root.task] : [])));
}

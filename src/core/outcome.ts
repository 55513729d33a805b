import type { StopReason } from './events.ts';
import { isSuccess, type RunOutcome } from './lifecycle.ts';
import type { RunState } from './run-state.ts';

/** How a run in which nothing moves any more has ended; `awaited` are lanes that a person must merge first. */
export function outcomeOf(state: RunState, stopping: StopReason | null, awaited: readonly string[]): RunOutcome {
  if (stopping === 'cancelled') return 'cancelled';
  if (stopping === 'internal_error') return 'fatal_internal_error';
  // What a person would start now may not be started any more.
  if (awaited.length > 0 || (stopping !== 'budget' && isPausedBefore(state))) return 'waiting_for_person';
  const tasks = [...state.tasks.values()];
  const lanes = [...state.workstreams.values()];
  const failed = tasks.some((task) => !isSuccess(task.status)) || lanes.some((lane) => lane.status === 'failed');
  return failed ? 'completed_with_failures' : 'succeeded';
}

/** A person has paused the run, and something could be started if he had not. */
export function isPausedBefore(state: RunState): boolean {
  return state.paused && [...state.tasks.values()].some((task) => task.status === 'pending');
}

/** A lane that is finished may be merged: also when the budget is used up, for that takes no more of it. */
export function mayMerge(stopping: StopReason | null): boolean {
  return stopping === null || stopping === 'budget';
}

import { BUDGET_EXCEEDED, RUN_BUDGET_EXCEEDED } from './budget.ts';
import type { Settings } from './graph/graph.ts';
import { isPlaceFailure, PLACE_FAILURES } from './place-failure.ts';
import { type AttemptState, attemptsThatCount, type TaskState } from './run-state.ts';
import { isStorageFailure } from './storage-failure.ts';

const BURNS_NONE: ReadonlySet<string> = new Set([...PLACE_FAILURES, RUN_BUDGET_EXCEEDED]);

type Limits = Pick<Settings, 'maxTaskAttempts'>;

/** A place that is lost again and again is somebody's failure after all. */
const MAX_PLACES_LOST = 5;

/**
 * A failed task has no attempts left, has met a defect, which a person must look at, or has used up its budget. An attempt
 * that was called off has not failed. A lost place burns none, and neither do a disk that takes nothing and the budget of
 * the run, which stop the run.
 */
export function isGivenUp(task: TaskState, settings: Limits): boolean {
  const { failure = null } = attemptsThatCount(task).at(-1) ?? {};
  if (failure?.failureClass === 'internal_error' || failure?.code === BUDGET_EXCEEDED) return true;
  const lost = attemptsThatCount(task).filter(hasLostItsPlace).length;
  return attemptsLeft(task, settings) <= 0 || lost > MAX_PLACES_LOST + task.granted;
}

/** The number of the last attempt that there may be, as things stand. */
export function lastAttempt(task: TaskState, settings: Limits): number {
  return task.attempts.length + attemptsLeft(task, settings);
}

/** Of those of the settings, and those that a person has granted. */
function attemptsLeft(task: TaskState, settings: Limits): number {
  return settings.maxTaskAttempts + task.granted - attemptsThatCount(task).filter(isBurnt).length;
}

function isBurnt({ status, failure }: AttemptState): boolean {
  const code = failure?.code ?? '';
  return status === 'failed' && !BURNS_NONE.has(code) && !isStorageFailure(code);
}

function hasLostItsPlace({ failure }: AttemptState): boolean {
  return isPlaceFailure(failure?.code ?? '');
}

import type { Settings } from './graph/graph.ts';
import { type AttemptState, attemptsThatCount, type TaskState } from './run-state.ts';
import { isStorageFailure } from './storage-failure.ts';

/** The code of an attempt whose place is gone, such as a tmux server that died: nobody's failure. */
export const PLACE_LOST = 'place_lost';

type Limits = Pick<Settings, 'maxTaskAttempts'>;

/** A place that is lost again and again is somebody's failure after all. */
const MAX_PLACES_LOST = 5;

/**
 * A failed task has no attempts left, or has met a defect, which a person must look at. An attempt that was called off
 * has not failed. A lost place burns none, and neither does a disk that takes nothing, which stops the run.
 */
export function isGivenUp(task: TaskState, settings: Limits): boolean {
  if (attemptsThatCount(task).at(-1)?.failure?.failureClass === 'internal_error') return true;
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
  return status === 'failed' && code !== PLACE_LOST && !isStorageFailure(code);
}

function hasLostItsPlace({ failure }: AttemptState): boolean {
  return failure?.code === PLACE_LOST;
}

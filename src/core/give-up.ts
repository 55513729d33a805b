import type { Settings } from './graph/graph.ts';
import { type AttemptState, currentAttempt, type TaskState } from './run-state.ts';

/** The code of an attempt whose place is gone, such as a tmux server that died: nobody's failure. */
export const PLACE_LOST = 'place_lost';

/** A place that is lost again and again is somebody's failure after all. */
const MAX_PLACES_LOST = 5;

/** How many attempts of the task may fail: those of the settings, and those that a person has granted. */
export function allowedAttempts(task: TaskState, settings: Settings): number {
  return settings.maxTaskAttempts + task.granted;
}

/**
 * A failed task has no attempts left, or has met a defect, which a person must look at. An attempt that was called off
 * has not failed, and a lost place burns none.
 */
export function isGivenUp(task: TaskState, settings: Settings): boolean {
  if (currentAttempt(task)?.failure?.failureClass === 'internal_error') return true;
  const failed = task.attempts.filter(({ status }) => status === 'failed');
  const lost = failed.filter(hasLostItsPlace).length;
  return failed.length - lost >= allowedAttempts(task, settings) || lost > MAX_PLACES_LOST + task.granted;
}

function hasLostItsPlace({ failure }: AttemptState): boolean {
  return failure?.code === PLACE_LOST;
}

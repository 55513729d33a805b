import { UserError } from './errors.ts';
import { nearest } from './graph/problem.ts';
import type { RunState, TaskState } from './run-state.ts';

/** Enough of the others to see what they are called. */
const SHOWN_IDS = 20;

/** What to say of a task that the run does not have. */
export function unknownTask(state: RunState, task: string): { readonly message: string; readonly hint: string } {
  const ids = [...state.tasks.keys()];
  const near = nearest(task, ids);
  const more = ids.length > SHOWN_IDS ? ', …' : '';
  const hint = near === null ? `there are: ${ids.slice(0, SHOWN_IDS).join(', ')}${more}` : `did you mean ${near}?`;
  return { message: `run ${state.run} of ${state.graph} has no task ${task}`, hint };
}

/** A task that a person has named. Throws `UserError`. */
export function requireTask(state: RunState, task: string): TaskState {
  const known = state.tasks.get(task);
  if (known !== undefined) return known;
  const { message, hint } = unknownTask(state, task);
  throw new UserError(message, { hint });
}

import { isActive, isTerminal } from './lifecycle.ts';
import { RequestRefused } from './request-refused.ts';
import { type AttemptState, currentAttempt, type TaskState } from './run-state.ts';

/** The attempt whose teardown can be undone. Throws `RequestRefused`. */
export function requireTornDown(task: TaskState): AttemptState {
  const { id } = task.outline;
  const attempt = currentAttempt(task);
  if (attempt === null) throw new RequestRefused('never_started', `task ${id} has not been started`);
  if (isActive(task.status)) throw new RequestRefused('task_running', `task ${id} has been started again`);
  if (!isTerminal(task.status)) {
    const hint = task.status === 'pending' ? `agentrelay cancel ${id} prevents that` : null;
    throw new RequestRefused('task_pending', `task ${id} is to be started again`, hint);
  }
  if (attempt.status === 'pr_merged') {
    throw new RequestRefused('task_merged', `task ${id} is merged: its teardown took nothing away that is not there`);
  }
  if (!attempt.tornDown) throw new RequestRefused('not_torn_down', `task ${id} is not torn down`);
  return attempt;
}

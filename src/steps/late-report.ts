import { PreconditionError } from '../core/errors.ts';
import type { AttemptReport, TaskRuntime } from '../core/task-runtime.ts';

/** Where the task is at its next attempt already, and the agent of this one was left alive until just now: nothing. */
export function reportLate(runtime: TaskRuntime, fact: AttemptReport): void {
  try {
    runtime.report(fact);
  } catch (error) {
    if (!(error instanceof PreconditionError && error.code === 'wrong_attempt')) throw error;
  }
}

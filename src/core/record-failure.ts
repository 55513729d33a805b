import { classifyFailure, describeError, isStepError, PreconditionError } from './errors.ts';
import { JournalError } from './event-log.ts';
import { STORAGE_HINTS, storageFailureOf } from './storage-failure.ts';
import type { AbortCause, TaskRuntime } from './task-runtime.ts';

/** How what a step threw ends its attempt, where it does. Throws what can be recorded by nobody here. */
export function recordFailure(runtime: TaskRuntime, error: unknown): void {
  // The end of the attempt could not be told: there is no other end to record.
  if (runtime.isOver || error instanceof JournalError) throw error;
  if (runtime.signal.aborted) {
    const cause = runtime.signal.reason as AbortCause;
    if (cause === 'detach') return;
    if (typeof cause === 'object') return runtime.fail({ ...cause, failureClass: 'expected_task_failure' });
    return runtime.cancel(cause === 'call_off' ? 'person' : 'run');
  }
  const storage = storageFailureOf(error);
  if (storage !== null) {
    const said = `${describeError(error)}; ${STORAGE_HINTS[storage]}`;
    runtime.fail({ code: storage, error: said, failureClass: 'expected_task_failure' });
    return;
  }
  runtime.fail({
    code: isStepError(error) || error instanceof PreconditionError ? error.code : 'internal_error',
    error: describeError(error),
    failureClass: classifyFailure(error),
  });
}

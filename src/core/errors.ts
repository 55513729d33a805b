/** A mistake of the person at the keyboard: said as it is, with what to do next, exit code 2. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly hint: string | null;
  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.hint = options.hint ?? null;
  }
}

/** Which boundary of the lifecycle an error came from. */
export type Boundary = 'workspace' | 'signal' | 'pull_request' | 'agent_launch';

/** `expected_task_failure`: a retry may help. `internal_error`: something that should not happen did. */
export type IntegrationFailureClass = 'expected_task_failure' | 'internal_error';

/** What a step throws when its part of the world says no. `code` is stable; the words are not. */
export abstract class StepError extends Error {
  abstract readonly boundary: Boundary;
  readonly code: string;
  readonly failureClass: IntegrationFailureClass;
  constructor(
    code: string,
    message: string,
    options: { cause?: unknown; failureClass?: IntegrationFailureClass } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.failureClass = options.failureClass ?? 'expected_task_failure';
  }
}

/** Also for those of another copy of this package, such as the one that a config module imports. */
export function isStepError(error: unknown): error is StepError {
  return (
    error instanceof StepError ||
    (error instanceof Error && 'boundary' in error && 'failureClass' in error && 'code' in error)
  );
}

export class WorkspaceError extends StepError {
  override readonly name = 'WorkspaceError';
  readonly boundary = 'workspace';
}

export class SignalError extends StepError {
  override readonly name = 'SignalError';
  readonly boundary = 'signal';
}

export class PullRequestError extends StepError {
  override readonly name = 'PullRequestError';
  readonly boundary = 'pull_request';
}

export class AgentLaunchError extends StepError {
  override readonly name = 'AgentLaunchError';
  readonly boundary = 'agent_launch';
}

/** A rule of the core was broken by its caller: `not_pending`, `illegal_transition`, `unregistered_step`. */
export class PreconditionError extends Error {
  override readonly name = 'PreconditionError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a thrown value means for the run: typed step errors carry their class, the rest is a bug. */
export function classifyFailure(error: unknown): IntegrationFailureClass {
  return isStepError(error) ? error.failureClass : 'internal_error';
}

/** `"<ErrorName>: <message>"`, the form in which a task records what a step threw. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : `Error: ${String(error)}`;
}

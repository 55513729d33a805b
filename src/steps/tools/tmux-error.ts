/**
 * `command_failed`: tmux refused a command. `timed_out`: no answer in time. `disconnected`: the server, the session or
 * our client is gone. `cannot_start`: tmux is not there, or made no session.
 */
export type TmuxErrorCode = 'command_failed' | 'timed_out' | 'disconnected' | 'cannot_start';

export class TmuxError extends Error {
  override readonly name = 'TmuxError';
  readonly code: TmuxErrorCode;
  /** Of a sequence that failed: what the commands before the failed one answered. */
  readonly replies: readonly (readonly string[])[];
  constructor(
    code: TmuxErrorCode,
    message: string,
    options: { cause?: unknown; replies?: readonly (readonly string[])[] } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.replies = options.replies ?? [];
  }
}

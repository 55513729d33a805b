import { mask } from './mask.ts';

/**
 * What a failure of gh means for whoever asked. Only `transient` and the limits may be repeated as they are, and
 * `outcome_unknown` only after a look at what is there now.
 */
export type FailureClass =
  /** Saying it again changes nothing. */
  | 'permanent'
  /** The token is refused, or there is none. */
  | 'unauthenticated'
  /** It never got there. */
  | 'transient'
  /** It may have been done: the answer was lost. */
  | 'outcome_unknown'
  /** The hour's budget is spent. */
  | 'primary_limit'
  /** Too much at once. */
  | 'secondary_limit'
  /** What is asked for exists already: a pull request of this branch, a merge. */
  | 'already_done'
  /** The pull request is not what was read any more: it is read and judged anew. */
  | 'stale'
  /** Git cannot merge it, or GitHub does not know yet. */
  | 'not_mergeable'
  /** The rules of the target branch do not let it in. */
  | 'protected'
  | 'draft'
  /** gh is not there. */
  | 'not_installed';

/** What gh was told that did not work. No token gets into its message. */
export class GhError extends Error {
  override readonly name = 'GhError';
  readonly failure: FailureClass;
  /** HTTP status; null where there was no answer, or gh did not say. */
  readonly status: number | null;
  /** Milliseconds that the API asks to wait; null where it does not say. */
  readonly retryAfter: number | null;
  constructor(
    failure: FailureClass,
    message: string,
    options: { status?: number | null; retryAfter?: number | null; cause?: unknown } = {},
  ) {
    super(mask(message), { cause: options.cause });
    this.failure = failure;
    this.status = options.status ?? null;
    this.retryAfter = options.retryAfter ?? null;
  }
}

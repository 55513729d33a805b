import { PullRequestError } from '../../core/errors.ts';
import { GhError } from '../github/gh-error.ts';
import type { WatchTimeout } from '../github/pull-request-watch.ts';

/** A failure of gh as a step tells it; anything else stays what it is. */
export function asPullRequestError(error: unknown, what: string): unknown {
  if (!(error instanceof GhError)) return error;
  const next = NEXT[error.failure];
  const words = `${what}: ${error.message}${next === undefined ? '' : `; ${next}`}`;
  return new PullRequestError(`gh_${error.failure}`, words, { cause: error });
}

/** What a person does first, where GitHub's words do not tell. */
const NEXT: Readonly<Partial<Record<GhError['failure'], string>>> = {
  unauthenticated: 'gh auth login, then agentrelay check tells whether it is well again',
  not_installed: 'agentrelay check tells how to install it',
};

/** GitHub did not come to an end with its checks, or with the question whether it merges, in time. */
export function tooLate(prUrl: string, { message, last, trouble }: WatchTimeout): PullRequestError {
  if (trouble !== null) {
    const words = `pull request ${prUrl} could not be read at last: ${message}; ${trouble.message}`;
    return new PullRequestError(`gh_${trouble.failure}`, words, { cause: trouble });
  }
  const pending = (last?.checks ?? []).filter(({ outcome }) => outcome === 'pending').map(({ name }) => name);
  if (last?.mergeable === 'UNKNOWN') {
    return new PullRequestError('mergeable_unknown', `GitHub does not say whether ${prUrl} merges: ${message}`);
  }
  const names = pending.length === 0 ? 'a required check was never reported' : `still running: ${pending.join(', ')}`;
  return new PullRequestError('checks_timeout', `the checks of ${prUrl} took too long (${names}): ${message}`);
}

/** GitHub has taken the wish to bring it up to date, and its head has not moved. */
export function notUpdated(prUrl: string, { message }: WatchTimeout): PullRequestError {
  return new PullRequestError('update_timeout', `GitHub did not bring ${prUrl} up to date: ${message}`);
}

/** There is nothing new in its base: it was brought up to date already. */
export function isUpToDate(error: unknown): error is GhError {
  return error instanceof GhError && error.failure === 'already_done';
}

import type { FailureClass, GhError } from '../../steps/github/gh-error.ts';
import { Refusal } from '../refusal.ts';
import { wordsOf } from './remote.ts';

/** What an agent can do about a failure of gh: try the same again, or have a person look. */
const AGAIN: ReadonlySet<FailureClass> = new Set([
  'transient',
  'outcome_unknown',
  'primary_limit',
  'secondary_limit',
  'already_done',
  'stale',
]);

/** GitHub's status for a request that makes no sense to it. */
const UNPROCESSABLE = 422;

export function refusalOf(error: GhError, branch: string): Refusal {
  const what = `nothing was signalled: '${branch}' is pushed, but its pull request is not there`;
  const words = wordsOf(error.message);
  if (AGAIN.has(error.failure)) {
    return new Refusal(1, `${what}:\n${words}\nRun agentrelay-complete again in a minute; it goes on from here.`);
  }
  if (error.status === UNPROCESSABLE) {
    return new Refusal(
      1,
      `${what}:\n${words}\nRun agentrelay-complete once more: what was just pushed may not be known everywhere yet. If ` +
        'it says the same again, run agentrelay-failed with this message.',
    );
  }
  return new Refusal(
    2,
    `${what}:\n${words}\nThat is for a person to mend: run agentrelay-failed with this message. Do not open the pull ` +
      'request in another way.',
  );
}

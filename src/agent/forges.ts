import { join } from 'node:path';
import { localPullRequest } from '../core/names.ts';
import { readIfThere, writeFileAtomic } from '../steps/tools/atomic-file.ts';
import type { Attempt } from './attempt.ts';
import { Refusal } from './refusal.ts';
import { cleanText, foldLines } from './text.ts';

/** What is offered for merging. */
export interface Proposal {
  readonly attempt: Attempt;
  readonly commit: string;
  readonly commitsAhead: number;
  readonly title: string | null;
  readonly body: string | null;
}

/** Offers the branch for merging and resolves to the payload of `.done`; can be run again after a crash. */
export type Propose = (proposal: Proposal) => Promise<string> | string;

/** One entry a forge, by the name that `policies.json` gives. */
const FORGES: Readonly<Record<string, Propose>> = {
  local: proposeLocally,
  owner: leaveToOwner,
  // Loaded only here: whoever has no GitHub does not wait for it.
  gh: async (proposal) => await (await import('./github/propose.ts')).proposeOnGitHub(proposal),
};

/** Throws `Refusal` (2) for a forge that this version does not have. */
export function forgeNamed(name: string): Propose {
  const propose = Object.hasOwn(FORGES, name) ? FORGES[name] : undefined;
  if (propose !== undefined) return propose;
  throw new Refusal(
    2,
    `the forge '${name}' comes with a later version of agentrelay; this one has: ${Object.keys(FORGES).join(', ')}. ` +
      'Nothing was signalled. Run agentrelay-failed with this message: the graph must be run with --forge local.',
  );
}

/** Where nothing is pushed and no pull request holds a title and a body, they become the summary, if there is none. */
function proposeLocally({ attempt, commit, title, body }: Proposal): string {
  const path = join(attempt.signalDir, 'summary.md');
  const parts = [title === null ? '' : `# ${foldLines(title)}`, body === null ? '' : cleanText(body)];
  const text = parts.filter((part) => part !== '').join('\n\n');
  if (text !== '' && readIfThere(path) === null) writeFileAtomic(path, `${text}\n`);
  return localPullRequest(attempt.branch, commit);
}

/** Beside the signals: what the owner, on another machine, opens the pull request with. */
export const PROPOSAL_FILE = 'proposal.json';

/** On a machine that knows nothing of the forge: its owner pushes the branch and opens the pull request. */
function leaveToOwner({ attempt, commit, title, body }: Proposal): string {
  writeFileAtomic(join(attempt.signalDir, PROPOSAL_FILE), `${JSON.stringify({ title, body })}\n`, { mode: 0o600 });
  return localPullRequest(attempt.branch, commit);
}

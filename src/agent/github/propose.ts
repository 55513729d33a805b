import { join } from 'node:path';
import { Gh } from '../../steps/github/gh.ts';
import { GhError } from '../../steps/github/gh-error.ts';
import { isSameRepository, pullRequestOf, repositoryPath } from '../../steps/github/repository.ts';
import { readIfThere, writeFileAtomic } from '../../steps/tools/atomic-file.ts';
import { REAL_CLOCK } from '../../steps/tools/clock.ts';
import type { Proposal } from '../forges.ts';
import { Refusal } from '../refusal.ts';
import { alreadySignalled, awaitingSignal } from '../signal.ts';
import { cleanText } from '../text.ts';
import { refusalOf } from './failures.ts';
import { offerPullRequest } from './offer.ts';
import { type GitHubPolicy, readGitHubPolicy } from './policy.ts';
import { type PullRequestText, pullRequestText, SUBJECTS_SHOWN } from './pull-request-text.ts';
import { pushBranch } from './push.ts';
import { lastPush } from './push-notes.ts';
import { RemoteCommands } from './remote.ts';

/** Pushes the branch, opens or adopts its pull request, and resolves to the URL of that. */
export async function proposeOnGitHub(proposal: Proposal): Promise<string> {
  const { attempt, commit } = proposal;
  const before = awaitingSignal(attempt);
  if (before !== null) {
    // A push now would move what was handed over.
    if (before.outcome !== 'done' || lastPush(attempt) !== commit) throw alreadySignalled(attempt, before);
    return before.payload;
  }
  const policy = readGitHubPolicy(attempt);
  const git = new RemoteCommands({ remote: policy.remote, cwd: process.cwd(), clock: REAL_CLOCK });
  const [text, { isNew }] = await Promise.all([textOf(proposal, policy, git), pushBranch(attempt, commit, git)]);
  const url = await pullRequestUrl(proposal, policy, { text, mayExist: !isNew });
  keepSummary(proposal);
  return url;
}

async function textOf(
  { attempt, commit, commitsAhead, title, body }: Proposal,
  { graph, title: usual }: GitHubPolicy,
  git: RemoteCommands,
): Promise<PullRequestText> {
  const range = `refs/heads/${attempt.integrationBranch}..${commit}`;
  const log = ['log', '--no-show-signature', '--no-color', '-z', '--format=%s', `--max-count=${SUBJECTS_SHOWN}`];
  const { stdout } = await git.look(...log, range, '--');
  const subjects = stdout.split('\0').filter((subject) => subject !== '');
  return pullRequestText({
    titles: [title, usual],
    bodies: [body, readIfThere(join(attempt.signalDir, 'summary.md'))],
    subjects: subjects.toReversed(),
    commits: commitsAhead,
    graph,
    task: attempt.task,
    attempt: attempt.attempt,
  });
}

async function pullRequestUrl(
  { attempt }: Proposal,
  { repository, cache, base }: GitHubPolicy,
  { text, mayExist }: { text: PullRequestText; mayExist: boolean },
): Promise<string> {
  const gh = new Gh({ repository, cacheFolder: cache });
  const offer = { ...text, repository, head: attempt.branch, base };
  const options = { gh, clock: REAL_CLOCK, onLimited: sayLimited };
  const { url } = await offerPullRequest(offer, mayExist, options).catch((error: unknown) => {
    throw error instanceof GhError ? refusalOf(error, attempt.branch) : error;
  });
  const place = pullRequestOf(url);
  if (place !== null && isSameRepository(place, repository)) return url;
  throw new Refusal(
    2,
    `nothing was signalled: the pull request is ${cleanText(url) || 'without an address'}, and not one of ` +
      `${repositoryPath(repository)}, to which this run belongs. Run agentrelay-failed with this message.`,
  );
}

/** Tasks that build on this one read the summary, not the pull request. */
function keepSummary({ attempt, body }: Proposal): void {
  const path = join(attempt.signalDir, 'summary.md');
  const text = cleanText(body ?? '');
  if (text !== '' && readIfThere(path) === null) writeFileAtomic(path, `${text}\n`);
}

/** Said at once: an agent that hears nothing for minutes takes the command for stuck. */
function sayLimited(_kind: 'primary' | 'secondary', until: number): void {
  const time = new Date(until).toISOString();
  process.stderr.write(`agentrelay-complete: GitHub limits requests; going on at ${time}. Let this command run.\n`);
}

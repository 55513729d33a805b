import { NO_PR } from '../core/names.ts';
import { readAttempt, readForge } from './attempt.ts';
import { inspectBranch } from './branch.ts';
import { forgeNamed } from './forges.ts';
import { Refusal } from './refusal.ts';
import { writeSignal } from './signal.ts';
import { foldLines } from './text.ts';

const WAIT = 'End your turn now; if more is wanted, you get a new prompt in this session.';

export async function complete(flags: { title?: string; body?: string }): Promise<string> {
  const attempt = readAttempt();
  const propose = forgeNamed(readForge(attempt));
  const { commit, commitsAhead } = inspectBranch(attempt);
  if (commitsAhead === 0) {
    throw new Refusal(
      1,
      `nothing was signalled: '${attempt.branch}' has no commit that ${attempt.integrationBranch} lacks. Commit your ` +
        'work first; if the task is done and there is nothing to merge, run agentrelay-complete-no-pr.',
    );
  }
  const payload = await propose({
    attempt,
    commit,
    commitsAhead,
    title: flags.title ?? null,
    body: flags.body ?? null,
  });
  const commits = commitsAhead === 1 ? 'commit' : 'commits';
  const address = payload.startsWith('https://') ? `, as ${payload},` : '';
  const work = `${commitsAhead} ${commits} of ${attempt.branch} at ${commit.slice(0, 12)}${address}`;
  return writeSignal(attempt, { outcome: 'done', payload })
    ? `done: ${work} handed over. ${WAIT}`
    : `${work} had been handed over already. ${WAIT}`;
}

export function completeWithoutPullRequest(): string {
  const attempt = readAttempt();
  const { commitsAhead } = inspectBranch(attempt);
  if (commitsAhead > 0) {
    throw new Refusal(
      1,
      `nothing was signalled: '${attempt.branch}' has ${commitsAhead} ${commitsAhead === 1 ? 'commit' : 'commits'} ` +
        `that ${attempt.integrationBranch} lacks, and this command says that there is nothing to merge. Run ` +
        'agentrelay-complete to have them merged.',
    );
  }
  return writeSignal(attempt, { outcome: 'done', payload: NO_PR })
    ? `done, with nothing to merge. ${WAIT}`
    : `that had been signalled already. ${WAIT}`;
}

export function fail(flags: { reason?: string }): string {
  const attempt = readAttempt();
  return writeSignal(attempt, { outcome: 'failed', payload: foldLines(flags.reason ?? '') })
    ? 'failed, and the reason was passed on. End your turn now.'
    : 'the failure had been signalled already, with its first reason. End your turn now.';
}

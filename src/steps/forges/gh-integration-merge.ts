import { PullRequestError } from '../../core/errors.ts';
import { isNewProof, type Proof, type ProofsSoFar } from '../../core/proofs.ts';
import type { RunState } from '../../core/run-state.ts';
import type { IntegrationMerge, WorkstreamRuntime } from '../../core/workstream.ts';
import type { PullRequestSnapshot } from '../github/pull-request.ts';
import { WatchTimeout } from '../github/pull-request-watch.ts';
import { pullRequestOf } from '../github/repository.ts';
import { mergedTree } from '../local-merge.ts';
import { foreignCommits } from './foreign-commits.ts';
import { asPullRequestError, isUpToDate, notUpdated, tooLate } from './gh-failure.ts';
import type { GhTools } from './gh-tools.ts';
import { judge, settled, type Verdict } from './gh-verdict.ts';

/** Milliseconds that the required checks of an integration pull request may take. */
const CHECKS_LIMIT = 60 * 60_000;
const UPDATE_LIMIT = 2 * 60_000;
const MAX_TRIES = 10;
/** Milliseconds after which GitHub may have seen that a branch has moved. */
const MOVE_PAUSE = 2_000;

type Held = Extract<IntegrationMerge, { kind: 'held' }>;

/** What keeps it from being merged, by the code of the proof's error: a person's matter, and no failure of the lane. */
const HOLDS: Readonly<Record<string, Held['reason']>> = {
  pr_draft: 'draft',
  pr_protected: 'protected',
  checks_timeout: 'checks',
  mergeable_unknown: 'checks',
};

type Seen = Verdict | Held;

/** Merges a lane's pull request in its turn, after the same proofs as a task's; or says what a person must do. */
export async function mergeIntegration(
  options: GhTools,
  lane: WorkstreamRuntime,
  pr: string,
  run: RunState,
): Promise<IntegrationMerge> {
  const { branches, queue } = options;
  const { signal } = lane;
  const { id, mergeTargetBranch: into } = lane.workstream;
  const look = looker(options, lane, pr);
  // Checks are waited for before its turn, so that nobody waits for them in line.
  const refusals: string[] = [];
  let before: { commit: string; seen: Seen } | null = await look(await branches.follow(headOf(lane), signal));
  const turn = await queue.enter(into, { workstream: id }, signal);
  try {
    if (turn.waited) before = null;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { commit, seen } = before ?? (await look(await branches.follow(headOf(lane), signal)));
      before = null;
      const end = await follow(options, lane, { pr, commit, seen, refusals, run });
      if (end !== null) return end;
    }
  } finally {
    turn.leave();
  }
  const why = refusals.at(-1) ?? 'GitHub did not say why';
  throw new PullRequestError('merge_refused', `pull request ${pr} was not merged in ${MAX_TRIES} tries: ${why}`);
}

/** Null where it is to be looked at again. */
async function follow(
  { branches, pullRequests, watch, git, method, clock }: GhTools,
  lane: WorkstreamRuntime,
  { pr, commit, seen, refusals, run }: { pr: string; commit: string; seen: Seen; refusals: string[]; run: RunState },
): Promise<IntegrationMerge | null> {
  const { workstream, signal } = lane;
  const { id, baseBranch, mergeTargetBranch: into } = workstream;
  const number = pullRequestOf(pr)?.number ?? 0;
  switch (seen.kind) {
    case 'held':
      return seen;
    case 'merged': {
      const [merged] = await Promise.all([watch.read(number, signal), branches.tip(into, signal)]);
      return { kind: 'merged', commit: merged?.mergeCommit ?? commit };
    }
    case 'checks_failed': {
      const details = seen.checks.map(({ name, url }) => (url === null ? name : `${name} ${url}`));
      return { kind: 'held', reason: 'checks', details };
    }
    case 'conflict': {
      const files = await mergedTree(git, (await branches.tip(into, signal)) ?? '', commit);
      if (Array.isArray(files)) return { kind: 'held', reason: 'conflict', details: files };
      // GitHub has not seen yet where the target is.
      await clock.sleep(MOVE_PAUSE, signal);
      return null;
    }
    case 'moved':
      // Somebody has pushed to the lane, or GitHub does not show yet what is there: both are looked at anew.
      await clock.sleep(MOVE_PAUSE, signal);
      return null;
    case 'behind': {
      const isUpdated = await pullRequests.update(number, commit, signal).catch((error: unknown) => {
        if (isUpToDate(error)) return false;
        throw error;
      });
      if (!isUpdated) {
        // GitHub says of it what was so before: that it is behind, or merges.
        await clock.sleep(MOVE_PAUSE, signal);
        return null;
      }
      const moved = (now: { headRefOid: string } | null) => (now?.headRefOid === commit ? null : true);
      await watch.until(number, moved, { pace: 'prompt', limit: UPDATE_LIMIT, signal }).catch((error: unknown) => {
        throw error instanceof WatchTimeout ? notUpdated(pr, error) : error;
      });
      return null;
    }
    case 'ready': {
      const bases = await Promise.all([...new Set([baseBranch, into])].map((name) => branches.tip(name, signal)));
      const details = await foreignCommits(git, run, lane, { tip: commit, bases });
      if (details.length > 0) return { kind: 'held', reason: 'foreign_commits', details };
      const words = { subject: `Merge workstream ${id} into ${into} (#${number})`, body: pr };
      const answer = await pullRequests.merge({ number, commit, method, ...words }, signal);
      if (answer === 'merged') return null;
      refusals.push(answer.refused.message);
      await clock.sleep(MOVE_PAUSE, signal);
      return null;
    }
  }
}

function headOf({ state }: WorkstreamRuntime): string {
  return state.integrationBranch ?? '';
}

/** Waits until GitHub knows whether it can be merged at `commit`; tells each proof when it changes. */
function looker({ repository, watch }: GhTools, lane: WorkstreamRuntime, prUrl: string) {
  let known: ProofsSoFar = {};
  const onProof = (proof: Proof) => {
    if (!isNewProof(known, proof)) return;
    known = { ...known, [proof.proof]: proof };
    lane.proved?.(prUrl, proof);
  };
  const [head, base] = [lane.state.integrationBranch ?? '', lane.workstream.mergeTargetBranch];
  return async (commit: string): Promise<{ commit: string; seen: Seen }> => {
    const judging = { target: { repository, head, commit, base }, prUrl, onProof };
    const options = { pace: 'brisk', limit: CHECKS_LIMIT, signal: lane.signal } as const;
    let last: PullRequestSnapshot | null = null;
    const accept = (pr: PullRequestSnapshot | null) => {
      last = pr;
      return settled(judge(pr, judging));
    };
    try {
      const number = pullRequestOf(prUrl)?.number ?? 0;
      return { commit, seen: await watch.until(number, accept, options) };
    } catch (error) {
      const said = error instanceof WatchTimeout ? tooLate(prUrl, error) : error;
      const reason = said instanceof PullRequestError ? HOLDS[said.code] : undefined;
      if (reason === undefined) throw asPullRequestError(said, `pull request ${prUrl} cannot be read`);
      return { commit, seen: { kind: 'held', reason, details: detailsOf(reason, said as PullRequestError, last) } };
    }
  };
}

/** What the reason itself does not say. */
function detailsOf(reason: Held['reason'], { message }: PullRequestError, pr: PullRequestSnapshot | null): string[] {
  if (reason === 'draft') return [];
  if (reason !== 'protected') return [message];
  const rule = pr?.reviewDecision ?? pr?.mergeStateStatus ?? '';
  return rule === '' ? [] : [rule.toLowerCase().replaceAll('_', ' ')];
}

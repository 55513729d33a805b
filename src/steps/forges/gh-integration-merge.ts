import { PullRequestError } from '../../core/errors.ts';
import { isNewProof, type Proof, type ProofsSoFar } from '../../core/proofs.ts';
import type { IntegrationMerge, WorkstreamRuntime } from '../../core/workstream.ts';
import { WatchTimeout } from '../github/pull-request-watch.ts';
import { pullRequestOf } from '../github/repository.ts';
import { mergedTree } from '../local-merge.ts';
import { asPullRequestError, tooLate } from './gh-failure.ts';
import { judge, type Verdict } from './gh-verdict.ts';
import type { GhWorkstreamStepsOptions } from './gh-workstream-steps.ts';

/** Milliseconds that the required checks of an integration pull request may take. */
const CHECKS_LIMIT = 60 * 60_000;
const UPDATE_LIMIT = 2 * 60_000;
const MAX_TRIES = 10;

type Held = Extract<IntegrationMerge, { kind: 'held' }>;

/** What keeps it from being merged, by the code of the proof's error: a person's matter, and no failure of the lane. */
const HOLDS: Readonly<Record<string, Held['reason']>> = {
  pr_draft: 'draft',
  pr_protected: 'protected',
  checks_timeout: 'checks',
  mergeable_unknown: 'checks',
};

/** Merges a lane's pull request in its turn, after the same proofs as a task's; or says what a person must do. */
export async function mergeIntegration(
  options: GhWorkstreamStepsOptions,
  lane: WorkstreamRuntime,
  pr: string,
): Promise<IntegrationMerge> {
  const { branches, pullRequests, watch, git, method } = options;
  const { signal } = lane;
  const { id, mergeTargetBranch: into } = lane.workstream;
  const number = pullRequestOf(pr)?.number ?? 0;
  const look = looker(options, lane, pr);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const commit = await branches.follow(lane.state.integrationBranch ?? '', signal);
    const verdict = await look(commit);
    switch (verdict.kind) {
      case 'held':
        return verdict;
      case 'merged': {
        const merged = await watch.read(number, signal);
        await branches.tip(into);
        return { kind: 'merged', commit: merged?.mergeCommit ?? commit };
      }
      case 'checks_failed': {
        const details = verdict.checks.map(({ name, url }) => (url === null ? name : `${name} ${url}`));
        return { kind: 'held', reason: 'checks', details };
      }
      case 'conflict': {
        const tip = (await branches.tip(into)) ?? '';
        const files = await mergedTree(git, tip, commit);
        if (Array.isArray(files)) return { kind: 'held', reason: 'conflict', details: files };
        // GitHub has not seen yet where the target is.
        await watch.read(number, signal);
        break;
      }
      case 'behind': {
        if (!(await pullRequests.update(number, commit, signal))) break;
        const moved = (now: { headRefOid: string } | null) => (now?.headRefOid === commit ? null : true);
        await watch.until(number, moved, { pace: 'brisk', limit: UPDATE_LIMIT, signal });
        break;
      }
      case 'ready': {
        const words = { subject: `Merge workstream ${id} into ${into} (#${number})`, body: pr };
        await pullRequests.merge({ number, commit, method, ...words }, signal);
      }
    }
  }
  throw new PullRequestError('merge_refused', `pull request ${pr} was not merged in ${MAX_TRIES} tries`);
}

/** Waits until GitHub knows whether it can be merged at `commit`; tells each proof when it changes. */
function looker({ repository, watch }: GhWorkstreamStepsOptions, lane: WorkstreamRuntime, prUrl: string) {
  let known: ProofsSoFar = {};
  const onProof = (proof: Proof) => {
    if (!isNewProof(known, proof)) return;
    known = { ...known, [proof.proof]: proof };
    lane.proved?.(prUrl, proof);
  };
  const [head, base] = [lane.state.integrationBranch ?? '', lane.workstream.mergeTargetBranch];
  return async (commit: string): Promise<Verdict | Held> => {
    const judging = { target: { repository, head, commit, base }, prUrl, onProof };
    const options = { pace: 'brisk', limit: CHECKS_LIMIT, signal: lane.signal } as const;
    try {
      return await watch.until(pullRequestOf(prUrl)?.number ?? 0, (pr) => judge(pr, judging), options);
    } catch (error) {
      const said = error instanceof WatchTimeout ? tooLate(prUrl, error) : error;
      const reason = said instanceof PullRequestError ? HOLDS[said.code] : undefined;
      if (reason === undefined) throw asPullRequestError(said, `pull request ${prUrl} cannot be read`);
      return { kind: 'held', reason, details: [(said as PullRequestError).message] };
    }
  };
}

import { PullRequestError } from '../../core/errors.ts';
import type { Proof, ProofName, RedCheck } from '../../core/proofs.ts';
import { checksEvidence, type Evidence, mergeableEvidence, requiredChecks } from './merge-evidence.ts';
import { verdictOn } from './proof-verdicts.ts';
import type { PullRequestSnapshot } from './pull-request.ts';
import { isSameRepository, pullRequestOf, type RemoteRepository } from './repository.ts';

/** What a pull request must be before it is merged: that of a task, or that of a lane. */
export interface ProofTarget {
  readonly repository: RemoteRepository;
  /** The branch of the task; the integration branch of the lane. */
  readonly head: string;
  /** The commit that was recorded and gated; the tip of the integration branch. */
  readonly commit: string;
  readonly base: string;
}

/** All seven, in their order. `prUrl` is what was signalled, `pr` what GitHub says: null where it knows of none. */
export function provePullRequest(target: ProofTarget, pr: PullRequestSnapshot | null, prUrl: string): Proof[] {
  const repository = repositoryEvidence(target.repository, prUrl);
  const isOurs = repository.holds === true;
  const rest = isOurs && pr !== null ? evidenceOf(target, pr) : nothing(isOurs);
  const all: Record<ProofName, Evidence> = { repository, ...rest };
  return Object.entries(all).map(([proof, evidence]) => ({ proof: proof as ProofName, ...evidence }));
}

/** The first that says no. */
export function firstFailed(proofs: readonly Proof[]): Proof | null {
  return proofs.find(({ holds }) => holds === false) ?? null;
}

/** A proof that failed as the error of its task or lane: a stable code, what was expected and found, and what to do. */
export function proofError(proof: Proof, prUrl: string): PullRequestError {
  const { code, wrong, advice } = verdictOn(proof);
  return new PullRequestError(code, `proof "${proof.proof}" of ${prUrl} failed: ${wrong}; ${advice}`);
}

/** The base branch moved on, and its rules want the head to hold all of it. */
export function isBehind(pr: PullRequestSnapshot): boolean {
  return pr.mergeStateStatus === 'BEHIND';
}

/** Checks that did not pass and must. */
export function redChecks(pr: PullRequestSnapshot): RedCheck[] {
  const red = requiredChecks(pr).filter(({ outcome }) => outcome === 'failed');
  return red.map(({ name, url }) => ({ name, url }));
}

type RestOfProofs = Record<Exclude<ProofName, 'repository'>, Evidence>;

const NOT_KNOWN: Evidence = { holds: null, expected: null, found: null };

function evidenceOf(target: ProofTarget, pr: PullRequestSnapshot): RestOfProofs {
  const { base } = target;
  return {
    open: openEvidence(pr),
    head: headEvidence(target, pr),
    base: { holds: pr.baseRefName === base, expected: base, found: pr.baseRefName },
    commits: { holds: pr.commits > 0, expected: null, found: String(pr.commits) },
    mergeable: mergeableEvidence(pr),
    checks: checksEvidence(pr),
  };
}

/** Of a pull request that is not there, and of one of another repository, which nobody has read. */
function nothing(isOurs: boolean): RestOfProofs {
  const open = isOurs ? { holds: false, expected: 'open', found: 'missing' } : NOT_KNOWN;
  return { open, head: NOT_KNOWN, base: NOT_KNOWN, commits: NOT_KNOWN, mergeable: NOT_KNOWN, checks: NOT_KNOWN };
}

function repositoryEvidence(repository: RemoteRepository, prUrl: string): Evidence {
  const named = pullRequestOf(prUrl);
  const holds = named !== null && isSameRepository(named, repository);
  const isElsewhere = named !== null && named.host.toLowerCase() !== repository.host.toLowerCase();
  const name = (of: RemoteRepository) => `${isElsewhere ? `${of.host}/` : ''}${of.owner}/${of.name}`;
  return { holds, expected: name(repository), found: named === null ? prUrl.slice(0, 200) : name(named) };
}

function openEvidence({ state, isDraft }: PullRequestSnapshot): Evidence {
  const found = state === 'OPEN' && isDraft ? 'draft' : state.toLowerCase();
  return { holds: found === 'open', expected: 'open', found };
}

/** Commits alone where only they can differ; else the branch with them, and the repository where that is another. */
function headEvidence({ repository, head, commit }: ProofTarget, pr: PullRequestSnapshot): Evidence {
  const home = `${repository.owner}/${repository.name}`;
  const isHome = pr.headRepository?.toLowerCase() === home.toLowerCase();
  if (isHome && pr.headRefName === head) {
    return { holds: pr.headRefOid === commit, expected: commit, found: pr.headRefOid };
  }
  const found = isHome ? repository.owner : (pr.headRepository ?? '(deleted)');
  return {
    holds: false,
    expected: `${isHome ? repository.owner : home}:${head}@${commit}`,
    found: `${found}:${pr.headRefName}@${pr.headRefOid}`,
  };
}

import type { PullRequestError } from '../../core/errors.ts';
import type { Proof, RedCheck } from '../../core/proofs.ts';
import { firstFailed, isBehind, type ProofTarget, proofError, provePullRequest, redChecks } from '../github/proofs.ts';
import type { PullRequestSnapshot } from '../github/pull-request.ts';

/** What a look at a pull request says about merging it. */
export type Verdict =
  | { readonly kind: 'ready' }
  /** Its target asks for branches that are up to date. */
  | { readonly kind: 'behind' }
  | { readonly kind: 'conflict' }
  /** Its head is the right branch, at another commit: what that means is for git to tell. */
  | { readonly kind: 'moved'; readonly error: PullRequestError }
  | { readonly kind: 'checks_failed'; readonly checks: readonly RedCheck[] }
  /** It is merged, at the very commit that is to be. */
  | { readonly kind: 'merged' };

/** Something is not known yet: how its checks end, or only whether it merges, which GitHub works out in a moment. */
export interface Pending {
  readonly kind: 'pending';
  readonly on: 'checks' | 'mergeable';
}

export interface Judging {
  readonly target: ProofTarget;
  readonly prUrl: string;
  /** Told of every proof, each time. */
  readonly onProof: (proof: Proof) => void;
}

/** Throws `PullRequestError` named after the proof that does not hold. */
export function judge(pr: PullRequestSnapshot | null, { target, prUrl, onProof }: Judging): Verdict | Pending {
  if (pr !== null && isMergedAt(pr, target)) return { kind: 'merged' };
  const proofs = provePullRequest(target, pr, prUrl);
  for (const proof of proofs) onProof(proof);
  const failed = firstFailed(proofs);
  if (failed !== null && pr !== null) {
    if (failed.proof === 'mergeable' && pr.mergeable === 'CONFLICTING') return { kind: 'conflict' };
    if (failed.proof === 'head' && pr.headRefName === target.head && isCommit(failed.found)) {
      return { kind: 'moved', error: proofError(failed, prUrl) };
    }
    if (failed.proof === 'checks') return { kind: 'checks_failed', checks: redChecks(pr) };
  }
  if (failed !== null) throw proofError(failed, prUrl);
  if (pr !== null && isBehind(pr)) return { kind: 'behind' };
  if (proofs.every(({ holds }) => holds === true)) return { kind: 'ready' };
  const waitsForChecks = proofs.some(({ proof, holds }) => proof === 'checks' && holds === null);
  return { kind: 'pending', on: waitsForChecks ? 'checks' : 'mergeable' };
}

/** For who waits until it is known. */
export function settled(verdict: Verdict | Pending): Verdict | null {
  return verdict.kind === 'pending' ? null : verdict;
}

/** Of a head that is elsewhere, more than its commit is told. */
function isCommit(found: string | null): boolean {
  return /^[0-9a-f]{40,64}$/.test(found ?? '');
}

function isMergedAt(pr: PullRequestSnapshot, { head, commit, base }: ProofTarget): boolean {
  return pr.state === 'MERGED' && pr.headRefName === head && pr.headRefOid === commit && pr.baseRefName === base;
}

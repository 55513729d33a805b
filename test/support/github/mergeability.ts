import { isCompleted, stateOf } from './checks.ts';
import type { HostedRepository } from './hosted-repository.ts';
import type { PullRequest } from './pull-request.ts';

export interface Mergeability {
  readonly mergeable: 'MERGEABLE' | 'CONFLICTING' | 'UNKNOWN';
  readonly status: 'CLEAN' | 'DIRTY' | 'BLOCKED' | 'BEHIND' | 'DRAFT' | 'UNSTABLE' | 'UNKNOWN';
  /** The rule that forbids the merge, in the server's words. */
  readonly blockedBy: string | null;
}

const UNKNOWN: Mergeability = { mergeable: 'UNKNOWN', status: 'UNKNOWN', blockedBy: null };

/** As a reader of the API is told it, which may be "not known yet". */
export async function mergeabilityAsRead(repository: HostedRepository, pr: PullRequest): Promise<Mergeability> {
  if (pr.state !== 'OPEN') return UNKNOWN;
  if (pr.unknownReads > 0) {
    pr.unknownReads -= 1;
    return UNKNOWN;
  }
  return await mergeability(repository, pr);
}

/** As it is. */
export async function mergeability(repository: HostedRepository, pr: PullRequest): Promise<Mergeability> {
  const base = repository.branches.get(pr.baseBranch) ?? pr.base;
  if ((await repository.bare.mergedTree(base, pr.head)) === null) {
    return { mergeable: 'CONFLICTING', status: 'DIRTY', blockedBy: null };
  }
  const behind = repository.settings.strictUpToDate && (await repository.bare.distance(base, pr.head)).behind > 0;
  const blockedBy = ruleAgainst(repository, pr);
  const status = statusOf(repository, pr, { behind, blocked: blockedBy !== null });
  const stale = behind ? 'Head branch is out of date. Update it with the base branch and try again.' : null;
  return { mergeable: 'MERGEABLE', status, blockedBy: blockedBy ?? stale };
}

export function reviewDecision({ settings }: HostedRepository, pr: PullRequest): string | null {
  return pr.review ?? (settings.reviewRequired ? 'REVIEW_REQUIRED' : null);
}

function statusOf(repository: HostedRepository, pr: PullRequest, { behind = false, blocked = false }) {
  if (pr.draft) return 'DRAFT';
  if (blocked) return 'BLOCKED';
  if (behind) return 'BEHIND';
  const checks = repository.checksOf(pr, pr.head);
  return checks.every((check) => stateOf(check) === 'SUCCESS') ? 'CLEAN' : 'UNSTABLE';
}

function ruleAgainst(repository: HostedRepository, pr: PullRequest): string | null {
  const { settings } = repository;
  if (settings.blocked) return 'Changes must be made through the rules of the base branch.';
  if (pr.review === 'CHANGES_REQUESTED') return 'Changes were requested by reviewers with write access.';
  if (settings.reviewRequired && pr.review !== 'APPROVED') {
    return 'At least 1 approving review is required by reviewers with write access.';
  }
  const checks = repository.checksOf(pr, pr.head);
  for (const name of settings.requiredChecks) {
    const named = checks.filter((check) => check.name === name);
    if (named.length === 0 || !named.every(isCompleted)) return `Required status check "${name}" is expected.`;
    if (named.some((check) => stateOf(check) !== 'SUCCESS')) return `Required status check "${name}" is failing.`;
  }
  return null;
}

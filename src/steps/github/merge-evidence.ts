import type { CheckCounts, Proof } from '../../core/proofs.ts';
import type { CheckSnapshot, PullRequestSnapshot } from './pull-request.ts';

/** A proof without its name. */
export type Evidence = Omit<Proof, 'proof'>;

const MERGEABLE = 'MERGEABLE';

/** Whether git can merge it and the branch's rules let it in; that checks are green is another proof. */
export function mergeableEvidence(pr: PullRequestSnapshot): Evidence {
  const { mergeable, mergeStateStatus: status } = pr;
  if (mergeable === 'CONFLICTING') return { holds: false, expected: MERGEABLE, found: mergeable };
  // gh would say that it is merged, and only have put it in line.
  if (pr.isMergeQueueEnabled) return { holds: false, expected: MERGEABLE, found: 'BLOCKED: MERGE_QUEUE' };
  // The two are worked out one after the other: DIRTY is what the other one does not say any more.
  const isUnknown = mergeable === 'UNKNOWN' || status === 'UNKNOWN' || status === 'DIRTY';
  if (isUnknown) return { holds: null, expected: MERGEABLE, found: 'UNKNOWN' };
  return status === 'BLOCKED' ? blockedEvidence(pr) : { holds: true, expected: MERGEABLE, found: MERGEABLE };
}

/** None required means none to wait for; the counts then are of all that were reported. */
export function checksEvidence(pr: PullRequestSnapshot): Evidence {
  const needed = countsOf(requiredChecks(pr));
  const checks = needed.required > 0 ? needed : countsOf(pr.checks);
  const red = requiredChecks(pr).flatMap(({ outcome, name }) => (outcome === 'failed' ? [name] : []));
  if (red.length > 0) return { holds: false, expected: null, found: red.join(', '), checks };
  // A required check is not in the list before it is first reported: nothing but BLOCKED tells of it.
  const mayBeUnreported = pr.mergeStateStatus === 'BLOCKED' && wantedReview(pr) === null;
  return { holds: needed.pending > 0 || mayBeUnreported ? null : true, expected: null, found: null, checks };
}

/** GitHub says BLOCKED for red checks, for checks that are still to come, for reviews and for all other rules. */
function blockedEvidence(pr: PullRequestSnapshot): Evidence {
  const { failed, pending } = countsOf(requiredChecks(pr));
  const isByChecks = failed + pending > 0;
  const review = wantedReview(pr);
  if (review !== null) return { holds: isByChecks ? null : false, expected: MERGEABLE, found: `BLOCKED: ${review}` };
  return isByChecks
    ? { holds: true, expected: MERGEABLE, found: MERGEABLE }
    : { holds: null, expected: MERGEABLE, found: 'BLOCKED' };
}

function wantedReview({ reviewDecision }: PullRequestSnapshot): string | null {
  return reviewDecision === 'APPROVED' ? null : reviewDecision;
}

/** Those that must pass before a merge. */
export function requiredChecks({ checks }: PullRequestSnapshot): CheckSnapshot[] {
  return checks.filter(({ isRequired }) => isRequired);
}

function countsOf(checks: readonly CheckSnapshot[]): CheckCounts {
  const of = (outcome: CheckSnapshot['outcome']) => checks.filter((check) => check.outcome === outcome).length;
  const required = checks.filter(({ isRequired }) => isRequired).length;
  return { passed: of('passed'), failed: of('failed'), pending: of('pending'), required };
}

/** A pull request as GitHub tells of it at one moment. */
export interface PullRequestSnapshot {
  readonly number: number;
  readonly url: string;
  readonly state: 'OPEN' | 'CLOSED' | 'MERGED';
  readonly isDraft: boolean;
  readonly title: string;
  /** `owner/name` of the repository that the head is in; null where that is gone. */
  readonly headRepository: string | null;
  readonly headRefName: string;
  readonly headRefOid: string;
  readonly baseRefName: string;
  readonly commits: number;
  /** `UNKNOWN` while GitHub works it out. */
  readonly mergeable: 'MERGEABLE' | 'CONFLICTING' | 'UNKNOWN';
  /** `BEHIND`, `BLOCKED`, `CLEAN`, `DIRTY`, `DRAFT`, `HAS_HOOKS`, `UNKNOWN`, `UNSTABLE`, and what may come. */
  readonly mergeStateStatus: string;
  /** `APPROVED`, `CHANGES_REQUESTED`, `REVIEW_REQUIRED`; null where none is asked for. */
  readonly reviewDecision: string | null;
  /** Its base takes nothing but through a merge queue of GitHub's. */
  readonly isMergeQueueEnabled: boolean;
  /** Of one that is merged. */
  readonly mergeCommit: string | null;
  /** Login; null for one that is not merged, or by a user who is gone. */
  readonly mergedBy: string | null;
  /** Of its last commit. */
  readonly checks: readonly CheckSnapshot[];
}

/** A check run, or a status of an older kind. */
export interface CheckSnapshot {
  readonly name: string;
  readonly url: string | null;
  readonly outcome: 'passed' | 'failed' | 'pending';
  readonly isRequired: boolean;
}

/** What GitHub says of the API's budget beside an answer. */
export interface RateLimit {
  readonly cost: number;
  readonly limit: number;
  readonly remaining: number;
  /** ISO 8601. */
  readonly resetAt: string;
}

/** A pull request on the server. Its commits follow the branches of the bare repository while it is open. */
export interface PullRequest {
  readonly number: number;
  title: string;
  body: string;
  state: 'OPEN' | 'CLOSED' | 'MERGED';
  draft: boolean;
  readonly author: string;
  /** `owner/name` of the repository that the head is in: another one for a pull request of a fork. */
  readonly headRepository: string;
  readonly headBranch: string;
  head: string;
  baseBranch: string;
  /** The base's commit when the head last moved, as GitHub keeps it: the base's branch may be further on. */
  base: string;
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  mergedAt: string | null;
  mergedBy: string | null;
  mergeCommit: string | null;
  review: 'APPROVED' | 'CHANGES_REQUESTED' | null;
  /** So many more reads find its mergeability not computed yet. */
  unknownReads: number;
  /** What so many more reads still show. */
  lag: { readonly head: string; readonly base: string; reads: number } | null;
  readonly comments: { readonly author: string; readonly body: string }[];
}

export interface NewPullRequest {
  readonly title: string;
  readonly body?: string | undefined;
  readonly head: string;
  readonly base: string;
  readonly draft?: boolean | undefined;
  readonly author: string;
}

/** The commits that a reader is shown, which may be those before the last push. */
export function commitsAsRead(pr: PullRequest): { readonly head: string; readonly base: string } {
  if (pr.lag === null || pr.lag.reads === 0) return pr;
  pr.lag.reads -= 1;
  return pr.lag;
}

/** Now, as GitHub writes it. */
export function timestamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

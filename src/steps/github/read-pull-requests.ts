import { z } from 'zod';
import { GhError } from './gh-error.ts';
import type { PullRequestSnapshot, RateLimit } from './pull-request.ts';
import { aliasOf } from './pull-request-query.ts';
import { contextPage, newestChecks, unreadableChecks } from './reported-checks.ts';

const lastCommit = z.object({
  nodes: z.array(
    z.object({
      commit: z.object({
        oid: z.string(),
        statusCheckRollup: z.object({ state: z.string(), contexts: contextPage }).nullable(),
      }),
    }),
  ),
});

const pullRequest = z.object({
  number: z.number(),
  url: z.string(),
  state: z.enum(['OPEN', 'CLOSED', 'MERGED']),
  isDraft: z.boolean(),
  title: z.string(),
  headRepository: z.object({ nameWithOwner: z.string() }).nullable(),
  headRefName: z.string(),
  headRefOid: z.string(),
  baseRefName: z.string(),
  // What is neither of these is nothing to merge on.
  mergeable: z.enum(['MERGEABLE', 'CONFLICTING', 'UNKNOWN']).catch('UNKNOWN'),
  mergeStateStatus: z.string(),
  reviewDecision: z.string().nullable(),
  isMergeQueueEnabled: z.boolean(),
  mergeCommit: z.object({ oid: z.string() }).nullable(),
  mergedBy: z.object({ login: z.string() }).nullable(),
  commits: lastCommit.extend({ totalCount: z.number() }),
});

const rateLimit = z.object({ cost: z.number(), limit: z.number(), remaining: z.number(), resetAt: z.string() });

type Reported = z.infer<typeof contextPage>['nodes'];

/** A pull request as one answer has it, which may be without some of its checks. */
export interface PullRequestPage {
  readonly number: number;
  readonly answer: z.infer<typeof pullRequest>;
  readonly reported: Reported;
  /** Where its further checks begin; null where it has no more. */
  readonly next: string | null;
}

/** GitHub Enterprise has no limits unless it is told to: null. */
export function readRateLimit(data: unknown): RateLimit | null {
  return read(z.object({ rateLimit: rateLimit.nullable().default(null) }), data).rateLimit;
}

/** The answer to `pullRequestsQuery(numbers)`; null for what is no pull request. A field that is not there is a GhError. */
export function readPullRequests(data: unknown, numbers: readonly number[]): Map<number, PullRequestPage | null> {
  const of = entries(data, numbers, pullRequest.nullable());
  return new Map(numbers.map((number) => [number, pageOf(of(number))]));
}

/** The answer to `furtherChecksQuery` for the numbers of `pages`, with the checks that are known by now. */
export function readFurtherChecks(data: unknown, pages: readonly PullRequestPage[]): PullRequestPage[] {
  const numbers = pages.map(({ number }) => number);
  const of = entries(data, numbers, z.object({ commits: lastCommit }));
  return pages.map((page) => {
    const { reported, next } = contextsOf(of(page.number).commits, page.answer.headRefOid);
    return { ...page, reported: [...page.reported, ...reported], next };
  });
}

export function snapshotOf({ answer, reported }: PullRequestPage): PullRequestSnapshot {
  const { headRepository, mergeCommit, mergedBy, commits, ...facts } = answer;
  const readable = reported.filter((check) => check !== null);
  const rollup = commits.nodes[0]?.commit.statusCheckRollup;
  const hidden = readable.length < reported.length && rollup ? [rollup.state] : [];
  return {
    ...facts,
    headRepository: headRepository?.nameWithOwner ?? null,
    mergeCommit: mergeCommit?.oid ?? null,
    mergedBy: mergedBy?.login ?? null,
    commits: commits.totalCount,
    checks: [...newestChecks(readable), ...hidden.map((state) => unreadableChecks(state, answer.mergeStateStatus))],
  };
}

function pageOf(answer: z.infer<typeof pullRequest> | null): PullRequestPage | null {
  return answer && { number: answer.number, answer, ...contextsOf(answer.commits, answer.headRefOid) };
}

/** Checks of another commit than the head say nothing of it: GitHub learns of a push piece by piece. */
function contextsOf(commits: z.infer<typeof lastCommit>, head: string): Pick<PullRequestPage, 'reported' | 'next'> {
  const commit = commits.nodes[0]?.commit;
  if (commit?.oid !== head || commit.statusCheckRollup === null) return { reported: [], next: null };
  const { nodes, pageInfo } = commit.statusCheckRollup.contexts;
  return { reported: nodes, next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}

function entries<T extends z.ZodType>(data: unknown, numbers: readonly number[], one: T) {
  const shape = Object.fromEntries(numbers.map((number) => [aliasOf(number), one]));
  const { repository } = read(z.object({ repository: z.object(shape) }), data);
  return (number: number) => repository[aliasOf(number)] as z.infer<T>;
}

function read<T>(schema: z.ZodType<T>, data: unknown): T {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join('.') || 'data';
  throw new GhError('permanent', `GitHub's answer cannot be read: ${field}: ${issue?.message ?? 'wrong'}`);
}

import { GhError } from './gh-error.ts';
import type { PullRequestSnapshot, RateLimit } from './pull-request.ts';
import { furtherChecksQuery, MOST_IN_ONE_QUERY, pullRequestsQuery } from './pull-request-query.ts';
import {
  type PullRequestPage,
  readFurtherChecks,
  readPullRequests,
  readRateLimit,
  snapshotOf,
} from './read-pull-requests.ts';
import type { RemoteRepository } from './repository.ts';

/** What GraphQL says went wrong beside the data that it has. */
export interface GraphqlError {
  readonly message: string;
  readonly type?: string | null;
  /** Of the field that is null because of it. */
  readonly path?: readonly (string | number)[] | null;
}

/** Throws `GhError`. `errors` only where GitHub gave data beside them. */
export type AskGraphql = (
  query: string,
  variables: Record<string, unknown>,
  options?: { signal?: AbortSignal },
) => Promise<{ data: unknown; errors?: readonly GraphqlError[] }>;

export interface LookOptions {
  readonly ask: AskGraphql;
  readonly repository: RemoteRepository;
  /** Called for each request, as its answer comes; null where the host has no limits, or said nothing. */
  readonly onAnswer: (rateLimit: RateLimit | null) => void;
}

/** Pages of 100 checks each, beyond the first: nobody has so many, and a list without an end would eat the budget. */
const MOST_FURTHER_PAGES = 20;

/** Looks at all of `numbers` with one request, as a rule; null for what is no pull request. Throws `GhError`. */
export async function lookAtPullRequests(
  numbers: readonly number[],
  options: LookOptions,
  signal: AbortSignal,
): Promise<Map<number, PullRequestSnapshot | null>> {
  const pages = new Map<number, PullRequestPage | null>();
  for (let begin = 0; begin < numbers.length; begin += MOST_IN_ONE_QUERY) {
    const some = numbers.slice(begin, begin + MOST_IN_ONE_QUERY);
    const data = await request(pullRequestsQuery(some), options, signal);
    for (const [number, page] of readPullRequests(data, some)) pages.set(number, page);
  }
  await readOn(pages, options, signal);
  return new Map([...pages].map(([number, page]) => [number, page && snapshotOf(page)]));
}

/** The red check may be on the second page. */
async function readOn(pages: Map<number, PullRequestPage | null>, options: LookOptions, signal: AbortSignal) {
  for (let round = 0; round < MOST_FURTHER_PAGES; round++) {
    const cursors = new Map<number, string>();
    for (const [number, page] of pages) if (page?.next != null) cursors.set(number, page.next);
    if (cursors.size === 0) return;
    const data = await request(furtherChecksQuery(cursors), options, signal);
    const unfinished = [...cursors.keys()].flatMap((number) => pages.get(number) ?? []);
    for (const page of readFurtherChecks(data, unfinished)) pages.set(page.number, page);
  }
  throw new GhError('permanent', `a pull request has more than ${MOST_FURTHER_PAGES * 100} checks`);
}

async function request(
  query: string,
  { ask, repository, onAnswer }: LookOptions,
  signal: AbortSignal,
): Promise<unknown> {
  const { owner, name } = repository;
  const { data, errors = [] } = await ask(query, { owner, name }, { signal });
  onAnswer(readRateLimit(data));
  const serious = errors.find((error) => !isHarmless(error));
  if (serious !== undefined) {
    const isRefused = serious.type === 'FORBIDDEN' || serious.type === 'NOT_FOUND';
    throw new GhError(isRefused ? 'permanent' : 'transient', `GitHub: ${serious.message}`);
  }
  return data;
}

/**
 * A number that is none of a pull request, which is null then; and checks that the token may not read: fine-grained tokens
 * may not, and others may read a check and not the workflow that it is of.
 */
function isHarmless({ type, path }: GraphqlError): boolean {
  const [repository, alias, ...field] = path ?? [];
  if (repository !== 'repository' || typeof alias !== 'string') return false;
  if (type === 'NOT_FOUND') return field.length === 0 && /^p\d+$/.test(alias);
  return type === 'FORBIDDEN' && field.includes('contexts');
}

import type { PullRequestSnapshot, RateLimit } from '../../src/steps/github/pull-request.ts';
import type { AskGraphql, GraphqlError } from '../../src/steps/github/pull-request-look.ts';
import type { SimulatedClock } from './simulated-clock.ts';

export const WIDGETS = { host: 'github.com', owner: 'acme', name: 'widgets' };

/** The commit that all of them are at unless told. */
export const HEAD = '1'.repeat(40);

/** A check as GraphQL answers it; each part may be told. */
export function checkRun(parts: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    __typename: 'CheckRun',
    name: 'build',
    status: 'COMPLETED',
    conclusion: 'SUCCESS',
    detailsUrl: 'https://ci.example/1',
    startedAt: '2026-01-02T03:00:00Z',
    isRequired: true,
    checkSuite: { app: { slug: 'actions' }, workflowRun: { event: 'push', workflow: { name: 'CI' } } },
    ...parts,
  };
}

export function commitStatus(parts: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    __typename: 'StatusContext',
    context: 'legacy',
    state: 'SUCCESS',
    targetUrl: null,
    createdAt: '2026-01-02T03:00:00Z',
    isRequired: false,
    ...parts,
  };
}

/** `commits(last: 1)` with these checks; `after` where there are more. */
export function commits(nodes: readonly unknown[], options: { oid?: string; after?: string; state?: string } = {}) {
  const { oid = HEAD, after, state = 'SUCCESS' } = options;
  const pageInfo = { hasNextPage: after !== undefined, endCursor: after ?? null };
  const statusCheckRollup = nodes.length === 0 ? null : { state, contexts: { pageInfo, nodes } };
  return { totalCount: 2, nodes: [{ commit: { oid, statusCheckRollup } }] };
}

/** A pull request as GraphQL answers it: open, mergeable, without checks. */
export function pullRequestAnswer(number: number, parts: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    number,
    url: `https://github.com/acme/widgets/pull/${number}`,
    state: 'OPEN',
    isDraft: false,
    title: 'Title',
    headRepository: { nameWithOwner: 'acme/widgets' },
    headRefName: `task-${number}`,
    headRefOid: HEAD,
    baseRefName: 'main',
    mergeable: 'MERGEABLE',
    mergeStateStatus: 'CLEAN',
    reviewDecision: null,
    isMergeQueueEnabled: false,
    mergeCommit: null,
    mergedBy: null,
    commits: commits([]),
    ...parts,
  };
}

/** A pull request as it is read: open, mergeable, without checks. */
export function snapshot(parts: Partial<PullRequestSnapshot> = {}): PullRequestSnapshot {
  return {
    number: 41,
    url: 'https://github.com/acme/widgets/pull/41',
    state: 'OPEN',
    isDraft: false,
    title: 'Title',
    headRepository: 'acme/widgets',
    headRefName: 'feature',
    headRefOid: HEAD,
    baseRefName: 'main',
    commits: 3,
    mergeable: 'MERGEABLE',
    mergeStateStatus: 'CLEAN',
    reviewDecision: null,
    isMergeQueueEnabled: false,
    mergeCommit: null,
    mergedBy: null,
    checks: [],
    ...parts,
  };
}

interface Request {
  /** Milliseconds since the first moment. */
  readonly at: number;
  readonly numbers: readonly number[];
  readonly query: string;
}

/** Answers queries of pull requests from what a test has put there. */
export class PullRequestAnswers {
  readonly requests: Request[] = [];
  readonly pulls = new Map<number, Record<string, unknown>>();
  budget: Omit<RateLimit, 'cost'> | null = { limit: 5_000, remaining: 5_000, resetAt: '2026-01-02T04:00:00Z' };
  errors: GraphqlError[] | undefined;
  /** What the next requests end with instead, in turn. */
  readonly failures: unknown[] = [];
  /** Milliseconds until an answer comes. */
  latency = 0;
  /** The most requests there were at once. */
  most = 0;
  #now = 0;
  readonly #clock: SimulatedClock;
  readonly #start: number;

  constructor(clock: SimulatedClock) {
    this.#clock = clock;
    this.#start = clock.now();
  }

  put(...numbers: number[]): void {
    for (const number of numbers) this.pulls.set(number, pullRequestAnswer(number));
  }

  change(number: number, parts: Record<string, unknown>): void {
    this.pulls.set(number, { ...this.pulls.get(number), ...parts });
  }

  readonly ask: AskGraphql = async (query, _variables, options = {}) => {
    const numbers = [...query.matchAll(/p\d+: pullRequest\(number: (\d+)\)/g)].map(([, digits]) => Number(digits));
    this.requests.push({ at: this.#clock.now() - this.#start, numbers, query });
    this.#now++;
    this.most = Math.max(this.most, this.#now);
    try {
      const entries = numbers.map((number) => [`p${number}`, this.pulls.get(number) ?? null] as const);
      if (this.latency > 0) await this.#clock.sleep(this.latency, options.signal);
      const failure = this.failures.shift();
      if (failure !== undefined) throw failure;
      if (this.budget !== null) this.budget = { ...this.budget, remaining: this.budget.remaining - 1 };
      const data = { repository: Object.fromEntries(entries), rateLimit: this.budget && { cost: 1, ...this.budget } };
      return this.errors === undefined ? { data } : { data, errors: this.errors };
    } finally {
      this.#now--;
    }
  };

  /** When each request was made. */
  get times(): number[] {
    return this.requests.map(({ at }) => at);
  }
}

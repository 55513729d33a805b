import type { Answer } from './answer.ts';
import { type Call, Fault, type FaultWish, matches, primaryLimitAnswer } from './faults.ts';
import { answerQuery, type World } from './graphql.ts';
import type { HostedRepository } from './hosted-repository.ts';
import { RepositoryControl } from './repository-control.ts';
import { answerRest, restOp } from './rest.ts';
import { readQuery } from './schema.ts';

export const TOKEN = 'gho_testtoken';

/** What is left of an hour; times are dates. */
export interface Budget {
  limit: number;
  remaining: number;
  resetAt: Date;
}

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly token: string | null;
}

/** The local GitHub API: what it holds, what it was asked, and how it is made to fail. */
export class GitHubApi {
  readonly host: string;
  /** Whose a token is; without a token in here it is answered 401. */
  readonly tokens = new Map([[TOKEN, 'octocat']]);
  /** Of a classic token; null for another kind, of which GitHub tells none. */
  scopes: string | null = 'repo, read:org, gist, workflow';
  /** Every request, in the order in which they came. */
  readonly calls: Call[] = [];
  /** Of GraphQL. */
  readonly budget: Budget = inAnHour(5_000);
  readonly restBudget: Budget = inAnHour(5_000);
  readonly #repositories = new Map<string, HostedRepository>();
  readonly #faults: Fault[] = [];
  readonly #problems: string[] = [];
  readonly #arrivals = new Set<(call: Call) => void>();

  constructor(host: string) {
    this.host = host;
  }

  add(repository: HostedRepository): void {
    this.#repositories.set(repository.nameWithOwner.toLowerCase(), repository);
  }

  /** What a test or a person does in this repository's web pages. */
  repo(nameWithOwner = 'acme/widgets'): RepositoryControl {
    const repository = this.#repositories.get(nameWithOwner.toLowerCase());
    if (repository === undefined) throw new Error(`no repository ${nameWithOwner}`);
    return new RepositoryControl(repository);
  }

  /** A repository that was renamed is found by its old name too. */
  renamed(old: string, nameWithOwner = 'acme/widgets'): void {
    const repository = this.#repositories.get(nameWithOwner.toLowerCase());
    if (repository !== undefined) this.#repositories.set(old.toLowerCase(), repository);
  }

  /** Makes calls fail; the fault tells how many have met it. */
  inject(wish: FaultWish): Fault {
    const fault = new Fault(wish);
    this.#faults.push(fault);
    return fault;
  }

  clearFaults(): void {
    this.#faults.length = 0;
  }

  /** What this server does not do, and queries that GitHub's schema does not allow: expected to be empty. */
  problems(): readonly string[] {
    return [...this.#problems];
  }

  /** The next call from now on that fits, as soon as it has come. */
  arrives(match: FaultWish['match']): Promise<Call> {
    return new Promise((resolve) => {
      const look = (call: Call) => {
        if (!matches(match, call)) return;
        this.#arrivals.delete(look);
        resolve(call);
      };
      this.#arrivals.add(look);
    });
  }

  /** How often each operation was called. */
  counts(): Record<string, number> {
    const found: Record<string, number> = {};
    for (const { op } of this.calls) found[op] = (found[op] ?? 0) + 1;
    return found;
  }

  /** Enters a request into the log. */
  enter(request: ApiRequest): Call {
    const kind = request.path === '/graphql' ? 'graphql' : 'rest';
    const op = kind === 'rest' ? restOp(request.method, request.path) : graphqlOp(request.body);
    const body = withoutTokens(request.body, this.tokens).slice(0, 2_000);
    const call: Call = { n: this.calls.length + 1, op, kind, when: Date.now(), path: request.path, body, status: null };
    this.calls.push(call);
    for (const look of [...this.#arrivals]) look(call);
    return call;
  }

  fault(when: 'before' | 'after', call: Call) {
    for (const fault of this.#faults) {
      const action = fault.when === when ? fault.meet(call) : null;
      if (action !== null) return action;
    }
    return null;
  }

  async answer(request: ApiRequest, call: Call): Promise<Answer> {
    const viewer = request.token === null ? undefined : this.tokens.get(request.token);
    if (viewer === undefined) {
      const message = request.token === null ? 'Requires authentication' : 'Bad credentials';
      return { status: 401, body: { message, documentation_url: 'https://docs.github.com/rest' } };
    }
    const isFree = call.op === 'GET /rate_limit';
    const budget = call.kind === 'graphql' ? this.budget : this.restBudget;
    renew(budget);
    if (budget.remaining <= 0 && !isFree) return primaryLimitAnswer(call.kind, budget.resetAt);
    if (!isFree) budget.remaining -= 1;
    const answer = isFree ? { status: 200, body: this.#rateLimits() } : await this.#answerFor(viewer, request, call);
    const scopes = this.scopes === null ? {} : { 'X-OAuth-Scopes': this.scopes };
    return { ...answer, headers: { ...limitHeaders(budget, call.kind), ...scopes, ...answer.headers } };
  }

  async #answerFor(viewer: string, request: ApiRequest, call: Call): Promise<Answer> {
    const world = this.#world(viewer);
    try {
      if (call.kind === 'rest') {
        const body = request.body === '' ? {} : JSON.parse(request.body);
        return await answerRest(world, { ...request, body });
      }
      const { query, variables } = JSON.parse(request.body) as { query: string; variables?: Record<string, unknown> };
      return { status: 200, body: await answerQuery(world, query, variables ?? {}) };
    } catch (error) {
      world.problem(`${call.op}: ${error instanceof Error ? error.stack : String(error)}`);
      return { status: 500, body: { message: 'the local GitHub API failed: see its problems' } };
    }
  }

  #world(viewer: string): World {
    const { limit, remaining, resetAt } = this.budget;
    return {
      host: this.host,
      repositories: this.#repositories,
      viewer,
      rateLimit: { limit, remaining, used: limit - remaining, resetAt: `${resetAt.toISOString().slice(0, 19)}Z` },
      problem: (what) => void this.#problems.push(what),
    };
  }

  #rateLimits(): object {
    const [core, graphql] = [this.restBudget, this.budget].map((budget) => ({
      limit: budget.limit,
      used: budget.limit - budget.remaining,
      remaining: budget.remaining,
      reset: Math.ceil(budget.resetAt.getTime() / 1000),
    }));
    return { resources: { core, graphql }, rate: core };
  }
}

function inAnHour(limit: number): Budget {
  return { limit, remaining: limit, resetAt: new Date(Date.now() + 3_600_000) };
}

function renew(budget: Budget): void {
  if (budget.resetAt.getTime() > Date.now()) return;
  Object.assign(budget, inAnHour(budget.limit));
}

function limitHeaders(budget: Budget, kind: Call['kind']): Record<string, string> {
  return {
    'X-RateLimit-Limit': String(budget.limit),
    'X-RateLimit-Remaining': String(budget.remaining),
    'X-RateLimit-Used': String(budget.limit - budget.remaining),
    'X-RateLimit-Reset': String(Math.ceil(budget.resetAt.getTime() / 1000)),
    'X-RateLimit-Resource': kind === 'graphql' ? 'graphql' : 'core',
  };
}

function graphqlOp(body: string): string {
  try {
    return readQuery(JSON.parse(body).query).op;
  } catch {
    return 'unreadable query';
  }
}

function withoutTokens(text: string, tokens: ReadonlyMap<string, string>): string {
  let plain = text;
  for (const token of tokens.keys()) plain = plain.replaceAll(token, '***');
  return plain;
}

import { type Check, isCompleted, rollup, stateOf } from './checks.ts';
import type { HostedRepository } from './hosted-repository.ts';
import { type PullRequest, timestamp } from './pull-request.ts';

/** A list as GraphQL pages through it; all of it is on one page unless `first` is smaller. */
export function connection<T>(
  all: readonly T[],
  page: { first?: number | null; last?: number | null; after?: string | null } = {},
) {
  const begin = page.after ? Number(page.after) : 0;
  const end = page.first ? Math.min(all.length, begin + page.first) : all.length;
  const from = page.last && !page.first ? Math.max(begin, all.length - page.last) : begin;
  const nodes = all.slice(from, end);
  return {
    totalCount: all.length,
    nodes,
    edges: nodes.map((node) => ({ node, cursor: '' })),
    pageInfo: {
      hasNextPage: end < all.length,
      hasPreviousPage: from > 0,
      startCursor: String(from),
      endCursor: nodes.length === 0 ? null : String(end),
    },
  };
}

type Page = Parameters<typeof connection>[1];

export function commitObject(
  repository: HostedRepository,
  host: string,
  oid: string,
  pr: PullRequest | null = null,
): object {
  const facts = () => repository.bare.facts(oid);
  const actor = async () => ({ ...(await facts()).author, user: null });
  const url = `https://${host}/${repository.nameWithOwner}/commit/${oid}`;
  return {
    __typename: 'Commit',
    id: `C_${oid}`,
    oid,
    abbreviatedOid: oid.slice(0, 7),
    url,
    commitUrl: url,
    message: async () => (await facts()).message,
    messageHeadline: async () => (await facts()).message.split('\n')[0] ?? '',
    messageBody: async () => (await facts()).message.split('\n').slice(2).join('\n'),
    author: actor,
    committer: actor,
    authors: async (page: Page) => connection([await actor()], page),
    authoredDate: async () => (await facts()).author.date,
    committedDate: async () => (await facts()).committedDate,
    tree: async () => ({ oid: (await facts()).tree }),
    parents: async (page: Page) => {
      const { parents } = await facts();
      return connection(
        parents.map((parent) => commitObject(repository, host, parent)),
        page,
      );
    },
    statusCheckRollup: () => rollupObject(repository, host, oid, pr),
  };
}

function rollupObject(repository: HostedRepository, host: string, oid: string, pr: PullRequest | null): object | null {
  const checks = repository.checksOf(pr, oid);
  const state = rollup(checks);
  if (state === null) return null;
  const contexts = checks.map((check) => checkObject(repository, host, oid, check));
  return { id: `SCR_${oid}`, state, contexts: (page: Page) => connection(contexts, page) };
}

function checkObject(repository: HostedRepository, host: string, oid: string, check: Check): object {
  const isRequired = () => repository.settings.requiredChecks.includes(check.name);
  const id = Buffer.from(`${oid} ${check.id ?? check.name}`).toString('base64url');
  const url = check.url ?? `https://${host}/${repository.nameWithOwner}/runs/${id}`;
  const at = check.startedAt ?? timestamp();
  if (check.kind === 'status') {
    const description = check.conclusion ?? null;
    const state = stateOf(check);
    return {
      __typename: 'StatusContext',
      id,
      context: check.name,
      state,
      targetUrl: url,
      description,
      createdAt: at,
      isRequired,
    };
  }
  const done = isCompleted(check);
  const workflow = check.workflow === undefined ? null : { name: check.workflow };
  return {
    __typename: 'CheckRun',
    id,
    name: check.name,
    status: check.status ?? (done ? 'COMPLETED' : 'QUEUED'),
    conclusion: done ? (check.conclusion === 'ERROR' ? 'FAILURE' : check.conclusion) : null,
    detailsUrl: url,
    url,
    permalink: url,
    startedAt: at,
    completedAt: done ? at : null,
    isRequired,
    title: null,
    summary: null,
    checkSuite: {
      app: { id: 'A_1', slug: workflow === null ? 'a-ci-service' : 'github-actions' },
      id: `CS_${id}`,
      workflowRun: workflow && { id: `WR_${id}`, event: 'pull_request', workflow },
    },
  };
}

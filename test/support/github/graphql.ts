import { execute, type GraphQLError } from 'graphql';
import { connection } from './graphql-commits.ts';
import { pullRequestId, pullRequestObject, repositoryId, repositoryObject, userObject } from './graphql-objects.ts';
import type { HostedRepository } from './hosted-repository.ts';
import { mergePullRequest, updateBranch } from './merging.ts';
import type { PullRequest } from './pull-request.ts';
import {
  closePullRequest,
  editPullRequest,
  mustWrite,
  openPullRequest,
  reopenPullRequest,
} from './pull-request-changes.ts';
import { NotEmulated, Refusal } from './refusal.ts';
import { githubSchema, readQuery } from './schema.ts';

/** What a request is answered from, and who asks. */
export interface World {
  readonly host: string;
  readonly repositories: ReadonlyMap<string, HostedRepository>;
  readonly viewer: string;
  readonly rateLimit: { limit: number; remaining: number; used: number; resetAt: string };
  /** A gap of this server, or a query that GitHub's schema does not allow. */
  problem(what: string): void;
}

export interface GraphqlAnswer {
  readonly data?: unknown;
  readonly errors?: readonly object[];
}

/** Answers a query that may read and change everything. */
export async function answerQuery(
  world: World,
  text: string,
  variables: Record<string, unknown>,
): Promise<GraphqlAnswer> {
  const { document, op, errors } = readQuery(text);
  if (errors.length > 0) {
    for (const error of errors) world.problem(`${op}: ${error.message}`);
    return { errors: errors.map((error) => error.toJSON()) };
  }
  for (const repository of world.repositories.values()) await repository.sync();
  const result = await execute({
    schema: githubSchema(),
    document,
    variableValues: variables,
    rootValue: { ...queries(world), ...mutations(world) },
  });
  const told = result.errors?.map((error) => errorObject(world, op, error));
  return told === undefined ? { data: result.data } : { data: result.data ?? null, errors: told };
}

function errorObject(world: World, op: string, error: GraphQLError): object {
  const { originalError } = error;
  if (!(originalError instanceof Refusal)) world.problem(`${op}: ${error.message} (${error.path?.join('.')})`);
  const type = originalError instanceof Refusal ? originalError.type : 'INTERNAL';
  return { type, path: error.path, locations: error.locations, message: error.message };
}

function queries(world: World): object {
  const { host, repositories } = world;
  return {
    viewer: () => ({ ...userObject(world.viewer, host), databaseId: 1, repositories: () => connection([]) }),
    rateLimit: () => ({ ...world.rateLimit, cost: 1, nodeCount: 1 }),
    repository: ({ owner, name }: { owner: string; name: string }) =>
      repositoryObject(repositoryNamed(world, `${owner}/${name}`), host),
    node: ({ id }: { id: string }) => {
      for (const repository of repositories.values()) {
        if (repositoryId(repository.nameWithOwner) === id) return repositoryObject(repository, host);
        const pr = repository.pulls.find(({ number }) => pullRequestId(repository.nameWithOwner, number) === id);
        if (pr !== undefined) return pullRequestObject(repository, pr, host);
      }
      throw noNode(id);
    },
    search: () => {
      throw new NotEmulated('search');
    },
  };
}

export function repositoryNamed(world: World, nameWithOwner: string): HostedRepository {
  const repository = world.repositories.get(nameWithOwner.toLowerCase());
  if (repository !== undefined) return repository;
  const message = `Could not resolve to a Repository with the name '${nameWithOwner}'.`;
  throw new Refusal(message, { status: 404, type: 'NOT_FOUND' });
}

function noNode(id: string): Refusal {
  return new Refusal(`Could not resolve to a node with the global id of '${id}'`, { status: 404, type: 'NOT_FOUND' });
}

interface Input {
  readonly clientMutationId?: string;
  readonly pullRequestId: string;
}

interface MergeInput extends Input {
  readonly mergeMethod?: 'MERGE' | 'SQUASH' | 'REBASE';
  readonly commitHeadline?: string;
  readonly commitBody?: string;
  readonly expectedHeadOid?: string;
}

interface CreateInput {
  readonly repositoryId: string;
  readonly title: string;
  readonly body?: string;
  readonly headRefName: string;
  readonly baseRefName: string;
  readonly draft?: boolean;
}

interface EditInput extends Input {
  readonly title?: string;
  readonly body?: string;
  readonly baseRefName?: string;
}

function mutations(world: World): object {
  const { host, viewer } = world;
  /** A mutation of one pull request, done in its repository's turn. */
  const change =
    <I extends Input>(work: (repository: HostedRepository, pr: PullRequest, input: I) => unknown) =>
    async ({ input }: { input: I }) => {
      const { repository, pr } = pullRequestWith(world, input.pullRequestId);
      await repository.inTurn(() => work(repository, pr, input));
      const pullRequest = pullRequestObject(repository, pr, host);
      return { clientMutationId: input.clientMutationId ?? null, actor: userObject(viewer, host), pullRequest };
    };
  return {
    createPullRequest: async ({ input }: { input: CreateInput }) => {
      const repository = repositoryWith(world, input.repositoryId);
      const { title, body, draft, headRefName: head, baseRefName: base } = input;
      const wanted = { title, body, draft, head, base, author: viewer };
      const pr = await repository.inTurn(() => openPullRequest(repository, wanted));
      return { pullRequest: pullRequestObject(repository, pr, host) };
    },
    mergePullRequest: change<MergeInput>((repository, pr, input) =>
      mergePullRequest(repository, pr, {
        method: input.mergeMethod ?? 'MERGE',
        headline: input.commitHeadline,
        body: input.commitBody,
        expectedHead: input.expectedHeadOid,
        by: viewer,
      }),
    ),
    closePullRequest: change(closePullRequest),
    reopenPullRequest: change(reopenPullRequest),
    markPullRequestReadyForReview: change((repository, pr) => {
      mustWrite(repository, 'MarkPullRequestReadyForReview');
      pr.draft = false;
    }),
    convertPullRequestToDraft: change((repository, pr) => {
      mustWrite(repository, 'ConvertPullRequestToDraft');
      pr.draft = true;
    }),
    updatePullRequest: change<EditInput>((repository, pr, { title, body, baseRefName }) =>
      editPullRequest(repository, pr, { title, body, base: baseRefName }),
    ),
    updatePullRequestBranch: change<MergeInput>((repository, pr, { expectedHeadOid }) =>
      updateBranch(repository, pr, expectedHeadOid),
    ),
    enablePullRequestAutoMerge: change(() => {
      throw new Refusal('Auto merge is not allowed for this repository');
    }),
    addComment: async ({ input }: { input: { subjectId: string; body: string } }) => {
      const { repository, pr } = pullRequestWith(world, input.subjectId);
      const url = `https://${host}/${repository.nameWithOwner}/pull/${pr.number}#issuecomment-${pr.comments.length + 1}`;
      pr.comments.push({ author: viewer, body: input.body });
      return { commentEdge: { node: { id: url, url, body: input.body } } };
    },
  };
}

function repositoryWith(world: World, id: string): HostedRepository {
  for (const repository of world.repositories.values()) {
    if (repositoryId(repository.nameWithOwner) === id) return repository;
  }
  throw noNode(id);
}

function pullRequestWith(world: World, id: string): { repository: HostedRepository; pr: PullRequest } {
  for (const repository of world.repositories.values()) {
    const pr = repository.pulls.find(({ number }) => pullRequestId(repository.nameWithOwner, number) === id);
    if (pr !== undefined) return { repository, pr };
  }
  throw noNode(id);
}

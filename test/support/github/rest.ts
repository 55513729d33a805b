import type { Answer } from './answer.ts';
import { repositoryNamed, type World } from './graphql.ts';
import type { HostedRepository } from './hosted-repository.ts';
import { mergePullRequest, updateBranch } from './merging.ts';
import { editPullRequest, mustWrite, openPullRequest } from './pull-request-changes.ts';
import { Refusal } from './refusal.ts';
import { pullRequestJson, repositoryJson, userJson } from './rest-objects.ts';

interface Asked {
  readonly repository: HostedRepository;
  readonly world: World;
  /** The path's last part: a number, a branch. */
  readonly name: string;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

type Route = (asked: Asked) => Promise<Answer> | Answer;

const ROUTES: Readonly<Record<string, Route>> = {
  'GET /repos/:owner/:repo': ({ repository, world }) => ok(repositoryJson(repository, world.host)),
  'GET /repos/:owner/:repo/pulls': listPulls,
  'POST /repos/:owner/:repo/pulls': createPull,
  'GET /repos/:owner/:repo/pulls/:number': async ({ repository, world, name }) =>
    ok(await pullRequestJson(repository, pullNumbered(repository, name), { host: world.host, full: true })),
  'PATCH /repos/:owner/:repo/pulls/:number': editPull,
  'PUT /repos/:owner/:repo/pulls/:number/merge': mergePull,
  'PUT /repos/:owner/:repo/pulls/:number/update-branch': updatePull,
  'POST /repos/:owner/:repo/issues/:number/comments': ({ repository, world, name, body }) => {
    pullNumbered(repository, name).comments.push({ author: world.viewer, body: String(body.body) });
    return { status: 201, body: { id: 1, body: body.body } };
  },
  'DELETE /repos/:owner/:repo/git/refs/heads/:branch': deleteBranch,
};

/** The route of a path, its names replaced: `GET /repos/:owner/:repo/pulls/:number`. */
export function restOp(method: string, path: string): string {
  const plain = path
    .replace(/^\/repos\/[^/]+\/[^/]+/, '/repos/:owner/:repo')
    .replace(/\/(pulls|issues)\/\d+/, '/$1/:number')
    .replace(/\/git\/refs\/heads\/.+$/, '/git/refs/heads/:branch');
  return `${method} ${plain}`;
}

/** Answers a REST request that is allowed to read and change everything. */
export async function answerRest(
  world: World,
  request: { method: string; path: string; query: URLSearchParams; body: Readonly<Record<string, unknown>> },
): Promise<Answer> {
  const op = restOp(request.method, request.path);
  if (op === 'GET /') return ok({ current_user_url: `https://api.${world.host}/user` });
  if (op === 'GET /user') return ok(userJson(world.viewer, world.host));
  const route = ROUTES[op];
  if (route === undefined) {
    world.problem(`no such route: ${op}`);
    return notFound();
  }
  try {
    const [, , owner = '', repo = '', ...rest] = request.path.split('/');
    const repository = repositoryNamed(world, `${owner}/${repo}`);
    const name = rest[0] === 'git' ? decodeURIComponent(rest.slice(3).join('/')) : (rest[1] ?? '');
    return await repository.inTurn(() => route({ repository, world, name, query: request.query, body: request.body }));
  } catch (error) {
    if (error instanceof Refusal) return refused(error);
    throw error;
  }
}

async function listPulls({ repository, world, query }: Asked): Promise<Answer> {
  const state = query.get('state') ?? 'open';
  const [owner, branch] = query.get('head')?.split(/:(.*)/s) ?? [];
  const base = query.get('base');
  const found = repository.pulls.filter(
    (pr) =>
      (state === 'all' || (pr.state === 'OPEN') === (state === 'open')) &&
      // A head without an owner is one that GitHub takes no notice of.
      (branch === undefined || (pr.headBranch === branch && pr.headRepository.split('/')[0] === owner)) &&
      (base === null || pr.baseBranch === base),
  );
  if (query.get('direction') !== 'asc') found.reverse();
  const size = Number(query.get('per_page') ?? 30);
  const from = (Number(query.get('page') ?? 1) - 1) * size;
  const page = found.slice(from, from + size);
  return ok(await Promise.all(page.map((pr) => pullRequestJson(repository, pr, { host: world.host, full: false }))));
}

async function createPull({ repository, world, body }: Asked): Promise<Answer> {
  const pr = await openPullRequest(repository, {
    title: String(body.title ?? ''),
    body: body.body === undefined ? undefined : String(body.body),
    head: String(body.head ?? ''),
    base: String(body.base ?? ''),
    draft: body.draft === true,
    author: world.viewer,
  });
  return { status: 201, body: await pullRequestJson(repository, pr, { host: world.host, full: true }) };
}

async function editPull({ repository, world, name, body }: Asked): Promise<Answer> {
  const pr = pullNumbered(repository, name);
  const text = (key: string) => (body[key] === undefined ? undefined : String(body[key]));
  const state = text('state');
  if (state !== undefined && state !== 'open' && state !== 'closed') {
    throw new Refusal('', { details: [{ resource: 'PullRequest', field: 'state', code: 'invalid' }] });
  }
  await editPullRequest(repository, pr, { title: text('title'), body: text('body'), base: text('base'), state });
  return ok(await pullRequestJson(repository, pr, { host: world.host, full: true }));
}

async function mergePull({ repository, world, name, body }: Asked): Promise<Answer> {
  const text = (key: string) => (body[key] === undefined ? undefined : String(body[key]));
  const method = (text('merge_method') ?? 'merge').toUpperCase();
  if (method !== 'MERGE' && method !== 'SQUASH' && method !== 'REBASE') throw new Refusal('Invalid merge method');
  const sha = await mergePullRequest(repository, pullNumbered(repository, name), {
    method,
    headline: text('commit_title'),
    body: text('commit_message'),
    expectedHead: text('sha'),
    by: world.viewer,
  });
  return ok({ sha, merged: true, message: 'Pull Request successfully merged' });
}

async function updatePull({ repository, world, name, body }: Asked): Promise<Answer> {
  const pr = pullNumbered(repository, name);
  const expected = body.expected_head_sha;
  await updateBranch(repository, pr, expected === undefined ? undefined : String(expected));
  const url = `https://${world.host}/repos/${repository.nameWithOwner}/pulls/${pr.number}`;
  return { status: 202, body: { message: 'Updating pull request branch.', url } };
}

async function deleteBranch({ repository, name }: Asked): Promise<Answer> {
  mustWrite(repository, 'DeleteRef');
  const commit = repository.branches.get(name);
  if (commit === undefined || !(await repository.bare.move(name, commit, null))) {
    throw new Refusal('Reference does not exist');
  }
  await repository.moved([{ branch: name, from: commit, to: null }]);
  return { status: 204, body: null };
}

function pullNumbered(repository: HostedRepository, name: string) {
  return repository.pull(Number(name));
}

function refused(refusal: Refusal): Answer {
  if (refusal.status === 404) return notFound();
  const documentation_url = 'https://docs.github.com/rest/pulls/pulls';
  if (refusal.details === undefined) {
    return { status: refusal.status, body: { message: refusal.message, documentation_url } };
  }
  return { status: 422, body: { message: 'Validation Failed', errors: refusal.details, documentation_url } };
}

function notFound(): Answer {
  return { status: 404, body: { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' } };
}

function ok(body: object): Answer {
  return { status: 200, body };
}

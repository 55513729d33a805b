import { close, type HostedRepository } from './hosted-repository.ts';
import { type NewPullRequest, type PullRequest, timestamp } from './pull-request.ts';
import { Refusal } from './refusal.ts';

const MAY_WRITE = ['ADMIN', 'MAINTAIN', 'WRITE'];

/** Throws unless the viewer may change the repository. */
export function mustWrite({ settings }: HostedRepository, what: string): void {
  if (settings.archived) {
    throw new Refusal('Repository was archived so is read-only.', { status: 403, type: 'FORBIDDEN' });
  }
  if (MAY_WRITE.includes(settings.viewerPermission)) return;
  const message = `octocat does not have the correct permissions to execute \`${what}\``;
  throw new Refusal(message, { status: 403, type: 'FORBIDDEN' });
}

/** Opens a pull request from a branch of the same repository, or says as GitHub does why not. */
export async function openPullRequest(repository: HostedRepository, wanted: NewPullRequest): Promise<PullRequest> {
  mustWrite(repository, 'CreatePullRequest');
  const branch = wanted.head.replace(`${repository.owner}:`, '');
  const head = repository.branches.get(branch);
  const base = repository.branches.get(wanted.base);
  if (head === undefined || base === undefined) {
    const nothing = [
      "Head sha can't be blank",
      "Base sha can't be blank",
      `No commits between ${wanted.base} and ${branch}`,
    ];
    if (head === undefined) nothing.push('Head ref must be a branch');
    if (base === undefined) nothing.push('Base ref must be a branch');
    const field = head === undefined ? 'head' : 'base';
    throw new Refusal(nothing.join(', '), { details: [{ resource: 'PullRequest', field, code: 'invalid' }] });
  }
  const isTheSame = (pr: PullRequest) =>
    pr.state === 'OPEN' &&
    pr.headRepository === repository.nameWithOwner &&
    pr.headBranch === branch &&
    pr.baseBranch === wanted.base;
  if (repository.pulls.some(isTheSame))
    throw custom(`A pull request already exists for ${repository.owner}:${branch}.`);
  if ((await repository.bare.distance(base, head)).ahead === 0) {
    throw custom(`No commits between ${wanted.base} and ${branch}`);
  }
  return add(repository, wanted, { head, base, branch, from: repository.nameWithOwner });
}

/** A pull request of a fork: its head is this commit, in a branch that is not here. */
export function openForeignPullRequest(
  repository: HostedRepository,
  wanted: NewPullRequest & { readonly commit: string; readonly fork: string },
): PullRequest {
  const base = repository.branches.get(wanted.base);
  if (base === undefined) throw new Error(`no branch ${wanted.base}`);
  const fork = `${wanted.fork}/${repository.name}`;
  return add(repository, wanted, { head: wanted.commit, base, branch: wanted.head, from: fork });
}

function add(
  repository: HostedRepository,
  wanted: NewPullRequest,
  commits: { head: string; base: string; branch: string; from: string },
): PullRequest {
  const now = timestamp();
  const pr: PullRequest = {
    number: repository.pulls.length + 1,
    title: wanted.title,
    body: wanted.body ?? '',
    state: 'OPEN',
    draft: wanted.draft ?? false,
    author: wanted.author,
    headRepository: commits.from,
    headBranch: commits.branch,
    head: commits.head,
    baseBranch: wanted.base,
    base: commits.base,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    mergedAt: null,
    mergedBy: null,
    mergeCommit: null,
    review: null,
    unknownReads: repository.settings.mergeableUnknownReads,
    lag: null,
    comments: [],
  };
  repository.pulls.push(pr);
  return pr;
}

export interface Edit {
  readonly title?: string | undefined;
  readonly body?: string | undefined;
  readonly base?: string | undefined;
  readonly state?: 'open' | 'closed' | undefined;
}

export async function editPullRequest(repository: HostedRepository, pr: PullRequest, edit: Edit): Promise<void> {
  mustWrite(repository, 'UpdatePullRequest');
  if (edit.base !== undefined && !repository.branches.has(edit.base)) {
    throw new Refusal('Proposed base branch does not exist', {
      details: [{ resource: 'PullRequest', field: 'base', code: 'invalid' }],
    });
  }
  if (edit.state === 'closed' && pr.state === 'OPEN') close(pr);
  if (edit.state === 'open') await reopenPullRequest(repository, pr);
  if (edit.title !== undefined) pr.title = edit.title;
  if (edit.body !== undefined) pr.body = edit.body;
  if (edit.base !== undefined) {
    Object.assign(pr, { baseBranch: edit.base, base: repository.branches.get(edit.base) });
  }
  pr.updatedAt = timestamp();
}

export function closePullRequest(repository: HostedRepository, pr: PullRequest): void {
  mustWrite(repository, 'ClosePullRequest');
  if (pr.state === 'MERGED') throw new Refusal('Could not close the pull request.');
  if (pr.state === 'OPEN') close(pr);
}

export async function reopenPullRequest(repository: HostedRepository, pr: PullRequest): Promise<void> {
  mustWrite(repository, 'ReopenPullRequest');
  if (pr.state === 'OPEN') return;
  const head = repository.branches.get(pr.headBranch);
  const refused = (why: string) =>
    new Refusal(`Could not open the pull request. ${why}`, {
      details: [
        { resource: 'PullRequest', code: 'custom', field: 'state', message: `state cannot be changed. ${why}` },
      ],
    });
  if (pr.state === 'MERGED') throw refused('The pull request is merged.');
  if (head === undefined) throw refused(`The ${pr.headBranch} branch has been deleted.`);
  if (!repository.branches.has(pr.baseBranch)) throw refused(`The ${pr.baseBranch} branch has been deleted.`);
  if ((await repository.bare.distance(head, pr.head)).ahead > 0) {
    throw refused(`The ${pr.headBranch} branch was force-pushed or recreated.`);
  }
  const base = repository.branches.get(pr.baseBranch);
  Object.assign(pr, { state: 'OPEN', closedAt: null, head, base, updatedAt: timestamp() });
}

function custom(message: string): Refusal {
  return new Refusal(message, { details: [{ resource: 'PullRequest', code: 'custom', message }] });
}

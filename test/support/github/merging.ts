import { type HostedRepository, merged } from './hosted-repository.ts';
import { mergeability } from './mergeability.ts';
import type { PullRequest } from './pull-request.ts';
import { mustWrite } from './pull-request-changes.ts';
import { NotEmulated, Refusal } from './refusal.ts';

export interface MergeWish {
  readonly method: 'MERGE' | 'SQUASH' | 'REBASE';
  readonly headline?: string | undefined;
  readonly body?: string | undefined;
  /** The head that is meant. */
  readonly expectedHead?: string | undefined;
  readonly by: string;
}

/** Merges as GitHub does, with a new commit on the base; throws a Refusal in its words. Call it in turn. */
export async function mergePullRequest(
  repository: HostedRepository,
  pr: PullRequest,
  wish: MergeWish,
): Promise<string> {
  mustWrite(repository, 'MergePullRequest');
  await mustBeMergeable(repository, pr, wish);
  const base = repository.branches.get(pr.baseBranch) ?? pr.base;
  const tree = await repository.bare.mergedTree(base, pr.head);
  if (tree === null) throw notAllowed('Pull Request is not mergeable');
  const commit = await newCommit(repository, pr, { ...wish, tree, base });
  await repository.settings.beforeMove?.({ ...pr });
  if (!(await repository.bare.move(pr.baseBranch, base, commit))) {
    throw notAllowed('Base branch was modified. Review and try the merge again.');
  }
  merged(pr, { by: wish.by, commit });
  await repository.moved([{ branch: pr.baseBranch, from: base, to: commit }]);
  if (repository.settings.deleteBranchOnMerge) await deleteMergedBranch(repository, pr);
  return commit;
}

/** Merges the base into the head: the "Update branch" button. Call it in turn. */
export async function updateBranch(
  repository: HostedRepository,
  pr: PullRequest,
  expectedHead: string | undefined,
): Promise<void> {
  mustWrite(repository, 'UpdatePullRequestBranch');
  const base = repository.branches.get(pr.baseBranch);
  const head = repository.branches.get(pr.headBranch);
  if (pr.state !== 'OPEN' || base === undefined || head === undefined) throw new Refusal('Pull request is closed.');
  if (expectedHead !== undefined && expectedHead !== head) {
    throw new Refusal('expected head sha didn’t match current head ref.');
  }
  if ((await repository.bare.distance(base, head)).behind === 0) {
    throw new Refusal('There are no new commits on the base branch.');
  }
  const tree = await repository.bare.mergedTree(head, base);
  if (tree === null) throw new Refusal('merge conflict between base and head');
  const message = `Merge branch '${pr.baseBranch}' into ${pr.headBranch}`;
  const commit = await repository.bare.commit({ tree, parents: [head, base], message, author: person(pr.author) });
  if (!(await repository.bare.move(pr.headBranch, head, commit))) {
    throw new Refusal('expected head sha didn’t match current head ref.');
  }
  await repository.moved([{ branch: pr.headBranch, from: head, to: commit }]);
}

async function mustBeMergeable(repository: HostedRepository, pr: PullRequest, wish: MergeWish): Promise<void> {
  const { settings } = repository;
  if (wish.method === 'REBASE') throw new NotEmulated('merging by rebase');
  if (pr.state !== 'OPEN') throw notAllowed('Pull Request is not mergeable');
  if (pr.draft) throw notAllowed('Pull Request is still a draft');
  if (wish.expectedHead !== undefined && wish.expectedHead !== pr.head) {
    throw new Refusal('Head branch was modified. Review and try the merge again.', { status: 409 });
  }
  if (wish.method === 'MERGE' && !settings.allowMerge) {
    throw notAllowed('Merge commits are not allowed on this repository.');
  }
  if (wish.method === 'SQUASH' && !settings.allowSquash) {
    throw notAllowed('Squash merges are not allowed on this repository.');
  }
  const { mergeable, blockedBy } = await mergeability(repository, pr);
  if (mergeable === 'CONFLICTING') throw notAllowed('Pull Request is not mergeable');
  if (blockedBy !== null) throw notAllowed(blockedBy);
}

async function newCommit(
  { bare }: HostedRepository,
  pr: PullRequest,
  { tree, base, ...wish }: MergeWish & { readonly tree: string; readonly base: string },
): Promise<string> {
  if (wish.method === 'MERGE') {
    const from = `${pr.headRepository.split('/')[0]}/${pr.headBranch}`;
    const headline = wish.headline ?? `Merge pull request #${pr.number} from ${from}`;
    const message = join(headline, wish.body ?? pr.title);
    return await bare.commit({ tree, parents: [base, pr.head], message, author: person(wish.by) });
  }
  const commits = await bare.between(base, pr.head);
  const messages = await Promise.all(commits.map(async (commit) => (await bare.facts(commit)).message));
  const list = messages.length === 1 ? '' : messages.map((message) => `* ${message}`).join('\n\n');
  const message = join(wish.headline ?? `${pr.title} (#${pr.number})`, wish.body ?? list);
  return await bare.commit({ tree, parents: [base], message, author: person(pr.author) });
}

/** What was based on the deleted branch is moved on to the branch that it went into. */
async function deleteMergedBranch(repository: HostedRepository, pr: PullRequest): Promise<void> {
  if (!(await repository.bare.move(pr.headBranch, pr.head, null))) return;
  for (const other of repository.pulls) {
    if (other.state === 'OPEN' && other.baseBranch === pr.headBranch) other.baseBranch = pr.baseBranch;
  }
  await repository.moved([{ branch: pr.headBranch, from: pr.head, to: null }]);
}

function person(login: string) {
  return { name: login, email: `${login}@users.noreply.github.com` };
}

function join(headline: string, body: string): string {
  return body === '' ? headline : `${headline}\n\n${body}`;
}

function notAllowed(message: string): Refusal {
  return new Refusal(message, { status: 405 });
}

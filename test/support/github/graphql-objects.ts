import { commitObject, connection } from './graphql-commits.ts';
import type { HostedRepository } from './hosted-repository.ts';
import { mergeabilityAsRead, reviewDecision } from './mergeability.ts';
import { commitsAsRead, type PullRequest } from './pull-request.ts';
import { NotEmulated, Refusal } from './refusal.ts';

type Page = Parameters<typeof connection>[1];

interface PullRequestFilter {
  readonly first?: number;
  readonly last?: number;
  readonly after?: string;
  readonly states?: readonly string[];
  readonly headRefName?: string;
  readonly baseRefName?: string;
  readonly orderBy?: { readonly field: string; readonly direction: 'ASC' | 'DESC' };
}

export function userObject(login: string, host: string): object {
  const typename = login === 'acme' ? 'Organization' : 'User';
  return { __typename: typename, id: `U_${login}`, login, name: login, url: `https://${host}/${login}` };
}

export function repositoryObject(repository: HostedRepository, host: string): object {
  const { settings, nameWithOwner } = repository;
  const url = `https://${host}/${nameWithOwner}`;
  const ref = (name: string) => refObject(repository, host, name);
  return {
    __typename: 'Repository',
    id: repositoryId(nameWithOwner),
    databaseId: 1,
    name: repository.name,
    nameWithOwner,
    owner: userObject(repository.owner, host),
    url,
    sshUrl: `git@${host}:${nameWithOwner}.git`,
    description: null,
    hasIssuesEnabled: true,
    hasWikiEnabled: false,
    hasProjectsEnabled: false,
    hasDiscussionsEnabled: false,
    isArchived: settings.archived,
    isDisabled: false,
    isLocked: false,
    isFork: false,
    isPrivate: true,
    isEmpty: repository.branches.size === 0,
    visibility: 'PRIVATE',
    parent: null,
    viewerPermission: settings.viewerPermission,
    mergeCommitAllowed: settings.allowMerge,
    squashMergeAllowed: settings.allowSquash,
    rebaseMergeAllowed: false,
    autoMergeAllowed: false,
    deleteBranchOnMerge: settings.deleteBranchOnMerge,
    viewerDefaultMergeMethod: settings.allowMerge ? 'MERGE' : 'SQUASH',
    mergeQueue: () => (settings.mergeQueue ? { id: 'MQ_1', url: `${url}/queue` } : null),
    defaultBranchRef: () => ref(settings.defaultBranch),
    ref: ({ qualifiedName }: { qualifiedName: string }) => ref(qualifiedName.replace(/^refs\/heads\//, '')),
    refs: (page: Page) => connection([...repository.branches.keys()].sort().map(ref), page),
    object: async (asked: { oid?: string; expression?: string }) => {
      const name = asked.oid ?? asked.expression ?? '';
      const oid = repository.branches.get(name.replace(/^refs\/heads\//, '')) ?? name;
      return (await repository.bare.has(oid)) ? commitObject(repository, host, oid) : null;
    },
    pullRequest: ({ number }: { number: number }) => pullRequestObject(repository, repository.pull(number), host),
    pullRequests: (filter: PullRequestFilter) => pullRequests(repository, host, filter),
    rulesets: (page: Page) => connection([], page),
    branchProtectionRules: (page: Page) => connection([], page),
  };
}

function pullRequests(repository: HostedRepository, host: string, filter: PullRequestFilter) {
  const fits = (pr: PullRequest) =>
    (filter.states ?? [pr.state]).includes(pr.state) &&
    (filter.headRefName ?? pr.headBranch) === pr.headBranch &&
    (filter.baseRefName ?? pr.baseBranch) === pr.baseBranch;
  const found = repository.pulls.filter(fits);
  if (filter.orderBy?.direction === 'DESC') found.reverse();
  return connection(
    found.map((pr) => pullRequestObject(repository, pr, host)),
    filter,
  );
}

function refObject(repository: HostedRepository, host: string, name: string): object | null {
  const commit = repository.branches.get(name);
  if (commit === undefined) return null;
  const { settings } = repository;
  return {
    __typename: 'Ref',
    id: Buffer.from(`ref ${repository.nameWithOwner} ${name}`).toString('base64url'),
    name,
    prefix: 'refs/heads/',
    target: commitObject(repository, host, commit),
    repository: () => repositoryObject(repository, host),
    branchProtectionRule: null,
    refUpdateRule: () => ({
      requiredStatusCheckContexts: settings.requiredChecks,
      requiredApprovingReviewCount: settings.reviewRequired ? 1 : 0,
      viewerCanPush: !settings.archived,
    }),
    associatedPullRequests: (filter: PullRequestFilter) =>
      pullRequests(repository, host, { ...filter, headRefName: name }),
    compare: async ({ headRef }: { headRef: string }) => {
      const head = repository.branches.get(headRef.replace(/^refs\/heads\//, '')) ?? headRef;
      if (!(await repository.bare.has(head))) return null;
      const { ahead, behind } = await repository.bare.distance(commit, head);
      return { aheadBy: ahead, behindBy: behind };
    },
  };
}

export function pullRequestObject(repository: HostedRepository, pr: PullRequest, host: string): object {
  const { bare, settings } = repository;
  const url = `https://${host}/${repository.nameWithOwner}/pull/${pr.number}`;
  const crossing = pr.headRepository !== repository.nameWithOwner;
  const [owner = '', name = ''] = pr.headRepository.split('/');
  // One read of one pull request has one answer, whatever it asks for.
  let read: ReturnType<typeof mergeabilityAsRead> | undefined;
  const mergeability = () => {
    read ??= mergeabilityAsRead(repository, pr);
    return read;
  };
  const changes = () => bare.changes(shown.base, shown.head);
  const sum = async (key: 'additions' | 'deletions') => (await changes()).reduce((all, file) => all + file[key], 0);
  const shown = commitsAsRead(pr);
  const none = (page: Page) => connection([], page);
  return {
    __typename: 'PullRequest',
    id: pullRequestId(repository.nameWithOwner, pr.number),
    fullDatabaseId: String(pr.number),
    number: pr.number,
    url,
    permalink: url,
    title: pr.title,
    body: pr.body,
    bodyText: pr.body,
    state: pr.state,
    closed: pr.state !== 'OPEN',
    merged: pr.state === 'MERGED',
    isDraft: pr.draft,
    locked: false,
    isCrossRepository: crossing,
    maintainerCanModify: false,
    author: userObject(pr.author, host),
    createdAt: pr.createdAt,
    updatedAt: pr.updatedAt,
    closedAt: pr.closedAt,
    mergedAt: pr.mergedAt,
    mergedBy: pr.mergedBy === null ? null : userObject(pr.mergedBy, host),
    mergeCommit: pr.mergeCommit === null ? null : commitObject(repository, host, pr.mergeCommit),
    potentialMergeCommit: null,
    baseRefName: pr.baseBranch,
    baseRefOid: shown.base,
    baseRef: () => refObject(repository, host, pr.baseBranch),
    headRefName: pr.headBranch,
    headRefOid: shown.head,
    headRef: () => (crossing ? null : refObject(repository, host, pr.headBranch)),
    headRepository: crossing
      ? { __typename: 'Repository', id: repositoryId(pr.headRepository), name, nameWithOwner: pr.headRepository }
      : repositoryObject(repository, host),
    headRepositoryOwner: userObject(owner, host),
    baseRepository: () => repositoryObject(repository, host),
    repository: () => repositoryObject(repository, host),
    mergeable: async () => (await mergeability()).mergeable,
    mergeStateStatus: async () => (await mergeability()).status,
    canBeRebased: false,
    reviewDecision: () => reviewDecision(repository, pr),
    isInMergeQueue: false,
    isMergeQueueEnabled: settings.mergeQueue,
    mergeQueueEntry: null,
    autoMergeRequest: null,
    viewerCanUpdateBranch: true,
    viewerCanEnableAutoMerge: false,
    statusCheckRollup: () => Reflect.get(commitObject(repository, host, shown.head, pr), 'statusCheckRollup')(),
    commits: (page: Page) => commits(repository, host, { pr, base: shown.base, head: shown.head }, page),
    additions: () => sum('additions'),
    deletions: () => sum('deletions'),
    changedFiles: async () => (await changes()).length,
    files: async (page: Page) =>
      connection(
        (await changes()).map((file) => ({ ...file, changeType: 'MODIFIED' })),
        page,
      ),
    comments: (page: Page) =>
      connection(
        pr.comments.map((comment) => ({ ...comment, author: userObject(comment.author, host) })),
        page,
      ),
    assignees: none,
    labels: none,
    reviews: none,
    latestReviews: none,
    reviewRequests: none,
    reviewThreads: none,
    projectItems: none,
    closingIssuesReferences: none,
    milestone: null,
    reactionGroups: [],
    projectCards: () => {
      throw new Refusal(
        'Projects (classic) is being deprecated in favor of the new Projects experience, see: https://github.blog/changelog/2024-05-23-sunset-notice-projects-classic/.',
        { type: 'NOT_FOUND' },
      );
    },
    timelineItems: () => {
      throw new NotEmulated('timelineItems of a pull request');
    },
  };
}

interface Shown {
  readonly pr: PullRequest;
  readonly base: string;
  readonly head: string;
}

async function commits(repository: HostedRepository, host: string, { pr, base, head }: Shown, page: Page) {
  const all = await repository.bare.between(base, head);
  const id = pullRequestId(repository.nameWithOwner, pr.number);
  return connection(
    all.map((oid) => ({
      id: `${id} ${oid}`,
      commit: commitObject(repository, host, oid, oid === head ? pr : null),
    })),
    page,
  );
}

export function repositoryId(nameWithOwner: string): string {
  return `R_${Buffer.from(nameWithOwner).toString('base64url')}`;
}

export function pullRequestId(nameWithOwner: string, number: number): string {
  return `PR_${Buffer.from(`${nameWithOwner} ${number}`).toString('base64url')}`;
}

import { pullRequestId, repositoryId } from './graphql-objects.ts';
import type { HostedRepository } from './hosted-repository.ts';
import { mergeabilityAsRead } from './mergeability.ts';
import { commitsAsRead, type PullRequest } from './pull-request.ts';

export function userJson(login: string, host: string): object {
  return { login, id: 1, node_id: `U_${login}`, type: 'User', html_url: `https://${host}/${login}` };
}

export function repositoryJson({ nameWithOwner, name, owner, settings }: HostedRepository, host: string): object {
  return {
    id: 1,
    node_id: repositoryId(nameWithOwner),
    name,
    full_name: nameWithOwner,
    owner: userJson(owner, host),
    private: true,
    fork: false,
    html_url: `https://${host}/${nameWithOwner}`,
    default_branch: settings.defaultBranch,
    archived: settings.archived,
    allow_merge_commit: settings.allowMerge,
    allow_squash_merge: settings.allowSquash,
    allow_rebase_merge: false,
    delete_branch_on_merge: settings.deleteBranchOnMerge,
    permissions: { pull: true, push: settings.viewerPermission !== 'READ' && settings.viewerPermission !== 'TRIAGE' },
  };
}

/** A pull request as REST writes it; a list leaves out what would have to be computed. */
export async function pullRequestJson(
  repository: HostedRepository,
  pr: PullRequest,
  { host, full }: { host: string; full: boolean },
): Promise<object> {
  const api = host === 'github.com' ? 'https://api.github.com' : `https://${host}/api/v3`;
  const shown = commitsAsRead(pr);
  const [headOwner = ''] = pr.headRepository.split('/');
  const headRepository =
    pr.headRepository === repository.nameWithOwner
      ? repositoryJson(repository, host)
      : { full_name: pr.headRepository };
  const short = {
    id: pr.number,
    node_id: pullRequestId(repository.nameWithOwner, pr.number),
    number: pr.number,
    url: `${api}/repos/${repository.nameWithOwner}/pulls/${pr.number}`,
    html_url: `https://${host}/${repository.nameWithOwner}/pull/${pr.number}`,
    state: pr.state === 'OPEN' ? 'open' : 'closed',
    locked: false,
    draft: pr.draft,
    title: pr.title,
    body: pr.body === '' ? null : pr.body,
    user: userJson(pr.author, host),
    created_at: pr.createdAt,
    updated_at: pr.updatedAt,
    closed_at: pr.closedAt,
    merged_at: pr.mergedAt,
    merge_commit_sha: pr.mergeCommit,
    head: {
      label: `${headOwner}:${pr.headBranch}`,
      ref: pr.headBranch,
      sha: shown.head,
      user: userJson(headOwner, host),
      repo: headRepository,
    },
    base: {
      label: `${repository.owner}:${pr.baseBranch}`,
      ref: pr.baseBranch,
      sha: shown.base,
      user: userJson(repository.owner, host),
      repo: repositoryJson(repository, host),
    },
    auto_merge: null,
  };
  if (!full) return short;
  const { mergeable, status } = await mergeabilityAsRead(repository, pr);
  const commits = await repository.bare.between(shown.base, shown.head);
  return {
    ...short,
    merged: pr.state === 'MERGED',
    mergeable: mergeable === 'UNKNOWN' ? null : mergeable === 'MERGEABLE',
    mergeable_state: status.toLowerCase(),
    merged_by: pr.mergedBy === null ? null : userJson(pr.mergedBy, host),
    comments: pr.comments.length,
    commits: commits.length,
    maintainer_can_modify: false,
  };
}

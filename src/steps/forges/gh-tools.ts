import type { Clock } from '../../core/clock.ts';
import type { MergeMethod } from '../../core/graph/graph.ts';
import type { MergeQueue } from '../../core/merge-queue.ts';
import type { PullRequestWatch } from '../github/pull-request-watch.ts';
import type { PullRequests } from '../github/pull-requests.ts';
import type { RemoteGit } from '../github/remote-git.ts';
import type { RemoteRepository } from '../github/repository.ts';
import type { Git } from '../tools/git.ts';
import type { Worktrees } from '../worktree.ts';
import type { GhBranches } from './gh-branches.ts';

/** What merges of tasks and of lanes are made with, on GitHub; one of each in a run. */
export interface GhTools {
  readonly git: Git;
  readonly worktrees: Worktrees;
  readonly branches: GhBranches;
  readonly remote: RemoteGit;
  readonly repository: RemoteRepository;
  readonly pullRequests: PullRequests;
  readonly watch: PullRequestWatch;
  /** One merge at a time into each branch. */
  readonly queue: MergeQueue;
  readonly clock: Clock;
  readonly method: MergeMethod;
}

import type { Clock } from '../../core/clock.ts';
import type { Fact } from '../../core/events.ts';
import type { Graph, MergeMethod } from '../../core/graph/graph.ts';
import type { MergeQueue } from '../../core/merge-queue.ts';
import { Gh } from '../github/gh.ts';
import { PullRequestWatch } from '../github/pull-request-watch.ts';
import { PullRequests } from '../github/pull-requests.ts';
import { RemoteGit } from '../github/remote-git.ts';
import { REAL_CLOCK } from '../tools/clock.ts';
import type { Git } from '../tools/git.ts';
import type { Worktrees } from '../worktree.ts';
import type { GhForge } from './forge.ts';
import type { ForgeSteps } from './forge-steps.ts';
import { GhBranches } from './gh-branches.ts';
import { GhTaskMerger } from './gh-task-merger.ts';
import { GhWorkstreamSteps } from './gh-workstream-steps.ts';

export interface GhForgeOptions {
  readonly forge: GhForge;
  readonly git: Git;
  readonly worktrees: Worktrees;
  readonly queue: MergeQueue;
  readonly graph: Graph;
  readonly method: MergeMethod;
  readonly removeWorktrees: boolean;
  readonly tell: (fact: Fact) => void;
  readonly clock?: Clock;
}

/** Everything that merges on GitHub, around one gh, one watch over its pull requests and one remote. */
export function createGhForge(options: GhForgeOptions): ForgeSteps {
  const { forge, git, worktrees, queue, graph, method, removeWorktrees, tell, clock = REAL_CLOCK } = options;
  const { repository, cacheFolder } = forge;
  const gh = new Gh({ repository, cacheFolder });
  const remote = new RemoteGit({ git, remote: forge.remote, clock });
  const branches = new GhBranches({ git, remote });
  const limited = (limit: 'primary' | 'secondary', until: string) => tell({ kind: 'api_limited', limit, until });
  const watch = new PullRequestWatch({
    ask: (query, variables, how) => gh.graphql(query, variables, { ...how, allowErrors: true }),
    repository,
    clock,
    onBudget: (budget) => tell({ kind: 'api_budget', ...budget }),
    onLimited: limited,
    onTrouble: (trouble) =>
      tell(trouble === null ? { kind: 'api_reachable' } : { kind: 'api_unreachable', ...trouble }),
  });
  const onLimited = (kind: 'primary' | 'secondary', until: number) => limited(kind, new Date(until).toISOString());
  const pullRequests = new PullRequests({ gh, watch, clock, onLimited });
  const shared = { git, worktrees, branches, remote, repository, pullRequests, watch, queue, method, clock };
  return {
    branches,
    merger: new GhTaskMerger({ ...shared, removesBranches: removeWorktrees }),
    workstreams: new GhWorkstreamSteps({ ...shared, graph, removeWorktrees }),
    close: () => watch.close(),
  };
}

import { resolve } from 'node:path';
import { PullRequestError, WorkspaceError } from '../../core/errors.ts';
import type { Graph } from '../../core/graph/graph.ts';
import { integrationBranch, workstreamWorktree } from '../../core/names.ts';
import type { RunState } from '../../core/run-state.ts';
import type {
  IntegrationMerge,
  IntegrationPullRequest,
  WorkstreamRuntime,
  WorkstreamSteps,
} from '../../core/workstream.ts';
import { GhError } from '../github/gh-error.ts';
import { isSameRepository, pullRequestOf } from '../github/repository.ts';
import { asPullRequestError } from './gh-failure.ts';
import { mergeIntegration } from './gh-integration-merge.ts';
import type { GhTools } from './gh-tools.ts';
import { integrationTextOf } from './integration-text.ts';
import { findLaneBranch, holdsWork, isAncestor } from './lane-branch.ts';

export interface GhWorkstreamStepsOptions extends GhTools {
  readonly graph: Graph;
  readonly removeWorktrees: boolean;
}

/** Lanes on GitHub: the integration branch is pushed before any task's pull request, and has one of its own at the end. */
export class GhWorkstreamSteps implements WorkstreamSteps {
  readonly #options: GhWorkstreamStepsOptions;

  constructor(options: GhWorkstreamStepsOptions) {
    this.#options = options;
  }

  async prepare(lane: WorkstreamRuntime): Promise<void> {
    const { git, worktrees, branches, graph } = this.#options;
    const { id, baseBranch, parallel } = lane.workstream;
    const branch = integrationBranch(graph.name, id);
    lane.state.integrationBranch = branch;
    const base = lane.state.baseCommit ?? (await branches.tip(baseBranch, lane.signal));
    if (base === null) throw new WorkspaceError('branch_missing', `base branch ${baseBranch} is gone on the remote`);
    const found = await findLaneBranch(git, branch, lane.state.tip ?? base, lane.state.tip);
    const tip = await this.#publish(branch, found, lane);
    lane.state.baseCommit = base;
    if (parallel) return;
    const path = resolve(git.root, workstreamWorktree(graph.name, id));
    await worktrees.add(path, { commit: tip });
    lane.state.worktreePath = path;
  }

  async tip(lane: WorkstreamRuntime): Promise<string> {
    const { git, branches } = this.#options;
    const branch = lane.state.integrationBranch ?? '';
    // It has followed each merge; what persons push there is found when its pull request is opened.
    return (await git.branch(branch)) ?? (await branches.follow(branch, lane.signal));
  }

  async open(lane: WorkstreamRuntime, run: RunState): Promise<IntegrationPullRequest> {
    const { git, branches } = this.#options;
    const { mergeTargetBranch: target } = lane.workstream;
    const { tip: commit, beside: tip } = await branches.followBeside(
      lane.state.integrationBranch ?? '',
      target,
      lane.signal,
    );
    if (await isAncestor(git, commit, lane.state.baseCommit ?? commit)) return { kind: 'nothing_to_merge', commit };
    const known = run.workstreams.get(lane.workstream.id);
    // Opened by an earlier owner: what became of it meanwhile is a person's word.
    if (known?.status === 'pr_created' && known.pr !== null) {
      const merged = await this.#mergedMeanwhile(lane, known.pr);
      if (merged !== null) return { kind: 'merged', commit: merged };
    }
    if (tip !== null && tip !== lane.state.baseCommit && (await holdsWork(git, tip, commit))) {
      return { kind: 'merged', commit: tip };
    }
    const pr = await this.#openPullRequest(lane, run);
    return { kind: 'opened', pr, target, commit, mergeCommand: `gh pr merge --${this.#options.method} ${pr}` };
  }

  async merge(lane: WorkstreamRuntime, pr: string, run: RunState): Promise<IntegrationMerge> {
    const merge = await mergeIntegration(this.#options, lane, pr, run).catch((error: unknown) => {
      throw asPullRequestError(error, `pull request ${pr} cannot be merged`);
    });
    if (merge.kind === 'held') await this.#sayHeld(lane, pr, run, merge);
    return merge;
  }

  async awaitMerge(lane: WorkstreamRuntime, pr: string): Promise<{ commit: string }> {
    const options = { pace: 'calm', limit: null, signal: lane.signal } as const;
    const commit = await this.#options.watch
      .until(this.#number(pr), (found) => mergedOrClosed(found, pr), options)
      .catch((error: unknown) => {
        throw asPullRequestError(error, `pull request ${pr} cannot be read`);
      });
    // Merged it is, whether that can be fetched just now or not: who builds on it fetches it once more.
    await this.#options.branches.tip(lane.workstream.mergeTargetBranch, lane.signal).catch((error: unknown) => {
      if (!(error instanceof WorkspaceError)) throw error;
    });
    return { commit };
  }

  async teardown(lane: WorkstreamRuntime): Promise<void> {
    const { worktrees, removeWorktrees } = this.#options;
    const path = lane.state.worktreePath;
    if (path !== null && removeWorktrees) await worktrees.remove(path, lane.run);
  }

  /** Whoever is to merge it reads there why; the lane is held whether that can be written or not. */
  async #sayHeld(
    lane: WorkstreamRuntime,
    pr: string,
    run: RunState,
    held: Extract<IntegrationMerge, { kind: 'held' }>,
  ): Promise<void> {
    const { pullRequests, graph, method } = this.#options;
    const text = integrationTextOf({ graph, method }, run, lane, held);
    await pullRequests.edit(this.#number(pr), text, lane.signal).catch((error: unknown) => {
      if (!(error instanceof GhError)) throw error;
    });
  }

  /** Puts the branch on the remote, or finds it there, where merges may have moved it on; its commit. */
  async #publish(branch: string, commit: string, lane: WorkstreamRuntime): Promise<string> {
    const { remote, branches } = this.#options;
    // Of a lane that has begun the remote knows more, as often as not.
    if (lane.state.tip === null && (await remote.push(branch, { from: null, to: commit }, lane.signal))) return commit;
    if ((await remote.fetch(branch, lane.signal)) === null) {
      if (await remote.push(branch, { from: null, to: commit }, lane.signal)) return commit;
      throw new WorkspaceError('branch_moved', `branch ${branch} was made on the remote by somebody else just now`);
    }
    return await branches.follow(branch, lane.signal);
  }

  /** The merge's commit; null while it is open. Throws `pr_closed`. */
  async #mergedMeanwhile(lane: WorkstreamRuntime, pr: string): Promise<string | null> {
    const found = await this.#options.watch.read(this.#number(pr), lane.signal).catch((error: unknown) => {
      throw asPullRequestError(error, `pull request ${pr} cannot be read`);
    });
    return mergedOrClosed(found, pr);
  }

  async #openPullRequest(lane: WorkstreamRuntime, run: RunState): Promise<string> {
    const { pullRequests, graph, method } = this.#options;
    const head = lane.state.integrationBranch ?? '';
    const base = lane.workstream.mergeTargetBranch;
    const text = integrationTextOf({ graph, method }, run, lane);
    const { url } = await pullRequests.open({ head, base, ...text }, lane.signal).catch((error: unknown) => {
      throw asPullRequestError(error, `no pull request of ${head} into ${base}`);
    });
    return url;
  }

  #number(pr: string): number {
    const id = pullRequestOf(pr);
    if (id !== null && isSameRepository(id, this.#options.repository)) return id.number;
    throw new PullRequestError('pr_wrong_repository', `${pr} is no pull request of this repository`);
  }
}

/** Null while it is open; the commit of its merge, else. Throws `pr_closed`. */
function mergedOrClosed(
  found: { state: string; mergeCommit: string | null; headRefOid: string } | null,
  pr: string,
): string | null {
  if (found?.state === 'MERGED') return found.mergeCommit ?? found.headRefOid;
  if (found?.state === 'OPEN') return null;
  const what = found === null ? 'is gone' : 'was closed by a person and not merged';
  throw new PullRequestError('pr_closed', `pull request ${pr} ${what}; running the graph again opens another`);
}

import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WorkspaceError } from '../../core/errors.ts';
import type { MergeQueue } from '../../core/merge-queue.ts';
import { integrationBranch, localPullRequest, workstreamWorktree } from '../../core/names.ts';
import type { RunState } from '../../core/run-state.ts';
import type {
  IntegrationMerge,
  IntegrationPullRequest,
  WorkstreamRuntime,
  WorkstreamSteps,
} from '../../core/workstream.ts';
import { finishMerge } from '../finish-checkout.ts';
import { planMerge } from '../local-merge.ts';
import { ToolError } from '../tools/exec.ts';
import type { Git } from '../tools/git.ts';
import { againWhenKilled } from '../tools/killed-git.ts';
import { clearLocks } from '../uncommitted-work.ts';
import type { Worktrees } from '../worktree.ts';
import { gitDirOf, isWorktree, parseStatus } from '../worktree-status.ts';
import { foreignCommits } from './foreign-commits.ts';
import { findLaneBranch, holdsWork } from './lane-branch.ts';

export interface LocalWorkstreamStepsOptions {
  readonly git: Git;
  readonly worktrees: Worktrees;
  readonly queue: MergeQueue;
  readonly graph: string;
  readonly removeWorktrees: boolean;
}

/** How often a branch that a person is to merge is looked at; a question to a git that runs already. */
const MERGE_POLL = 1_000;
const MAX_RACES = 10;

/** Git's words where files stand in the way of a merge; it has no exit code for that. */
const IN_THE_WAY = /would be overwritten by merge/;

/** Lanes with git alone: the "pull request" of a lane is its integration branch. */
export class LocalWorkstreamSteps implements WorkstreamSteps {
  readonly #options: LocalWorkstreamStepsOptions;

  constructor(options: LocalWorkstreamStepsOptions) {
    this.#options = options;
  }

  async prepare(lane: WorkstreamRuntime): Promise<void> {
    const { git, worktrees, graph } = this.#options;
    const { id, baseBranch, parallel } = lane.workstream;
    const branch = integrationBranch(graph, id);
    lane.state.integrationBranch = branch;
    const base = lane.state.baseCommit ?? (await git.branch(baseBranch));
    if (base === null) throw new WorkspaceError('branch_missing', `base branch ${baseBranch} is gone`);
    const tip = await findLaneBranch(git, branch, lane.state.tip ?? base, lane.state.tip);
    lane.state.baseCommit = base;
    if (parallel) return;
    const path = resolve(git.root, workstreamWorktree(graph, id));
    await worktrees.add(path, { commit: tip });
    lane.state.worktreePath = path;
  }

  async tip(lane: WorkstreamRuntime): Promise<string> {
    const { git } = this.#options;
    const branch = lane.state.integrationBranch ?? '';
    const recorded = lane.state.tip ?? lane.state.baseCommit;
    if (recorded === null) throw new WorkspaceError('branch_missing', `branch ${branch} is gone`);
    return await findLaneBranch(git, branch, recorded, lane.state.tip);
  }

  async open(lane: WorkstreamRuntime): Promise<IntegrationPullRequest> {
    const { git } = this.#options;
    const { mergeTargetBranch } = lane.workstream;
    const commit = await this.tip(lane);
    const branch = lane.state.integrationBranch ?? '';
    const ahead = await git.run(['rev-list', '--count', `${lane.state.baseCommit}..${commit}`]);
    if (ahead.stdout === '0') return { kind: 'nothing_to_merge', commit };
    const target = await git.branch(mergeTargetBranch);
    if (target !== null && target !== lane.state.baseCommit && (await holdsWork(git, target, commit))) {
      return { kind: 'merged', commit: target };
    }
    const pr = localPullRequest(branch, commit);
    const mergeCommand = `git checkout ${mergeTargetBranch} && git merge --no-ff ${branch}`;
    return { kind: 'opened', pr, target: mergeTargetBranch, commit, mergeCommand };
  }

  async merge(lane: WorkstreamRuntime, _pr: string, run: RunState): Promise<IntegrationMerge> {
    const { git, queue } = this.#options;
    const { id, baseBranch, mergeTargetBranch: into } = lane.workstream;
    return await queue.run(into, { workstream: id }, lane.signal, async () => {
      for (let race = 0; race < MAX_RACES; race++) {
        const commit = await this.tip(lane);
        const bases = await Promise.all([...new Set([baseBranch, into])].map((name) => git.branch(name)));
        const foreign = await foreignCommits(git, run, lane, { tip: commit, bases });
        if (foreign.length > 0) return { kind: 'held', reason: 'foreign_commits', details: foreign };
        const message = `Merge workstream ${id} into ${into}`;
        const planned = await planMerge(git, { into, commit, method: 'merge', message, findMerge: true });
        if (planned.kind === 'contained') return { kind: 'merged', commit: planned.commit };
        if (planned.kind === 'conflict') return { kind: 'held', reason: 'conflict', details: planned.files };
        const moved = await this.#advance(into, planned.tip, planned.commit);
        if (moved === 'yes') return { kind: 'merged', commit: planned.commit };
        if (moved !== 'raced') return { kind: 'held', reason: 'checked_out_dirty', details: [moved] };
      }
      throw new WorkspaceError('target_moves', `branch ${into} moved ${MAX_RACES} times while it was merged into`);
    });
  }

  async awaitMerge(lane: WorkstreamRuntime): Promise<{ commit: string }> {
    const { git } = this.#options;
    const { mergeTargetBranch } = lane.workstream;
    const commit = await this.tip(lane);
    for (let seen: string | null = null; ; ) {
      const target = await git.branch(mergeTargetBranch);
      lane.signal.throwIfAborted();
      if (target !== null && target !== seen && (await holdsWork(git, target, commit))) return { commit: target };
      seen = target;
      await delay(MERGE_POLL, undefined, { signal: lane.signal });
    }
  }

  async teardown(lane: WorkstreamRuntime): Promise<void> {
    const { worktrees, removeWorktrees } = this.#options;
    const path = lane.state.worktreePath;
    if (path !== null && removeWorktrees) await worktrees.remove(path, lane.run);
  }

  /**
   * Moves a branch to a commit that descends from it. One that is checked out moves together with its files, or not
   * at all: then git's reason is returned.
   */
  async #advance(branch: string, from: string, to: string): Promise<'yes' | 'raced' | string> {
    const { git, worktrees } = this.#options;
    const checkedOut = await worktrees.whereIs(branch);
    if (checkedOut === null) {
      return (await git.updateRefs([{ ref: `refs/heads/${branch}`, to, from }])) ? 'yes' : 'raced';
    }
    // What one that was killed has left is in the way of the next, which finds itself at its end where it was not.
    const args = ['merge', '-q', '--ff-only', '--no-autostash', to];
    const gitDir = isWorktree(checkedOut) ? gitDirOf(checkedOut) : join(checkedOut, '.git');
    const merge = () =>
      againWhenKilled(
        () => git.run(args, { cwd: checkedOut }),
        () => clearLocks(git, gitDir),
      );
    try {
      await merge().catch(async (error: unknown) => {
        const isInTheWay = error instanceof ToolError && IN_THE_WAY.test(error.stderr);
        if (!isInTheWay || !(await this.#clearTheWay(checkedOut, from, to))) throw error;
        await merge();
      });
      return 'yes';
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      if ((await git.branch(branch)) !== from) return 'raced';
      return `${checkedOut}: ${error.stderr.trim()}`;
    }
  }

  /** Of what a git that was killed in this very merge has left; what a person has there stays, and is in the way. */
  async #clearTheWay(path: string, from: string, to: string): Promise<boolean> {
    const args = [
      'status',
      '--porcelain=v2',
      '--branch',
      '--untracked-files=all',
      '--ignore-submodules=dirty',
      '--no-renames',
      '-z',
    ];
    const status = parseStatus((await this.#options.git.run(args, { cwd: path })).stdout);
    return status.head === from && (await finishMerge(this.#options.git, path, status, to));
  }
}

import { WorkspaceError } from '../../core/errors.ts';
import type { BranchMerge } from '../../core/steps.ts';
import type { RemoteGit } from '../github/remote-git.ts';
import { type MergePlan, planMerge } from '../local-merge.ts';
import type { Git } from '../tools/git.ts';
import type { ForgeBranches } from './forge-branches.ts';
import { isAncestor } from './lane-branch.ts';

const MAX_RACES = 10;

/** With GitHub the remote's branches count; the local integration branches follow them. */
export class GhBranches implements ForgeBranches {
  readonly #git: Git;
  readonly #remote: RemoteGit;

  constructor(options: { git: Git; remote: RemoteGit }) {
    this.#git = options.git;
    this.#remote = options.remote;
  }

  async tip(branch: string): Promise<string | null> {
    return await this.#remote.fetch(branch);
  }

  /** Pushed first: what is here and not there would be lost to every merge that GitHub makes. */
  async takeIn(plan: MergePlan): Promise<BranchMerge> {
    for (let race = 0; race < MAX_RACES; race++) {
      await this.follow(plan.into);
      const planned = await planMerge(this.#git, plan);
      if (planned.kind === 'conflict') return planned;
      if (planned.kind === 'contained') return { kind: 'merged', commit: planned.commit };
      if (!(await this.#remote.push(plan.into, { from: planned.tip, to: planned.commit }))) continue;
      await this.follow(plan.into);
      return { kind: 'merged', commit: planned.commit };
    }
    throw new WorkspaceError('target_moves', `branch ${plan.into} moved ${MAX_RACES} times while it was merged into`);
  }

  async deleteMerged(branch: string, commit: string): Promise<void> {
    // One that moved on is somebody's; one that is gone GitHub has deleted itself.
    await this.#remote.delete(branch, commit);
  }

  /** Moves the local integration branch to where the remote's is, and tells where that is. It is checked out nowhere. */
  async follow(branch: string, signal?: AbortSignal): Promise<string> {
    for (let race = 0; race < MAX_RACES; race++) {
      const there = await this.#remote.fetch(branch, signal);
      if (there === null) throw new WorkspaceError('branch_missing', `branch ${branch} is gone on the remote`);
      const here = await this.#git.branch(branch);
      if (here === there) return there;
      if (here !== null && !(await isAncestor(this.#git, here, there))) {
        throw new WorkspaceError(
          'branch_diverged',
          `branch ${branch} is at ${there} on the remote, without work that is in it here at ${here}`,
        );
      }
      if (await this.#git.updateRefs([{ ref: `refs/heads/${branch}`, to: there, from: here ?? '0'.repeat(40) }]))
        return there;
    }
    throw new WorkspaceError('target_moves', `branch ${branch} moved ${MAX_RACES} times while it was followed`);
  }
}

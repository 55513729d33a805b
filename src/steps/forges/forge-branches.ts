import type { BranchMerge } from '../../core/steps.ts';
import { type MergePlan, mergeIntoBranch } from '../local-merge.ts';
import type { Git } from '../tools/git.ts';

/** Where a forge keeps the branches that tasks are cut from and merged into. */
export interface ForgeBranches {
  /** The commit of a base or target branch, as the forge has it now; null when there is no such branch. */
  tip(branch: string, signal?: AbortSignal): Promise<string | null>;
  /** Merges into an integration branch without a pull request, on the forge too. */
  takeIn(plan: MergePlan, signal?: AbortSignal): Promise<BranchMerge>;
  /** Deletes a task's branch that was merged at `commit` wherever the forge has it; the local one is the caller's. */
  deleteMerged(branch: string, commit: string): Promise<void>;
}

/** Without a forge, the branches of this repository are all that there is. */
export class LocalBranches implements ForgeBranches {
  readonly #git: Git;

  constructor(git: Git) {
    this.#git = git;
  }

  async tip(branch: string): Promise<string | null> {
    return await this.#git.branch(branch);
  }

  async takeIn(plan: MergePlan): Promise<BranchMerge> {
    return await mergeIntoBranch(this.#git, plan);
  }

  async deleteMerged(): Promise<void> {}
}

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
  /** By branch and commit. */
  readonly #deletions = new Map<string, Promise<boolean>>();

  constructor(options: { git: Git; remote: RemoteGit }) {
    this.#git = options.git;
    this.#remote = options.remote;
  }

  async tip(branch: string, signal?: AbortSignal): Promise<string | null> {
    return await this.#remote.fetch(branch, signal);
  }

  /** Pushed first: what is here and not there would be lost to every merge that GitHub makes. */
  async takeIn(plan: MergePlan, signal?: AbortSignal): Promise<BranchMerge> {
    for (let race = 0; race < MAX_RACES; race++) {
      await this.follow(plan.into, signal);
      const planned = await planMerge(this.#git, plan);
      if (planned.kind === 'conflict') return planned;
      if (planned.kind === 'contained') return { kind: 'merged', commit: planned.commit };
      if (!(await this.#remote.push(plan.into, { from: planned.tip, to: planned.commit }, signal))) continue;
      await this.follow(plan.into, signal);
      return { kind: 'merged', commit: planned.commit };
    }
    throw new WorkspaceError('target_moves', `branch ${plan.into} moved ${MAX_RACES} times while it was merged into`);
  }

  async deleteMerged(branch: string, commit: string): Promise<void> {
    // One that moved on is somebody's; one that is gone GitHub has deleted itself.
    try {
      await this.beginDelete(branch, commit);
    } finally {
      // One that failed is tried anew by whoever asks again.
      this.#deletions.delete(`${branch} ${commit}`);
    }
  }

  /** Deletes it while other things are done; `deleteMerged` waits for the end, and tells what went wrong. */
  beginDelete(branch: string, commit: string): Promise<boolean> {
    const key = `${branch} ${commit}`;
    const begun = this.#deletions.get(key) ?? this.#remote.delete(branch, commit);
    begun.catch(() => {});
    this.#deletions.set(key, begun);
    return begun;
  }

  /** Moves the local integration branch to where the remote's is, and tells where that is. It is checked out nowhere. */
  async follow(branch: string, signal?: AbortSignal): Promise<string> {
    return (await this.followBeside(branch, null, signal)).tip;
  }

  /** Fetches another branch with it; `beside` is the commit of that one, null for none. */
  async followBeside(
    branch: string,
    other: string | null,
    signal?: AbortSignal,
  ): Promise<{ readonly tip: string; readonly beside: string | null }> {
    for (let race = 0; race < MAX_RACES; race++) {
      const [there = null, beside = null] = await this.#remote.fetchAll(
        [branch, ...(other === null ? [] : [other])],
        signal,
      );
      if (there === null) throw new WorkspaceError('branch_missing', `branch ${branch} is gone on the remote`);
      const here = await this.#git.branch(branch);
      if (here === there) return { tip: there, beside };
      if (here !== null && !(await this.#goesOn(here, there))) {
        throw new WorkspaceError(
          'branch_diverged',
          `branch ${branch} is at ${there} on the remote, without work that is in it here at ${here}`,
        );
      }
      if (await this.#git.updateRefs([{ ref: `refs/heads/${branch}`, to: there, from: here ?? '0'.repeat(40) }]))
        return { tip: there, beside };
    }
    throw new WorkspaceError('target_moves', `branch ${branch} moved ${MAX_RACES} times while it was followed`);
  }

  /** As a rule one merge came on top, which git tells without a process. */
  async #goesOn(from: string, to: string): Promise<boolean> {
    return (await this.#git.resolve(`${to}^1`)) === from || (await isAncestor(this.#git, from, to));
  }
}

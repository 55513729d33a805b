import type { MergeMethod } from '../../core/graph/graph.ts';
import type { MergeQueue } from '../../core/merge-queue.ts';
import type { Git } from '../tools/git.ts';
import type { Worktrees } from '../worktree.ts';
import { LocalBranches } from './forge-branches.ts';
import type { ForgeSteps } from './forge-steps.ts';
import { LocalTaskMerger } from './local-task-merger.ts';
import { LocalWorkstreamSteps } from './local-workstream-steps.ts';

export interface LocalForgeOptions {
  readonly git: Git;
  readonly worktrees: Worktrees;
  readonly queue: MergeQueue;
  readonly graph: string;
  readonly method: MergeMethod;
  readonly removeWorktrees: boolean;
}

/** Everything that merges with git alone. */
export function createLocalForge(options: LocalForgeOptions): ForgeSteps {
  return {
    branches: new LocalBranches(options.git),
    merger: new LocalTaskMerger(options),
    workstreams: new LocalWorkstreamSteps(options),
    close() {},
  };
}

import { WorkspaceError } from '../core/errors.ts';
import type { MergeMethod } from '../core/graph/graph.ts';
import type { MergeResult } from '../core/steps.ts';
import { ToolError } from './tools/exec.ts';
import type { Git } from './tools/git.ts';

export interface MergePlan {
  /** The branch that takes the commit in. */
  readonly into: string;
  readonly commit: string;
  readonly method: MergeMethod;
  readonly message: string;
}

export type PlannedMerge =
  | { readonly kind: 'merge'; readonly tip: string; readonly commit: string }
  | { readonly kind: 'contained'; readonly tip: string }
  | { readonly kind: 'conflict'; readonly files: readonly string[] };

/** The ref moved under us this often in a row: somebody else is at it. */
const MAX_RACES = 50;

/** Makes the merge commit, and moves nothing. `tip` is the branch as it was; throws when there is no such branch. */
export async function planMerge(git: Git, plan: MergePlan): Promise<PlannedMerge> {
  const tip = await git.branch(plan.into);
  if (tip === null) throw new WorkspaceError('branch_missing', `branch ${plan.into} is gone`);
  const { commit } = plan;
  const straight = await git.straightAhead(tip, commit);
  if (straight === 0) return { kind: 'contained', tip };
  const tree = straight === null ? await mergedTree(git, tip, commit) : `${commit}^{tree}`;
  if (Array.isArray(tree)) return { kind: 'conflict', files: tree };
  // A merge that changes nothing may be one that was made already.
  if (tree === (await git.resolve(`${tip}^{tree}`)) && (await contains(git, tip, commit))) {
    return { kind: 'contained', tip };
  }
  const parents = plan.method === 'squash' ? ['-p', tip] : ['-p', tip, '-p', commit];
  const made = await git.run(['commit-tree', tree, ...parents, '-m', plan.message]);
  return { kind: 'merge', tip, commit: made.stdout };
}

/**
 * Merges by git alone: no worktree is touched, and the branch moves only from the commit that the merge was made on.
 * A commit that the branch contains already is merged already.
 */
export async function mergeIntoBranch(git: Git, plan: MergePlan): Promise<MergeResult> {
  for (let race = 0; race < MAX_RACES; race++) {
    const planned = await planMerge(git, plan);
    if (planned.kind === 'conflict') return planned;
    if (planned.kind === 'contained') return { kind: 'merged', commit: planned.tip };
    const ref = `refs/heads/${plan.into}`;
    if (await git.updateRefs([{ ref, to: planned.commit, from: planned.tip }])) {
      return { kind: 'merged', commit: planned.commit };
    }
  }
  throw new WorkspaceError('target_moves', `branch ${plan.into} moved ${MAX_RACES} times while it was merged into`);
}

async function contains(git: Git, tip: string, commit: string): Promise<boolean> {
  return (await git.run(['rev-list', '--count', `${tip}..${commit}`])).stdout === '0';
}

/** The merged tree, or the names of the files that conflict. Throws `WorkspaceError` `unrelated_histories`. */
export async function mergedTree(git: Git, ours: string, theirs: string): Promise<string | string[]> {
  const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', ours, theirs];
  const { exitCode, stdout, stderr } = await git.run(args, { accept: [0, 1] }).catch(async (error: unknown) => {
    const base = await git.run(['merge-base', ours, theirs], { accept: [0, 1] });
    if (base.exitCode === 0) throw error;
    throw new WorkspaceError('unrelated_histories', `${theirs} has no history in common with ${ours}`, {
      cause: error,
    });
  });
  const [tree = '', ...files] = stdout.split('\0');
  // It exits as for a conflict, too, where there is no such commit.
  if (tree === '') throw new ToolError(['git', ...args], { exitCode, stderr, timedOut: false });
  return exitCode === 0 ? tree : [...new Set(files.filter((file) => file !== ''))];
}

import { WorkspaceError } from '../core/errors.ts';
import type { MergeMethod } from '../core/graph/graph.ts';
import type { BranchMerge } from '../core/steps.ts';
import { ToolError } from './tools/exec.ts';
import type { Git } from './tools/git.ts';

export interface MergePlan {
  /** The branch that takes the commit in. */
  readonly into: string;
  readonly commit: string;
  readonly method: MergeMethod;
  readonly message: string;
  /** Where the branch contains the commit: name the one that brought it in, and not the branch's tip. */
  readonly findMerge?: boolean;
}

export type PlannedMerge =
  | { readonly kind: 'merge'; readonly tip: string; readonly commit: string }
  | { readonly kind: 'contained'; readonly tip: string; readonly commit: string }
  | { readonly kind: 'conflict'; readonly files: readonly string[] };

/** The ref moved under us this often in a row: somebody else is at it. */
const MAX_RACES = 50;

/** Makes the merge commit, and moves nothing. `tip` is the branch as it was; throws when there is no such branch. */
export async function planMerge(git: Git, plan: MergePlan): Promise<PlannedMerge> {
  const tip = await git.branch(plan.into);
  if (tip === null) throw new WorkspaceError('branch_missing', `branch ${plan.into} is gone`);
  const { commit } = plan;
  const straight = await git.straightAhead(tip, commit);
  if (straight === 0) return { kind: 'contained', tip, commit };
  const isSquash = plan.method === 'squash';
  // A branch that only goes on from here has not been squashed yet.
  const squashed = isSquash && straight === null ? await squashOf(git, tip, plan) : null;
  if (squashed !== null) return { kind: 'contained', tip, commit: squashed };
  const tree = straight === null ? await mergedTree(git, tip, commit) : await git.resolve(`${commit}^{tree}`);
  if (Array.isArray(tree)) return { kind: 'conflict', files: tree };
  // A merge that changes nothing may be one that was made already.
  if (tree === (await git.resolve(`${tip}^{tree}`))) {
    if (await contains(git, tip, commit)) {
      return { kind: 'contained', tip, commit: plan.findMerge ? await mergeOf(git, tip, commit) : tip };
    }
    if (isSquash) return { kind: 'contained', tip, commit: tip };
  }
  const parents = isSquash ? ['-p', tip] : ['-p', tip, '-p', commit];
  const made = await git.run(['commit-tree', tree ?? `${commit}^{tree}`, ...parents, '-m', plan.message]);
  return { kind: 'merge', tip, commit: made.stdout };
}

/**
 * Merges by git alone: no worktree is touched, and the branch moves only from the commit that the merge was made on.
 * A commit that the branch contains already is merged already.
 */
export async function mergeIntoBranch(git: Git, plan: MergePlan): Promise<BranchMerge> {
  for (let race = 0; race < MAX_RACES; race++) {
    const planned = await planMerge(git, plan);
    if (planned.kind === 'conflict') return planned;
    if (planned.kind === 'contained') return { kind: 'merged', commit: planned.commit };
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

/** The commit on the branch's own line with which `commit` came in: itself, or the merge that others may have followed. */
async function mergeOf(git: Git, tip: string, commit: string): Promise<string> {
  const list = async (...args: string[]) =>
    (await git.run(['rev-list', ...args, `${commit}..${tip}`])).stdout.split('\n');
  const after = new Set(await list('--ancestry-path'));
  const merge = (await list('--first-parent')).findLast((one) => after.has(one)) ?? tip;
  return (await git.resolve(`${merge}^1`)) === commit ? commit : merge;
}

/** A commit of the branch, since the two went apart, that is what this very squash would have made. */
async function squashOf(git: Git, tip: string, { commit, message }: MergePlan): Promise<string | null> {
  const format = '--format=%H%x00%B%x00';
  const { stdout } = await git.run([
    'log',
    '-z',
    '--first-parent',
    '--no-merges',
    '--no-show-signature',
    format,
    `${commit}..${tip}`,
  ]);
  const fields = stdout.split('\0');
  for (let at = 0; at + 1 < fields.length; at += 3) {
    const [made = '', text = ''] = [fields[at], fields[at + 1]];
    if (text.trim() !== message.trim()) continue;
    if ((await mergedTree(git, `${made}^`, commit)) === (await git.resolve(`${made}^{tree}`))) return made;
  }
  return null;
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

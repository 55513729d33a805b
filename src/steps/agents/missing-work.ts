import type { MissingWork } from '../../core/nudge-prompt.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import { commitsAhead } from '../commits-ahead.ts';
import { ToolError } from '../tools/exec.ts';
import type { Git } from '../tools/git.ts';
import type { Worktrees } from '../worktree.ts';

/** What stands between the work of an attempt, as it lies in its worktree, and its signal. */
export async function missingWork(
  runtime: TaskRuntime,
  { git, worktrees }: { readonly git: Git; readonly worktrees: Worktrees },
): Promise<MissingWork> {
  try {
    const status = await worktrees.status(runtime.require('worktreePath'));
    if (status === null) return NOTHING_KNOWN;
    const branch = runtime.require('branchName');
    const isElsewhere = status.branch !== branch;
    const commits = status.head === null || isElsewhere ? null : await commitsAhead(git, runtime, status.head);
    return { uncommitted: status.dirty, commits, branch: isElsewhere ? branch : null };
  } catch (error) {
    // Git may be at work there just now; that there is no signal is known anyway.
    if (!(error instanceof ToolError)) throw error;
    return NOTHING_KNOWN;
  }
}

const NOTHING_KNOWN: MissingWork = { uncommitted: [], commits: null, branch: null };

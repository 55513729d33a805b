import { attemptRef } from '../core/names.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import type { SavedWork } from './backup-refs.ts';
import type { Git } from './tools/git.ts';

/** What an attempt goes on from, where a person wants the work of the last one kept. */
export interface WorkToKeep {
  readonly tip: string;
  /** A commit on top of it, of all that was not committed; null for none. */
  readonly files: string | null;
}

/**
 * `left` is what was saved in the worktree just now. Null where nothing is to be kept, or nothing is left of it. The
 * same for an attempt that is prepared again after a crash.
 */
export async function workToKeep(
  git: Git,
  { keptWork, resumed, run, task }: TaskRuntime,
  { branch, left }: { branch: string; left: SavedWork | null },
): Promise<WorkToKeep | null> {
  if (keptWork === null) return null;
  const saved = [...keptWork.saved, ...(resumed?.saved ?? []), ...(left === null ? [] : [left])];
  const uncommitted = await lastUncommitted(git, saved, branch);
  const ref = attemptRef(run, task.id, keptWork.attempt);
  const commits = saved.findLast((one) => one.ref === ref || one.ref.startsWith(`${ref}-`));
  const now = await git.branch(branch);
  const tip = (keptWork.onBranch ? now : null) ?? commits?.commit ?? now ?? uncommitted?.on ?? null;
  if (tip === null) return null;
  return { tip, files: uncommitted?.on === tip ? uncommitted.commit : null };
}

/** What was not committed, and the commit that it was on; of this very branch: a shared worktree may have held the work of another task. */
export async function lastUncommitted(
  git: Git,
  saved: readonly SavedWork[],
  branch: string,
): Promise<{ commit: string; on: string } | null> {
  for (const { ref, commit } of saved.toReversed()) {
    if (!ref.startsWith('refs/agentrelay/backup/')) continue;
    const { stdout } = await git.run(['show', '-s', '--format=%P%n%s', commit]);
    const [parents = '', subject = ''] = stdout.split('\n');
    const [on = ''] = parents.split(' ');
    if (subject === uncommittedWorkOf(branch) || subject === uncommittedWorkOf(null)) return { commit, on };
  }
  return null;
}

/** The subject of a commit of what was not committed; null for a HEAD that was on no branch. */
export function uncommittedWorkOf(branch: string | null): string {
  return `Uncommitted work of ${branch ?? 'a detached worktree'}`;
}

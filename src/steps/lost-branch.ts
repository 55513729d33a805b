import { join } from 'node:path';
import { BRANCH_ROOT } from '../core/names.ts';
import { readUnlinked } from './tools/atomic-file.ts';
import { type Git, NO_COMMIT } from './tools/git.ts';
import { headOf } from './worktree-git.ts';
import { gitDirOf, type WorktreeStatus } from './worktree-status.ts';

/**
 * Puts HEAD of a worktree, whose branch of ours was deleted by hand, on the branch's last commit; false where the branch
 * is there, or where nothing tells which commit that was.
 */
export async function detachFromLost(git: Git, path: string, status: WorktreeStatus): Promise<boolean> {
  if (status.head !== null || !status.branch?.startsWith(`${BRANCH_ROOT}/`)) return false;
  const last = await git.resolve(lastCommit(path) ?? '');
  const ref = headOf(path);
  if (last === null || ref === null) return false;
  return await git.updateRefs([{ ref, to: last, from: NO_COMMIT, noDeref: true }]);
}

/** Where HEAD was last, by the worktree's own log of it; null where none is kept. */
function lastCommit(path: string): string | null {
  const last = readUnlinked(join(gitDirOf(path), 'logs/HEAD'))
    ?.trimEnd()
    .split('\n')
    .at(-1);
  return last?.split(' ')[1] ?? null;
}

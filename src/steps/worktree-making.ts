import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { WorkspaceError } from '../core/errors.ts';
import { dropHalfMade, dropNameless, isHalfMade } from './half-made-worktree.ts';
import { ToolError } from './tools/exec.ts';
import type { Git } from './tools/git.ts';
import { wasKilled } from './tools/killed-git.ts';
import { listWorktrees } from './tools/worktree-list.ts';
import { forgetWorktree } from './worktree-removal.ts';
import { isWorktree } from './worktree-status.ts';

export interface NewWorktree {
  readonly path: string;
  readonly commit: string;
  /** (Re)made at the commit; detached without one. */
  readonly branch: string | undefined;
  readonly commonDir: string;
}

/** How often something that is in the way of one worktree is cleared away. */
const MAX_TRIES = 3;

/**
 * Makes a worktree. False, and nothing is made, where one is there by now: of a git that went on after the owner that
 * started it, or that was killed at its very end. One at a time in a repository.
 */
export async function makeWorktree(git: Git, { path, commit, branch, commonDir }: NewWorktree): Promise<boolean> {
  const on = branch === undefined ? ['--detach'] : ['-B', branch];
  for (let tries = 1; ; tries++) {
    dropNameless(basename(path), commonDir);
    try {
      // `-f` takes over the record of a worktree whose folder was deleted by hand.
      await git.run(['worktree', 'add', '-q', '-f', ...on, path, commit]);
      return true;
    } catch (error) {
      const wasCleared = (await dropHalfMade(path, commonDir)) || wasKilled(error);
      if (isWorktree(path) && !isHalfMade(path, commonDir)) return false;
      const isFree = wasCleared || (branch !== undefined && (await forgetHolder(git, { path, branch, commonDir })));
      if (isFree && tries < MAX_TRIES) continue;
      throw new WorkspaceError('worktree_clash', `cannot make the worktree ${path}: ${reason(error)}`, {
        cause: error,
      });
    }
  }
}

/** The record that has `branch`, where its folder is gone. Another's stays when a person has locked it. */
export async function forgetHolder(
  git: Git,
  { path, branch, commonDir }: { readonly path: string; readonly branch: string; readonly commonDir: string },
): Promise<boolean> {
  const holder = (await listWorktrees(git)).find((worktree) => worktree.branch === branch);
  if (holder === undefined || existsSync(holder.path) || (holder.locked && holder.path !== path)) return false;
  await forgetWorktree(git, holder.path, commonDir);
  return true;
}

/** Git's own words, where it had any. */
export function reason(error: unknown): string {
  return error instanceof ToolError && error.stderr.trim() !== '' ? error.stderr.trim() : String(error);
}

import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WorkspaceError } from '../core/errors.ts';
import { readIfThere } from './tools/atomic-file.ts';
import { isInside, liveGit } from './tools/git-processes.ts';
import { recordOf } from './tools/worktree-records.ts';
import { gitDirOf, isWorktree } from './worktree-status.ts';

/** Milliseconds for a git that goes on after the owner that started it; where nobody can see it, all of `UNSEEN`. */
const PATIENCE = 30_000;
const UNSEEN = 10_000;

/** Git marks a worktree so while it makes it: nobody has worked there yet. */
export function isHalfMade(path: string, commonDir: string): boolean {
  return halfMade(path, commonDir) !== null;
}

/**
 * Takes away what a `git worktree add` that was killed has left, as if it had never begun; false when there is nothing
 * of it. One that is still alive is waited for. Throws `WorkspaceError` `worktree_busy` when it does not end.
 */
export async function dropHalfMade(path: string, commonDir: string): Promise<boolean> {
  const gitDir = halfMade(path, commonDir);
  if (gitDir === null) return false;
  await untilNobodyMakes(path, gitDir);
  if (halfMade(path, commonDir) === null) return false;
  // In this order: it is found by its record once more, should this be the end of us.
  await rm(path, { recursive: true, force: true });
  rmSync(gitDir, { recursive: true, force: true });
  return true;
}

/** A record that was begun under the name that the worktree would get, and that names no folder yet. */
export function dropNameless(name: string, commonDir: string): void {
  const gitDir = join(commonDir, 'worktrees', name);
  if (isMarked(gitDir) && readIfThere(join(gitDir, 'gitdir')) === null && !liveGit()?.some(isAdding)) {
    rmSync(gitDir, { recursive: true, force: true });
  }
}

/** The git directory of a worktree that is half made. */
function halfMade(path: string, commonDir: string): string | null {
  const gitDir = isWorktree(path) ? gitDirOf(path) : (recordOf(path, commonDir)?.gitDir ?? null);
  if (gitDir === null || !isInside(gitDir, join(commonDir, 'worktrees'))) return null;
  return isMarked(gitDir) ? gitDir : null;
}

function isMarked(gitDir: string): boolean {
  return readIfThere(join(gitDir, 'locked'))?.trim() === 'initializing';
}

function isAdding({ argv }: { argv: readonly string[] }): boolean {
  return argv.includes('worktree');
}

async function untilNobodyMakes(path: string, gitDir: string): Promise<void> {
  const begun = performance.now();
  while (isMarked(gitDir)) {
    const lasted = performance.now() - begun;
    const makers = liveGit()?.filter(
      ({ cwd, argv }) => argv.includes(path) || (cwd !== null && (isInside(cwd, path) || isInside(cwd, gitDir))),
    );
    if (makers?.length === 0 || (makers === undefined && lasted > UNSEEN)) return;
    if (lasted > PATIENCE) {
      const pids = makers?.map(({ pid }) => pid).join(', ');
      throw new WorkspaceError('worktree_busy', `the worktree ${path} is still being made by process ${pids}`);
    }
    await delay(50);
  }
}

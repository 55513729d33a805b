import { existsSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WorkspaceError } from '../core/errors.ts';
import { readIfThere } from './tools/atomic-file.ts';
import { isInside, liveGit } from './tools/git-processes.ts';
import { recordedWorktrees, recordOf } from './tools/worktree-records.ts';
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

/**
 * A record under the name that the worktree gets that names no folder, not yet or no more: of a git that was killed when
 * it made one, or took one away. Git itself prunes these.
 */
export function dropNameless(name: string, commonDir: string): void {
  const gitDir = join(commonDir, 'worktrees', name);
  const mark = readIfThere(join(gitDir, 'locked'))?.trim() ?? '';
  if (!existsSync(gitDir) || !['', MARK].includes(mark)) return;
  const folder = readIfThere(join(gitDir, 'gitdir')) ?? '';
  if (folder === '' && !isAnyMade(commonDir)) rmSync(gitDir, { recursive: true, force: true });
}

/** The git directory of a worktree that is half made. */
function halfMade(path: string, commonDir: string): string | null {
  const gitDir = namedBy(path) ?? recordOf(path, commonDir)?.gitDir ?? null;
  if (gitDir === null || !isInside(gitDir, join(commonDir, 'worktrees'))) return null;
  return isMarked(gitDir) ? gitDir : null;
}

/** Null also for a folder whose `.git` is not written yet. */
function namedBy(path: string): string | null {
  return isWorktree(path) && gitDirOf(path) !== path ? gitDirOf(path) : null;
}

const MARK = 'initializing';

function isMarked(gitDir: string): boolean {
  return readIfThere(join(gitDir, 'locked'))?.trim() === MARK;
}

/** Whether a git makes a worktree of this repository just now. */
function isAnyMade(commonDir: string): boolean {
  const folders = [dirname(commonDir), ...recordedWorktrees(commonDir).map((record) => record.path)];
  const isHere = (cwd: string | null) => cwd === null || folders.some((folder) => isInside(cwd, folder));
  const makers = liveGit()?.filter(({ argv }) => argv.includes('worktree') && argv.includes('add')) ?? [];
  return makers.some(({ cwd }) => isHere(cwd));
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

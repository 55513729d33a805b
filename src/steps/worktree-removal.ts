import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { dropNameless } from './half-made-worktree.ts';
import type { Git } from './tools/git.ts';
import { againWhenKilled } from './tools/killed-git.ts';
import { recordOf } from './tools/worktree-records.ts';

/**
 * Takes a worktree away with its record. The folder goes at once and then bit by bit, so that a removal which is
 * stopped half-way never looks like work of somebody who deleted files. One at a time in a repository.
 */
export async function removeWorktree(git: Git, path: string, commonDir: string): Promise<void> {
  // What is in there was a worktree once, and its work is saved.
  const removed = join(commonDir, 'agentrelay-removed');
  const moved = existsSync(path) && recordOf(path, commonDir) !== null ? moveAway(path, removed) : null;
  await forgetWorktree(git, path, commonDir);
  if (moved !== null) await rm(moved, { recursive: true, force: true });
  // What removals that were stopped have left, as far as it goes; the next one tries again.
  if (existsSync(removed)) await Promise.allSettled([rm(removed, { recursive: true })]);
}

/** Takes the record away. Of a folder that is gone git forgets this one, and none on a disk that is not here just now. */
export async function forgetWorktree(git: Git, path: string, commonDir: string): Promise<void> {
  const record = recordOf(path, commonDir);
  await againWhenKilled(async () => {
    await git.run(['worktree', 'remove', '-f', '-f', path], { accept: existsSync(path) ? [0] : [0, 128] });
  });
  // Where git was killed in the middle.
  dropNameless(basename(record?.gitDir ?? path), commonDir);
}

/** Null where git has to see to it: a mounted folder, one that we may not move, or whose name is taken there. */
function moveAway(path: string, folder: string): string | null {
  const to = join(folder, `${process.pid}-${basename(path)}`);
  mkdirSync(folder, { recursive: true });
  try {
    renameSync(path, to);
    return to;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!['ENOTEMPTY', 'EEXIST', 'EXDEV', 'EBUSY', 'EACCES', 'EPERM'].includes(code ?? '')) throw error;
    return null;
  }
}

import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readIfThere } from './atomic-file.ts';

/** What git keeps of a worktree beside the main one. */
export interface WorktreeRecord {
  /** The worktree's own git directory. */
  readonly gitDir: string;
  /** The worktree's folder, which need not be there. */
  readonly path: string;
}

/** Read from the files: `git worktree list` leaves out what is half made. */
export function recordedWorktrees(commonDir: string): WorktreeRecord[] {
  const folder = join(commonDir, 'worktrees');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const gitDir = join(folder, name);
    const file = readIfThere(join(gitDir, 'gitdir'))?.trimEnd();
    return file === undefined || file === '' ? [] : [{ gitDir, path: real(dirname(resolve(gitDir, file))) }];
  });
}

/** The record of the worktree at `path`, null when git has none. */
export function recordOf(path: string, commonDir: string): WorktreeRecord | null {
  const wanted = real(path);
  return recordedWorktrees(commonDir).find((record) => record.path === wanted) ?? null;
}

/** Of a folder that is not there, as far as there is one. */
function real(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const above = dirname(path);
  return above === path ? path : join(real(above), path.slice(above.length));
}

import { lstatSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readUnlinked } from './tools/atomic-file.ts';

/** Git writes to these through a link, or waits for a pipe; both of them somebody else has put there. */
const WRITTEN = ['index', 'logs', 'logs/HEAD'];

/** Takes away what an agent may have made of the files that git writes for a worktree: git itself makes them anew. */
export function dropForeignFiles(gitDir: string, commonDir: string): void {
  if (dirname(gitDir) !== join(commonDir, 'worktrees')) return;
  for (const name of WRITTEN) {
    const path = join(gitDir, name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined || stats.isDirectory() || stats.isFile()) continue;
    rmSync(path, { force: true });
  }
}

/** The same for a branch that an agent has made a pointer to another one of: git would move that one. */
export function dropPointer(branch: string, commonDir: string): void {
  const path = join(commonDir, 'refs/heads', branch);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isDirectory()) return;
  if (!stats.isFile() || readUnlinked(path)?.startsWith('ref:') === true) rmSync(path, { force: true });
}

import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { subfolders } from '../leavings/graph-records.ts';
import type { Repository } from '../preflight.ts';
import { isInside, liveGit } from '../tools/git-processes.ts';
import { onlyReads } from '../tools/killed-git.ts';
import { lockHolder } from '../tools/lock-file.ts';
import { quoteForShell } from '../tools/tmux-parse.ts';
import { type Finding, warn } from './finding.ts';

/** Of worktrees, shared by all owners in the repository. */
const OURS = 'agentrelay.lock';

/**
 * Lock files of git that no git is there for, and our own of a process that is gone. To be asked while no git of ours
 * is at work.
 */
export function lockFindings({ root, commonDir }: Repository): Finding[] {
  const locks = locksIn(commonDir);
  if (locks.length === 0) return [];
  const isHere = (cwd: string | null) => cwd === null || isInside(cwd, root) || isInside(cwd, commonDir);
  const live = liveGit();
  const isAtWork = live === null || live.some(({ cwd, argv }) => isHere(cwd) && !onlyReads(argv.slice(1)));
  return locks.flatMap((name) => {
    const path = join(commonDir, name);
    const isHeld = name === OURS ? lockHolder(path) !== null : isAtWork;
    if (isHeld || !existsSync(path)) return [];
    const detail = `${relative(root, path)} was left by a process that is gone`;
    return [warn('locks', detail, `rm ${quoteForShell(path)}, or leave it to the next run`)];
  });
}

/** Where git makes them; the folder of objects, which may be large, holds one alone. */
function locksIn(commonDir: string): string[] {
  const folders = ['', ...subfolders(join(commonDir, 'worktrees')).map((name) => join('worktrees', name))];
  const names = folders.flatMap((folder) => readdirSync(join(commonDir, folder)).map((name) => join(folder, name)));
  const refs = readdirSync(join(commonDir, 'refs'), { recursive: true, encoding: 'utf8' });
  const all = [...names, ...refs.map((name) => join('refs', name)), 'objects/maintenance.lock'];
  return all.filter((name) => name.endsWith('.lock') && existsSync(join(commonDir, name)));
}

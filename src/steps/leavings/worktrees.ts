import { existsSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Leaving, NO_WORK } from '../../core/gc-plan.ts';
import type { Git } from '../tools/git.ts';
import type { ListedWorktree } from '../tools/worktree-list.ts';
import type { Worktrees } from '../worktree.ts';
import { gitDirOf, isWorktree } from '../worktree-status.ts';
import { folderSize } from './disk-usage.ts';
import { type GraphRecords, subfolders, targetsOfLane } from './graph-records.ts';
import { workOf } from './merged.ts';

export interface WorktreeSearch {
  readonly root: string;
  readonly git: Git;
  readonly worktrees: Worktrees;
  readonly listed: readonly ListedWorktree[];
  readonly records: GraphRecords;
  readonly sizes: boolean;
}

/** Worktrees below `.worktrees/<graph>/`: those that git knows, there or not, and folders that it does not know. */
export async function findWorktrees(search: WorktreeSearch): Promise<Leaving[]> {
  const { root, listed, records } = search;
  const top = join(root, '.worktrees', records.graph);
  const known = listed.filter(({ path }) => path.startsWith(`${top}/`)).map(({ path }) => path);
  const paths = new Set([...known, ...subfolders(top).map((name) => join(top, name))]);
  return await Promise.all([...paths].sort().map((path) => lookAt(path, search)));
}

async function lookAt(path: string, search: WorktreeSearch): Promise<Leaving> {
  const { root, listed, records, sizes } = search;
  const { obstacle, work } = await workIn(path, search);
  return {
    kind: 'worktree',
    name: relative(root, path),
    graph: records.graph,
    run: records.runs.at(-1) ?? null,
    bytes: sizes && existsSync(path) ? await folderSize(path) : sizes ? 0 : null,
    changedAt: changedAt(path),
    work,
    obstacle: listed.some((worktree) => worktree.path === path && isKept(worktree)) ? 'git worktree lock' : obstacle,
    heldBy: null,
  };
}

async function workIn(path: string, search: WorktreeSearch): Promise<Pick<Leaving, 'work' | 'obstacle'>> {
  const { git, worktrees, listed, records } = search;
  const lane = path.split('/').at(-1)?.split('--')[0] ?? '';
  const targets = targetsOfLane(records, lane);
  const head = listed.find((worktree) => worktree.path === path)?.head ?? null;
  if (!existsSync(path)) {
    const work = head === null ? NO_WORK : await workOf(git, head, targets).catch(() => null);
    const isLost = work !== null && work.unmerged > 0 && !(await isHeld(git, head ?? ''));
    return { work: work ?? NO_WORK, obstacle: isLost ? `its folder is gone, and only it names commit ${head}` : null };
  }
  // All that is in it is somebody's; as a whole it is set aside when it goes.
  if (!isWorktree(path)) return { work: { ...NO_WORK, uncommitted: 1 }, obstacle: null };
  const status = await worktrees.status(path);
  if (status === null) return { work: { ...NO_WORK, uncommitted: 1 }, obstacle: null };
  const work = status.head === null ? NO_WORK : await workOf(git, status.head, targets);
  return { work: { ...work, uncommitted: status.dirty.length }, obstacle: null };
}

/** Whether a ref has the commit. */
async function isHeld(git: Git, commit: string): Promise<boolean> {
  return (await git.run(['for-each-ref', '--count=1', '--contains', commit])).stdout !== '';
}

/** When its HEAD was last moved. */
function changedAt(path: string): number | null {
  if (!existsSync(path)) return null;
  const file = isWorktree(path) ? join(gitDirOf(path), 'HEAD') : path;
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? statSync(path).mtimeMs;
}

/** By a person, or by a git that is at work. */
function isKept({ locked, initializing }: ListedWorktree): boolean {
  return locked || initializing;
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ResetWorld, WorktreeInWorld } from '../../core/reset-world.ts';
import type { RunState } from '../../core/run-state.ts';
import { ToolError } from '../tools/exec.ts';
import type { Git } from '../tools/git.ts';
import { listWorktrees } from '../tools/worktree-list.ts';
import type { Worktrees } from '../worktree.ts';

/** The worktrees of the run's lanes with what is in them, and where every branch is checked out. */
export async function readWorktrees(
  git: Git,
  worktrees: Worktrees,
  state: RunState,
): Promise<Pick<ResetWorld, 'worktrees' | 'checkedOut'>> {
  const checkedOut = new Map<string, string>();
  const found: WorktreeInWorld[] = [];
  const ours = join(git.root, '.worktrees', state.graph, '/');
  for (const { path, branch } of await listWorktrees(git)) {
    // The record of a folder that somebody has deleted stands in nobody's way.
    if (!existsSync(path)) continue;
    if (branch !== null) checkedOut.set(`refs/heads/${branch}`, path);
    if (!path.startsWith(ours)) continue;
    const [workstream = '', task = null] = path.slice(ours.length).split('--');
    if (state.workstreams.has(workstream)) found.push(await look(worktrees, { path, workstream, task }));
  }
  return { worktrees: found, checkedOut };
}

type Place = Pick<WorktreeInWorld, 'path' | 'workstream' | 'task'>;

async function look(worktrees: Worktrees, place: Place): Promise<WorktreeInWorld> {
  const status = await worktrees.status(place.path).catch((error: unknown) => {
    // Git cannot read it: a folder of files, which is set aside whole when its worktree goes.
    if (error instanceof ToolError && error.exitCode !== null) return null;
    throw error;
  });
  return { ...place, ...(status ?? { head: null, branch: null, dirty: [] }) };
}

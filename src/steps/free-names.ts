import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../core/errors.ts';
import type { Graph } from '../core/graph/graph.ts';
import { BRANCH_ROOT, taskBranch, taskWorktree, workstreamWorktree } from '../core/names.ts';
import type { Git } from './tools/git.ts';
import { isInside } from './tools/git-processes.ts';
import { listWorktrees } from './tools/worktree-list.ts';
import { gitDirOf, isWorktree } from './worktree-status.ts';

export interface NamesOptions {
  readonly graph: Graph;
  readonly git: Git;
  /** Absolute, as the one below. */
  readonly root: string;
  readonly commonDir: string;
}

/** Git cannot hold `agentrelay` beside `agentrelay/…`, nor one branch in two worktrees. */
export async function requireFreeNames(
  { graph, git, root, commonDir }: NamesOptions,
  collect: (error: unknown) => void,
): Promise<void> {
  for (const prefix of [BRANCH_ROOT, taskBranch(graph.name, 'ws'), `${BRANCH_ROOT}/${graph.name}`]) {
    if ((await git.branch(prefix)) === null) continue;
    collect(
      new UserError(`branch ${prefix} is in the way of the branches that the run makes`, {
        hint: `git branch -m ${prefix} another-name`,
      }),
    );
  }
  const listed = await listWorktrees(git);
  const ours = join(root, '.worktrees', graph.name);
  for (const folder of ['.worktrees', '.workflow']) {
    const top = join(root, folder);
    requireFolders([top, join(top, graph.name)], collect);
  }
  for (const { path, branch } of listed) {
    if (!branch?.startsWith(`${BRANCH_ROOT}/${graph.name}/`) || path.startsWith(`${ours}/`)) continue;
    collect(
      new UserError(`branch ${branch} is checked out in ${path}, where the run cannot use it`, {
        hint: `git -C ${path} checkout --detach`,
      }),
    );
  }
  const known = new Set(listed.map((worktree) => worktree.path));
  for (const path of worktreePaths(graph).map((relative) => join(root, relative))) {
    if (!existsSync(path) || known.has(path) || isOwnRest(path, commonDir)) continue;
    collect(
      new UserError(`${path} is in the way: the run makes a worktree there, and this is none`, {
        hint: 'move it away',
      }),
    );
  }
}

/**
 * What a git that was killed when it made a worktree, or took one away, has left: the steps clear it away, or set it
 * aside where somebody may have worked in it. Git's list leaves these out.
 */
function isOwnRest(path: string, commonDir: string): boolean {
  if (!lstatSync(path).isDirectory()) return false;
  if (readdirSync(path).length === 0) return true;
  return isWorktree(path) && isInside(gitDirOf(path), join(commonDir, 'worktrees'));
}

/** What lies on the way to our folders must be folders; a link would take the run to who knows where. */
function requireFolders(paths: readonly string[], collect: (error: unknown) => void): void {
  for (const path of paths) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return;
    if (found.isDirectory()) continue;
    const what = found.isSymbolicLink() ? 'a link' : 'a file';
    collect(
      new UserError(`${path} is in the way: the run keeps its files in a folder of this name, and this is ${what}`, {
        hint: 'move it away',
      }),
    );
    return;
  }
}

function worktreePaths(graph: Graph): string[] {
  const lanes = graph.workstreams.filter((lane) => !lane.parallel);
  const parallel = new Set(graph.workstreams.filter((lane) => lane.parallel).map((lane) => lane.id));
  const tasks = graph.tasks.filter((task) => parallel.has(task.workstreamId));
  return [
    ...lanes.map((lane) => workstreamWorktree(graph.name, lane.id)),
    ...tasks.map((task) => taskWorktree(graph.name, task.workstreamId, task.id)),
  ];
}

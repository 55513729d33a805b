import { basename } from 'node:path';
import { WorkspaceError } from '../core/errors.ts';
import { attemptRef, attemptWorktree, taskWorktree } from '../core/names.ts';
import type { UndoneTeardown } from '../core/steps.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import { lastUncommitted } from './kept-work.ts';
import { type Git, NO_COMMIT } from './tools/git.ts';
import { againWhenKilled } from './tools/killed-git.ts';
import { clearLocks, stagedWorkOf } from './uncommitted-work.ts';
import type { Worktrees } from './worktree.ts';
import { worktreeGit } from './worktree-git.ts';
import { gitDirOf } from './worktree-status.ts';

interface World {
  readonly git: Git;
  readonly worktrees: Worktrees;
}

/** What a teardown has taken away. */
interface TornDown {
  readonly branch: string;
  readonly commit: string;
  /** Absolute; null for a worktree that others of the lane may have by now. */
  readonly path: string | null;
  /** A commit of what was not committed; null where there was nothing. */
  readonly files: string | null;
}

/**
 * Brings the branch of a torn down attempt back and, where the worktree was the task's own, that with all that was not
 * committed in it. Refused before anything is changed where something else stands in the way; found where it is back.
 */
export async function undoTeardown(world: World, runtime: TaskRuntime): Promise<UndoneTeardown> {
  const { git, worktrees } = world;
  const torn = await findTornDown(git, runtime);
  const { branch, commit, path } = torn;
  const now = await git.branch(branch);
  if (now !== null && now !== commit) {
    throw new WorkspaceError('branch_exists', `there is a branch ${branch} again, at ${now} and not at ${commit}`);
  }
  const isDone = path === null || (await isBack(worktrees, torn, path));
  // Until HEAD is on the branch the worktree is one that nobody has finished.
  if (path !== null && !isDone) await makeWorktree(world, torn, { path, run: runtime.run });
  await bringBranchBack(git, torn);
  if (path !== null && !isDone) await worktreeGit(git, path)(['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
  return { branch, commit, worktree: path };
}

async function findTornDown(git: Git, runtime: TaskRuntime): Promise<TornDown> {
  const { branchName: branch, baseCommit, worktreePath } = runtime.state;
  const { task, workstream, run, attempt, resumed } = runtime;
  const ref = attemptRef(run, task.id, attempt);
  const saved = resumed?.saved.slice(resumed.savedBefore) ?? [];
  const commit = saved.findLast((one) => one.ref === ref || one.ref.startsWith(`${ref}-`))?.commit ?? baseCommit;
  if (branch === null || commit === null) {
    throw new WorkspaceError('nothing_to_undo', `attempt ${attempt} of task ${task.id} never had a branch`);
  }
  // One that is shared is the lane's, by another name.
  const own = [taskWorktree('', workstream.id, task.id), attemptWorktree('', workstream.id, task.id, attempt)];
  const isOwn = worktreePath !== null && own.some((path) => basename(path) === basename(worktreePath));
  for (const one of [commit, ...(isOwn ? saved.map((work) => work.commit) : [])]) {
    if ((await git.resolve(`${one}^{commit}`)) !== null) continue;
    throw new WorkspaceError('commit_lost', `commit ${one}, which was kept, is in this repository no more`);
  }
  if (!isOwn) return { branch, commit, path: null, files: null };
  const uncommitted = await lastUncommitted(git, saved, branch);
  return { branch, commit, path: worktreePath, files: uncommitted?.on === commit ? uncommitted.commit : null };
}

/** Throws where there is somebody else's work. */
async function isBack(worktrees: Worktrees, { branch, commit, files }: TornDown, path: string): Promise<boolean> {
  const elsewhere = await worktrees.whereIs(branch);
  if (elsewhere !== null && elsewhere !== path) {
    throw new WorkspaceError('branch_checked_out', `branch ${branch} is checked out in ${elsewhere}`);
  }
  const status = await worktrees.status(path);
  if (status === null || status.branch === null) return false;
  if (status.branch !== branch || status.head !== commit) {
    throw new WorkspaceError('worktree_exists', `the worktree ${path} is on branch ${status.branch}`);
  }
  return files === null || status.dirty.length > 0;
}

/** On no branch. One that was begun, and cut short, is begun anew: what is in it is kept, as in a hand-over. */
async function makeWorktree(
  { git, worktrees }: World,
  { commit, files }: TornDown,
  { path, run }: { readonly path: string; readonly run: number },
): Promise<void> {
  await worktrees.add(path, { commit });
  await worktrees.handOver(path, commit, run);
  if (files !== null) {
    const inside = worktreeGit(git, path);
    const staged = await stagedWorkOf(git, files);
    const read = (...args: string[]) =>
      againWhenKilled(
        () => inside(['read-tree', ...args]),
        () => clearLocks(git, gitDirOf(path)),
      );
    await read('--reset', '-u', files);
    await read(staged ?? commit);
    // Files that differ are an answer here.
    await inside(['update-index', '-q', '--refresh'], { accept: [0, 1] });
  }
  worktrees.forget(path);
}

async function bringBranchBack(git: Git, { branch, commit }: TornDown): Promise<void> {
  if ((await git.branch(branch)) === commit) return;
  if (await git.updateRefs([{ ref: `refs/heads/${branch}`, to: commit, from: NO_COMMIT }])) return;
  throw new WorkspaceError('branch_exists', `branch ${branch} was made by somebody else just now`);
}

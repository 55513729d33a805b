import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Leavings, sortLeavings } from './killed-checkout.ts';
import type { Git } from './tools/git.ts';
import { againWhenKilled, wasKilled } from './tools/killed-git.ts';
import { clearLocks } from './uncommitted-work.ts';
import { worktreeGit } from './worktree-git.ts';
import { gitDirOf, type WorktreeStatus } from './worktree-status.ts';

export interface Move {
  readonly git: Git;
  /** The worktree's folder. */
  readonly path: string;
  /** After `git checkout`; it goes to `to`. */
  readonly args: readonly string[];
  readonly to: string;
  /** Whether an earlier git may have been killed there. */
  readonly mayBeTorn: boolean;
  readonly status: () => Promise<WorktreeStatus | null>;
}

/** Moves a clean worktree to a commit, also where a git that was killed has begun with that, this one included. */
export async function moveCheckout({ git, path, args, to, mayBeTorn, status }: Move): Promise<void> {
  const move = (...force: string[]) => worktreeGit(git, path)(['checkout', '-q', ...force, ...args]);
  try {
    await move();
  } catch (error) {
    const isKilled = wasKilled(error);
    if (isKilled) await clearLocks(git, gitDirOf(path));
    if ((isKilled || mayBeTorn) && (await wasOnItsWay(git, path, await status(), to))) {
      await againWhenKilled(() => move('-f'));
    } else if (isKilled) await move();
    else throw error;
  }
}

/** True when all that differs from HEAD is what a git that was killed has written on its way to `to`. */
export async function wasOnItsWay(git: Git, path: string, status: WorktreeStatus | null, to: string): Promise<boolean> {
  if (status === null || status.dirty.length === 0) return false;
  const { written, torn, besides, foreign, wasKilled } = await leavings(git, path, status, to);
  // Files that are only gone may have been deleted by somebody.
  return besides.length === 0 && foreign.length === 0 && (wasKilled || written.length + torn.length > 0);
}

/**
 * Where git refuses to move a checkout on to `to`: true when all that is in its way was left by a git that was killed
 * when it did just that, and git can be asked again.
 */
export async function finishMerge(git: Git, path: string, status: WorktreeStatus, to: string): Promise<boolean> {
  const { written, torn, foreign } = await leavings(git, path, status, to);
  if (foreign.length > 0 || written.length + torn.length === 0) return false;
  for (const name of torn) rmSync(join(path, name));
  // Git takes what its index has like `to` for done; the files stay as they are.
  const input = written.map((name) => `${name}\0`).join('');
  const update = ['update-index', '--add', '--remove', '-z', '--stdin'];
  await againWhenKilled(() => worktreeGit(git, path)(update, { input }));
  return true;
}

async function leavings(
  git: Git,
  path: string,
  { head, dirty }: WorktreeStatus,
  to: string,
): Promise<Leavings & { readonly wasKilled: boolean }> {
  if (head === null) return { written: [], absent: [], torn: [], besides: [], foreign: dirty, wasKilled: false };
  const inside = worktreeGit(git, path);
  const lock = resolve(path, await inside(['rev-parse', '--git-path', 'index.lock']));
  const wasKilled = git.wasStale(lock);
  const sorted = await againWhenKilled(() => sortLeavings({ git: inside, path, head, to, dirty, wasKilled }));
  return { ...sorted, wasKilled };
}

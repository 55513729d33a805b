import type { Reset } from '../../core/events.ts';
import type { Git } from '../tools/git.ts';
import { Worktrees } from '../worktree.ts';
import { worktreeGit } from '../worktree-git.ts';
import { isWorktree } from '../worktree-status.ts';
import { moveRefs, reversed } from './move-refs.ts';
import { commitWhatIsThere, isSameWork } from './uncommitted.ts';

export interface RollbackPlace {
  readonly git: Git;
  /** Where all worktrees keep their refs; absolute. */
  readonly commonDir: string;
  readonly run: number;
}

interface Tools extends RollbackPlace {
  readonly worktrees: Worktrees;
}

type KeptWorktree = Reset['worktrees'][number];

/** Does what the reset says; any number of times, and from wherever an earlier go was cut short. */
export async function applyReset(place: RollbackPlace, reset: Reset): Promise<void> {
  // A branch can only go when no worktree is on it any more.
  const tools = toolsFor(place);
  for (const worktree of reset.worktrees) await takeAway(tools, worktree);
  await moveRefs(place.git, reset.refs);
}

/** Takes all of it back; any number of times, too. */
export async function applyUndo(place: RollbackPlace, reset: Reset): Promise<void> {
  await moveRefs(place.git, reversed(reset.refs));
  const tools = toolsFor(place);
  for (const worktree of reset.worktrees) await bringBack(tools, worktree);
}

/** Of its own: others remember how they left a worktree, and here it changes without them. */
function toolsFor(place: RollbackPlace): Tools {
  return { ...place, worktrees: new Worktrees(place.git, place.commonDir) };
}

/** Only what is not kept already is saved once more. */
async function takeAway({ git, worktrees, run }: Tools, kept: KeptWorktree): Promise<void> {
  const { path, to } = kept;
  if (isWorktree(path) && kept.files !== null && (await isAsKept({ git, worktrees }, kept))) {
    const inside = worktreeGit(git, path);
    await inside(['clean', '-fdq']);
    await inside(['reset', '-q', '--hard']);
  }
  if (to === null) await worktrees.remove(path, run);
  else await worktrees.handOver(path, to, run);
}

/** The branch, the commit, the index and the files are those that were kept. */
async function isAsKept({ git, worktrees }: Pick<Tools, 'git' | 'worktrees'>, kept: KeptWorktree): Promise<boolean> {
  const status = await worktrees.status(kept.path);
  if (status === null || status.head !== kept.head || status.branch !== kept.branch) return false;
  return await isSameWork(git, kept, await commitWhatIsThere(git, worktrees, kept.path));
}

async function bringBack({ git, worktrees, run }: Tools, kept: KeptWorktree): Promise<void> {
  const { path, head, branch, index, files } = kept;
  // It was no worktree any more, and its files are where they were set aside.
  if (head === null) return;
  if (isWorktree(path) && (await isAsKept({ git, worktrees }, kept))) return;
  await worktrees.handOver(path, head, run);
  const inside = worktreeGit(git, path);
  if (files !== null) {
    await inside(['read-tree', '--reset', '-u', files]);
    await inside(['read-tree', index ?? head]);
    // Files that differ are an answer here.
    await inside(['update-index', '-q', '--refresh'], { accept: [0, 1] });
  }
  if (branch !== null) await inside(['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
}

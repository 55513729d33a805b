import { UserError } from '../../core/errors.ts';
import type { Reset } from '../../core/reset.ts';
import type { Git } from '../tools/git.ts';
import { Worktrees } from '../worktree.ts';
import { worktreeGit } from '../worktree-git.ts';
import { isWorktree } from '../worktree-status.ts';
import { moveRefs, reversed } from './move-refs.ts';
import type { RemoteSide } from './remote-side.ts';
import { commitWhatIsThere, isSameWork } from './uncommitted.ts';

export interface RollbackPlace {
  readonly git: Git;
  /** Where all worktrees keep their refs; absolute. */
  readonly commonDir: string;
  readonly run: number;
  /** Null where git alone merges. */
  readonly remote: RemoteSide | null;
}

interface Tools extends RollbackPlace {
  readonly worktrees: Worktrees;
}

type KeptWorktree = Reset['worktrees'][number];

/**
 * Does what the reset says; any number of times, and from wherever an earlier go was cut short. What others may have
 * moved meanwhile comes first, on GitHub, so that nothing is touched here when that is refused; before the branches move,
 * their pull requests are closed, so that nobody merges them then.
 */
export async function applyReset(place: RollbackPlace, reset: Reset): Promise<void> {
  if (reset.remote !== undefined) {
    const remote = remoteOf(place, reset.remote);
    for (const url of reset.prs) await remote.close(url);
    await remote.move(reset.remote.refs);
  }
  // A branch can only go when no worktree is on it any more.
  const tools = toolsFor(place);
  for (const worktree of reset.worktrees) await takeAway(tools, worktree);
  await moveRefs(place.git, reset.refs);
}

/** Takes all of it back; any number of times, too. The pull requests that GitHub keeps closed. */
export async function applyUndo(place: RollbackPlace, reset: Reset): Promise<string[]> {
  const closed: string[] = [];
  if (reset.remote !== undefined) {
    const remote = remoteOf(place, reset.remote);
    await remote.move(reversed(reset.remote.refs));
    for (const url of reset.prs) if (!(await remote.reopen(url))) closed.push(url);
  }
  await moveRefs(place.git, reversed(reset.refs));
  const tools = toolsFor(place);
  for (const worktree of reset.worktrees) await bringBack(tools, worktree);
  return closed;
}

/** The side on GitHub of a reset that does something there. */
function remoteOf({ remote }: RollbackPlace, { name }: NonNullable<Reset['remote']>): RemoteSide {
  if (remote?.name === name) return remote;
  throw new UserError(`it was decided for ${name} on GitHub, and run.json does not name that any more`, {
    hint: 'agentrelay run GRAPH --forge gh writes it anew',
  });
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

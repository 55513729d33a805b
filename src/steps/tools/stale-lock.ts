import { linkSync, lstatSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type GitProcess, isAlive, isInside, liveGit, subcommandOf } from './git-processes.ts';
import { recordedWorktrees } from './worktree-records.ts';

/** Milliseconds that a lock stays as it is before it is called stale: where we see who lives, and where we do not. */
const STILL_SEEN = 2_000;
const STILL_UNSEEN = 10_000;

export interface LockWait {
  /** Absolute path of the main worktree, and of the folder that all worktrees share. */
  readonly root: string;
  readonly commonDir: string;
  /** When to give up, by `performance.now()`. */
  readonly until: number;
  /** Milliseconds; less than usual where those who could hold it were just stopped. */
  readonly stillFor?: number;
}

/** `gone`: whoever had it gave it back; `removed`: nobody did, and it was stale; `held`: it is still there. */
export type LockEnd = 'gone' | 'removed' | 'held';

/** The lock that git says stands in its way; null where it failed for another reason. `cwd` is where it ran. */
export function lockNamedIn(stderr: string, cwd: string): string | null {
  const made = /Unable to create '(.+\.lock)': File exists/.exec(stderr)?.[1];
  if (made !== undefined) return resolve(cwd, made);
  const config = /could not lock config file (.+): File exists/.exec(stderr)?.[1];
  return config === undefined ? null : `${resolve(cwd, config)}.lock`;
}

/**
 * Waits until one of git's lock files is out of the way. One that a killed git has left is removed: it stays the same
 * by our own clock (that of files may go back), and no git lives that was there when we first saw it and could have
 * made it. Only locks of this repository's git directories are touched, and never our own.
 */
export async function outwaitLock(path: string, options: LockWait): Promise<LockEnd> {
  const lock = ofRepository(path, options.commonDir);
  let seen: Seen | null = null;
  for (let pause = 5; ; pause = Math.min(2 * pause, 100)) {
    const now = look(lock ?? path);
    if (now === null) return 'gone';
    if (lock === null || !now.isFile) return 'held';
    if (seen === null || !isSame(seen, now)) seen = firstSeen(lock, now, options);
    else if (isStale(seen, options) && takeAway(lock, seen, options.commonDir)) return 'removed';
    if (performance.now() >= options.until) return 'held';
    await delay(pause);
  }
}

interface LockFile {
  readonly isFile: boolean;
  readonly inode: bigint;
  readonly changed: bigint;
  readonly uid: number;
}

interface Seen extends LockFile {
  /** By `performance.now()`. */
  readonly since: number;
  /** Who may have made it; null where nobody can tell. */
  readonly suspects: readonly GitProcess[] | null;
}

/** The real path of a lock file that may be removed at all, null for any other. */
function ofRepository(path: string, commonDir: string): string | null {
  const name = basename(path);
  if (!name.endsWith('.lock') || name === 'agentrelay.lock') return null;
  try {
    const real = join(realpathSync(dirname(path)), name);
    return isInside(real, realpathSync(commonDir)) ? real : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Null when it is gone. */
function look(path: string): LockFile | null {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) return null;
  return { isFile: found.isFile(), inode: found.ino, changed: found.mtimeNs, uid: Number(found.uid) };
}

function firstSeen(path: string, lock: LockFile, options: LockWait): Seen {
  return { ...lock, since: performance.now(), suspects: suspects(path, lock, options) };
}

function isSame(one: LockFile, other: LockFile): boolean {
  return one.inode === other.inode && one.changed === other.changed;
}

function isStale({ since, suspects }: Seen, { stillFor = STILL_SEEN }: LockWait): boolean {
  const still = performance.now() - since;
  if (suspects === null) return still >= STILL_UNSEEN;
  return still >= stillFor && !suspects.some(isAlive);
}

/** Git that only reads, or stays for years and takes a lock for an instant. */
const HARMLESS = new Set([
  ...['cat-file', 'log', 'show', 'blame', 'grep'],
  ...['daemon', 'fsmonitor--daemon', 'credential-cache--daemon'],
]);

/** A git that begins later cannot have made a lock that is there already. */
function suspects(lock: string, { uid }: LockFile, { root, commonDir }: LockWait): GitProcess[] | null {
  const shared = realpathSync(commonDir);
  const worktrees = recordedWorktrees(shared);
  const own = worktrees.find(({ gitDir }) => isInside(lock, gitDir))?.path;
  const ofMain = dirname(lock) === shared && ['index.lock', 'HEAD.lock'].includes(basename(lock));
  // What belongs to one worktree is locked by those who work there.
  const place = own ?? (ofMain ? root : null);
  const elsewhere = worktrees.map(({ path }) => path).filter((path) => place !== null && isBelow(path, place));
  const places = place === null ? [root, ...worktrees.map(({ path }) => path)] : [place];
  const mayHold = ({ cwd, argv, uid: by }: GitProcess) => {
    const command = subcommandOf(argv);
    if (HARMLESS.has(command) || (command === 'update-ref' && argv.includes('--stdin'))) return false;
    if (cwd === null) return by === uid;
    if (isInside(cwd, shared) || argv.some((word) => word.includes(shared))) return true;
    return places.some((folder) => isInside(cwd, folder)) && !elsewhere.some((folder) => isInside(cwd, folder));
  };
  return liveGit()?.filter(mayHold) ?? null;
}

function isBelow(path: string, folder: string): boolean {
  return path !== folder && isInside(path, folder);
}

let taken = 0;

/**
 * True when it is out of the way. Two who want to remove the same lock, or a git that has made another in its place
 * just now, are told apart by what was moved aside.
 */
function takeAway(lock: string, seen: LockFile, commonDir: string): boolean {
  const aside = join(commonDir, `agentrelay-stale-${process.pid}-${++taken}`);
  try {
    renameSync(lock, aside);
  } catch (error) {
    // Where it cannot be removed, what git said about it is the better error.
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
  const moved = look(aside);
  const isIt = moved !== null && isSame(moved, seen);
  if (!isIt) putBack(aside, lock);
  rmSync(aside, { force: true });
  return isIt;
}

function putBack(aside: string, lock: string): void {
  try {
    linkSync(aside, lock);
  } catch (error) {
    // A third one has it by now.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

import {
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { uncommittedWorkOf } from './kept-work.ts';
import type { Git } from './tools/git.ts';
import { againWhenKilled } from './tools/killed-git.ts';
import type { WorktreeGit } from './worktree-git.ts';
import type { WorktreeStatus } from './worktree-status.ts';

export interface WorkToSave {
  readonly git: WorktreeGit;
  /** The git directory of the worktree itself. */
  readonly gitDir: string;
  readonly status: WorktreeStatus;
  /** Parents beside HEAD. */
  readonly parents: readonly string[];
  /** What the message adds. */
  readonly note: string;
}

/**
 * Makes a commit of everything in the worktree that is not ignored, through an index of its own; nothing in the
 * worktree changes. What was staged and is not in the files any more becomes a second parent; where just that was
 * staged, the message says so.
 */
export async function commitUncommitted(work: WorkToSave): Promise<string> {
  return await againWhenKilled(() => commitOnce(work));
}

async function commitOnce({ git, gitDir, status, parents, note }: WorkToSave): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'agentrelay-index-'));
  try {
    const env = { GIT_INDEX_FILE: join(folder, 'index') };
    // The worktree's own index names files that are ignored and were added by force.
    if (!copyIndex(join(gitDir, 'index'), env.GIT_INDEX_FILE) && status.head !== null) {
      await git(['read-tree', 'HEAD'], { env });
    }
    const staged = await git(['write-tree'], { env, accept: [0, UNMERGED] });
    await addAll(git, env);
    const tree = await git(['write-tree'], { env });
    const on = status.head === null ? [] : [status.head];
    const all = [...on, ...parents];
    const isStaged = staged !== '' && staged !== (await headTree(git, status));
    if (isStaged && staged !== tree) all.push(await commitTree(git, staged, on, STAGED));
    const whole = isStaged && staged === tree ? `\n\n${ALL_STAGED}` : '';
    return await commitTree(git, tree, all, `${uncommittedWorkOf(status.branch)}${note}${whole}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of a repository inside only which commit it is at: git would run the filters that its own settings name. */
async function addAll(git: WorktreeGit, env: { GIT_INDEX_FILE: string }): Promise<void> {
  const entries = (await git(['ls-files', '-z', '--stage'], { env })).split('\0');
  const nested = entries.filter((entry) => entry.startsWith('160000 ')).map((one) => one.slice(one.indexOf('\t') + 1));
  const others = nested.length === 0 ? [] : ['--', '.', ...nested.map((path) => `:(exclude,literal,top)${path}`)];
  await git(['-c', 'core.safecrlf=false', 'add', '-A', ...others], { env });
  if (nested.length === 0) return;
  await git(['update-index', '--add', '--remove', '-z', '--stdin'], { env, input: nested.join('\0') });
}

const STAGED = 'What was staged';
const ALL_STAGED = 'All of it was staged.';

/** The commit of what was staged, for the commit of all files; null where nothing was. */
export async function stagedWorkOf(git: Git, files: string): Promise<string | null> {
  const { stdout: message } = await git.run(['show', '-s', '--format=%b', files]);
  if (message.split('\n').includes(ALL_STAGED)) return files;
  const [, ...others] = (await git.run(['show', '-s', '--format=%P', files])).stdout.split(' ');
  for (const parent of others) {
    if ((await git.run(['show', '-s', '--format=%s', parent])).stdout === STAGED) return parent;
  }
  return null;
}

/** What `write-tree` exits with while a file conflicts; its sides are commits already. */
const UNMERGED = 128;

export async function commitTree(
  git: WorktreeGit,
  tree: string,
  parents: readonly string[],
  message: string,
): Promise<string> {
  return await git(['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-m', message]);
}

async function headTree(git: WorktreeGit, { head }: WorktreeStatus): Promise<string | null> {
  return head === null ? null : await git(['rev-parse', `${head}^{tree}`]);
}

/** With its time: git looks again at files that are as new as their index. */
export function copyIndex(from: string, to: string): boolean {
  // Never from a pipe: nobody may write to it.
  if (lstatSync(from, { throwIfNoEntry: false })?.isFile() !== true) return false;
  copyFileSync(from, to);
  const { atime, mtime } = statSync(from);
  utimesSync(to, atime, mtime);
  return true;
}

/**
 * Moves things that git cannot keep (a repository inside a worktree, a folder that is no worktree any more) into a new
 * folder below `commonDir`, whole; its path is returned. They are never deleted.
 */
export function setAside(from: string, names: readonly string[], options: { commonDir: string; run: number }): string {
  const kept = join(options.commonDir, 'agentrelay-kept');
  mkdirSync(kept, { recursive: true });
  const folder = mkdtempSync(join(kept, `run-${options.run}-`));
  for (const name of names) {
    const to = join(folder, name);
    mkdirSync(dirname(to), { recursive: true });
    move(join(from, name), to);
  }
  return folder;
}

export function setFolderAside(path: string, options: { commonDir: string; run: number }): string {
  return setAside(dirname(path), [basename(path)], options);
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    rmSync(from, { recursive: true, force: true });
  }
}

/** What git leaves in its directory in the middle of something, and how that is ended without a change to files. */
const OPERATIONS = [
  ['MERGE_HEAD', ['merge', '--quit']],
  ['rebase-merge', ['rebase', '--quit']],
  ['rebase-apply', ['rebase', '--quit']],
  ['rebase-apply', ['am', '--quit']],
  ['sequencer', ['cherry-pick', '--quit']],
  ['CHERRY_PICK_HEAD', ['cherry-pick', '--quit']],
  ['REVERT_HEAD', ['revert', '--quit']],
] as const;

/** Ends a merge, rebase, cherry-pick, revert or bisect that was left half-way. */
export async function endOperations(git: WorktreeGit, gitDir: string): Promise<void> {
  for (const [trace, args] of OPERATIONS) {
    if (existsSync(join(gitDir, trace))) await againWhenKilled(() => git(args, { accept: [0, 1, 128] }));
  }
  endBisect(gitDir);
}

/** As `bisect reset` would: that one looks into repositories inside of the worktree, with their own filters. */
function endBisect(gitDir: string): void {
  if (!existsSync(join(gitDir, 'BISECT_LOG'))) return;
  rmSync(join(gitDir, 'refs/bisect'), { recursive: true, force: true });
  // The log is what tells that there is more to do.
  const names = readdirSync(gitDir).filter((name) => name.startsWith('BISECT_') && name !== 'BISECT_LOG');
  for (const name of [...names, 'BISECT_LOG']) rmSync(join(gitDir, name), { force: true });
}

/** Milliseconds; a git that is at its end takes its lock away, and one that was killed never does. */
const STILL_FOR = 200;

/** The locks of one worktree, once those who worked in it were stopped. */
export async function clearLocks(git: Git, gitDir: string): Promise<void> {
  for (const name of ['index.lock', 'HEAD.lock']) {
    const path = join(gitDir, name);
    if (existsSync(path)) await git.freeLock(path, { stillFor: STILL_FOR });
  }
}

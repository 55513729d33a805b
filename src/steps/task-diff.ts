import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CommitRange } from './attempt-commits.ts';
import { type DiffText, diffText } from './diff-text.ts';
import { ToolError } from './tools/exec.ts';
import type { Git, GitRunOptions } from './tools/git.ts';
import { copyIndex } from './uncommitted-work.ts';
import { gitDirOf, parseStatus } from './worktree-status.ts';

/** Milliseconds for each git. */
const TIMEOUT = 20_000;
/** Files that git does not know yet and that are shown: an agent may have forgotten to ignore thousands. */
const MAX_UNTRACKED = 1_000;
/** Times that the list of them is made anew: they come and go while an agent works. */
const MAX_LISTS = 3;

/** How a tip differs from what it was cut from. Throws `ToolError`. */
export async function committedDiff(git: Git, { base, tip }: CommitRange, signal?: AbortSignal): Promise<DiffText> {
  return await diffText(git, [base, tip], { timeout: TIMEOUT, signal });
}

/** What a worktree is at. Throws `ToolError`. */
export async function workIn(
  git: Git,
  worktree: string,
  signal?: AbortSignal,
): Promise<{ readonly tip: string | null; readonly uncommitted: boolean }> {
  const status = [
    'status',
    '--porcelain=v2',
    '--branch',
    '--untracked-files=normal',
    '--ignore-submodules=dirty',
    '-z',
  ];
  const { stdout } = await git.run(status, placeOf(worktree, signal));
  const { head, dirty } = parseStatus(stdout);
  return { tip: head, uncommitted: dirty.length > 0 };
}

/**
 * How the files of a worktree differ from the commit that its branch was cut from, also those that are not committed or
 * not known to git; `untold` is how many of the last were left out. Nothing in the worktree changes, and its index is
 * not touched. Throws `ToolError`.
 */
export async function uncommittedDiff(
  git: Git,
  { base, worktree }: { readonly base: string; readonly worktree: string },
  signal?: AbortSignal,
): Promise<DiffText & { readonly untold: number }> {
  const place = placeOf(worktree, signal);
  const folder = mkdtempSync(join(tmpdir(), 'agentrelay-index-'));
  try {
    const own = { ...place, env: { ...place.env, GIT_INDEX_FILE: join(folder, 'index') } };
    if (!copyIndex(join(gitDirOf(worktree), 'index'), own.env.GIT_INDEX_FILE))
      await git.run(['read-tree', 'HEAD'], own);
    const untold = await takeInUntracked(git, own);
    return { ...(await diffText(git, [base], own)), untold };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function placeOf(worktree: string, signal: AbortSignal | undefined) {
  // Never in a repository further up: that is the user's.
  const env = { GIT_CEILING_DIRECTORIES: dirname(worktree), GIT_LITERAL_PATHSPECS: '1' };
  return { cwd: worktree, env, timeout: TIMEOUT, signal };
}

/** Tells the index of `own` that there are these files, without their content; how many it did not tell. */
async function takeInUntracked(git: Git, own: GitRunOptions): Promise<number> {
  for (let lists = 1; ; lists++) {
    const { stdout } = await git.run(['ls-files', '--others', '--exclude-standard', '-z'], own);
    // A slash at the end is a repository of its own.
    const names = stdout.split('\0').filter((name) => name !== '' && !name.endsWith('/'));
    const told = names.slice(0, MAX_UNTRACKED);
    if (told.length === 0) return 0;
    try {
      const add = [
        '-c',
        'core.safecrlf=false',
        'add',
        '--intent-to-add',
        '--pathspec-from-file=-',
        '--pathspec-file-nul',
      ];
      await git.run(add, { ...own, input: told.join('\0') });
      return names.length - told.length;
    } catch (error) {
      if (!(error instanceof ToolError) || error.exitCode === null || lists === MAX_LISTS) throw error;
    }
  }
}

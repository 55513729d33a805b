import { spawnSync } from 'node:child_process';
import type { Attempt } from './attempt.ts';
import { Refusal } from './refusal.ts';

/** The task's branch as it is handed over: checked out here, clean, at `commit`. */
export interface BranchState {
  readonly commit: string;
  readonly commitsAhead: number;
}

const MAX_LISTED = 20;

/** Looks at the worktree that we are in, with two git processes. Throws `Refusal` (1) when it is not fit to hand over. */
export function inspectBranch(attempt: Attempt): BranchState {
  const status = git(['status', '--porcelain=v2', '--branch', '-z']);
  if (status.code !== 0) throw notInWorktree(attempt, status.stderr);
  const { commit, head, dirt } = parseStatus(status.stdout);
  if (head !== attempt.branch) throw wrongBranch(attempt, head);
  if (dirt.length > 0) throw uncommitted(dirt);
  const base = `refs/heads/${attempt.integrationBranch}`;
  const count = git(['rev-list', '--count', `${base}..${commit}`]);
  if (count.code !== 0) {
    throw new Refusal(
      1,
      `cannot count the commits since ${attempt.integrationBranch}: ${count.stderr.trim()}. That branch is ` +
        "agentrelay's and must exist in this repository; run agentrelay-failed with this message if it does not.",
    );
  }
  return { commit, commitsAhead: Number(count.stdout) };
}

interface Status {
  /** `(initial)` on a branch without a commit. */
  readonly commit: string;
  /** `(detached)` without a branch. */
  readonly head: string;
  /** One `state path` for each file that is not committed. */
  readonly dirt: readonly string[];
}

const CHANGES: Readonly<Record<string, string>> = { '1': 'changed', '2': 'renamed', u: 'conflict', '?': 'untracked' };
/** How many words stand before the path in a record of `git status --porcelain=v2`. */
const WORDS_BEFORE_PATH: Readonly<Record<string, number>> = { '1': 8, '2': 9, u: 10, '?': 1 };

/** Reads `git status --porcelain=v2 --branch -z`. */
function parseStatus(output: string): Status {
  let commit = '';
  let head = '';
  const dirt: string[] = [];
  const records = output.split('\0');
  for (let i = 0; i < records.length; i += 1) {
    const record = records[i] ?? '';
    const kind = record[0] ?? '';
    if (record.startsWith('# branch.oid ')) commit = record.slice('# branch.oid '.length);
    else if (record.startsWith('# branch.head ')) head = record.slice('# branch.head '.length);
    const change = CHANGES[kind];
    if (change === undefined) continue;
    const path = record.split(' ').slice(WORDS_BEFORE_PATH[kind]).join(' ');
    dirt.push(`${change.padEnd(9)} ${path}`);
    // A rename's old path is a record of its own.
    if (kind === '2') i += 1;
  }
  return { commit, head, dirt };
}

function uncommitted(dirt: readonly string[]): Refusal {
  const more = dirt.length > MAX_LISTED ? `\n  … and ${dirt.length - MAX_LISTED} more` : '';
  const list = dirt.slice(0, MAX_LISTED).map((line) => `  ${printable(line)}`);
  return new Refusal(
    1,
    `nothing was signalled: ${dirt.length} ${dirt.length === 1 ? 'path is' : 'paths are'} not committed:\n` +
      `${list.join('\n')}${more}\n` +
      'Commit what belongs to the task, delete what does not, or add what is always in the way to .gitignore and ' +
      'commit that. Then run this command again.',
  );
}

function wrongBranch(attempt: Attempt, head: string): Refusal {
  const here = head === '(detached)' ? 'no branch is checked out here' : `'${head}' is checked out here`;
  const home = worktreeOf(attempt.branch);
  const back =
    home === null
      ? `Go back with 'git switch ${attempt.branch}'.`
      : `It is checked out in ${home}: run this command in that folder.`;
  return new Refusal(
    1,
    `nothing was signalled: ${here} (${process.cwd()}), but the branch of task '${attempt.task}' is ` +
      `'${attempt.branch}'. ${back} Commits that you made elsewhere can be taken along with 'git cherry-pick'.`,
  );
}

function notInWorktree(attempt: Attempt, stderr: string): Refusal {
  return new Refusal(
    1,
    `nothing was signalled: ${process.cwd()} is not the worktree of task '${attempt.task}' ` +
      `(${printable(stderr.trim())}). Change to the worktree that instructions.md names, with branch ` +
      `'${attempt.branch}', and run this command again.`,
  );
}

/** The folder in which a branch is checked out; null when it is in none. */
function worktreeOf(branch: string): string | null {
  const records = git(['worktree', 'list', '--porcelain']).stdout.split('\n\n');
  const home = records.find((record) => record.split('\n').includes(`branch refs/heads/${branch}`));
  return home?.split('\n')[0]?.slice('worktree '.length) ?? null;
}

function git(args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const result = spawnSync('git', ['-c', 'core.fsmonitor=false', ...args], {
    encoding: 'utf8',
    // Throws when the folder is gone, which git would report as a missing program.
    cwd: process.cwd(),
    env: {
      ...process.env,
      GIT_OPTIONAL_LOCKS: '0',
      LC_ALL: 'C',
      // An agent that runs us from a git hook hands us that hook's repository.
      GIT_DIR: undefined,
      GIT_WORK_TREE: undefined,
      GIT_INDEX_FILE: undefined,
    },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error !== undefined) throw new Refusal(2, `cannot run git: ${result.error.message}. It must be on PATH.`);
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a file name may hold anything
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, '?');
}

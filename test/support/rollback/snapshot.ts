import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

export interface WorktreeSnapshot {
  readonly head: string;
  readonly branch: string | null;
  /** `git write-tree`. */
  readonly index: string;
  /** Mode and digest of every file that git would list. */
  readonly files: Readonly<Record<string, string>>;
}

/** All that a rollback may move: the refs outside of our own, and the worktrees. */
export interface Snapshot {
  readonly refs: Readonly<Record<string, string>>;
  readonly worktrees: Readonly<Record<string, WorktreeSnapshot>>;
}

export function takeSnapshot(root: string): Snapshot {
  const refs = lines(git(root, 'for-each-ref', '--format=%(refname) %(objectname)'))
    .map((line) => line.split(' ') as [string, string])
    .filter(([ref]) => !ref.startsWith('refs/agentrelay/'));
  const paths = lines(git(root, 'worktree', 'list', '--porcelain'))
    .filter((line) => line.startsWith('worktree '))
    .map((line) => line.slice('worktree '.length))
    .filter((path) => existsSync(path));
  return {
    refs: Object.fromEntries(refs),
    worktrees: Object.fromEntries(paths.sort().map((path) => [path, worktree(path)])),
  };
}

function worktree(path: string): WorktreeSnapshot {
  const branch = git(path, 'rev-parse', '--abbrev-ref', 'HEAD');
  return {
    head: git(path, 'rev-parse', 'HEAD'),
    branch: branch === 'HEAD' ? null : branch,
    index: git(path, 'write-tree'),
    files: filesIn(path),
  };
}

/** Of the tree of a commit, in the form of a snapshot. */
export function cleanAt(root: string, commit: string): Pick<WorktreeSnapshot, 'head' | 'branch' | 'index'> {
  return { head: commit, branch: null, index: git(root, 'rev-parse', `${commit}^{tree}`) };
}

function filesIn(path: string): Record<string, string> {
  const names = git(path, 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0');
  const files: Record<string, string> = {};
  for (const name of new Set(names.filter((one) => one !== ''))) {
    const stats = lstatSync(join(path, name), { throwIfNoEntry: false });
    if (stats === undefined || stats.isDirectory()) continue;
    const content = stats.isSymbolicLink() ? readlinkSync(join(path, name)) : readFileSync(join(path, name));
    files[name] = `${stats.mode.toString(8)} ${createHash('sha1').update(content).digest('hex')}`;
  }
  return files;
}

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

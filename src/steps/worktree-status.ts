import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface WorktreeStatus {
  /** The commit of HEAD; null on a branch without commits. */
  readonly head: string | null;
  /** Null when HEAD is detached. */
  readonly branch: string | null;
  /** Changed and untracked files that are not ignored. */
  readonly dirty: readonly string[];
}

/** Of `git status --porcelain=v2 --branch -z`. */
export function parseStatus(text: string): WorktreeStatus {
  let head: string | null = null;
  let branch: string | null = null;
  const dirty: string[] = [];
  const fields = text.split('\0');
  for (let at = 0; at < fields.length; at++) {
    const field = fields[at] ?? '';
    const [sort] = field;
    if (field.startsWith('# branch.oid ')) head = field.slice(13) === '(initial)' ? null : field.slice(13);
    else if (field.startsWith('# branch.head ')) branch = field.slice(14) === '(detached)' ? null : field.slice(14);
    else if (sort === '1') dirty.push(field.split(' ').slice(8).join(' '));
    else if (sort === '2') {
      dirty.push(field.split(' ').slice(9).join(' '));
      at++; // the path that it was renamed from
    } else if (sort === 'u') dirty.push(field.split(' ').slice(10).join(' '));
    else if (sort === '?') dirty.push(field.slice(2));
  }
  return { head, branch, dirty };
}

/** A worktree of ours has a file there, that names its git directory; a folder is somebody else's repository. */
export function isWorktree(path: string): boolean {
  return statSync(join(path, '.git'), { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The git directory of one worktree, where its HEAD and its index are. */
export function gitDirOf(path: string): string {
  const text = readFileSync(join(path, '.git'), 'utf8');
  return resolve(path, text.replace(/^gitdir: /, '').trimEnd());
}

import type { Git } from './git.ts';

/** A worktree as git's own list has it; its folder need not be there. */
export interface ListedWorktree {
  readonly path: string;
  readonly head: string | null;
  /** Null when HEAD is detached. */
  readonly branch: string | null;
  /** Somebody has told git to keep it. */
  readonly locked: boolean;
  /** Git itself has locked it, while it makes it. */
  readonly initializing: boolean;
}

export async function listWorktrees(git: Git): Promise<ListedWorktree[]> {
  const { stdout } = await git.run(['worktree', 'list', '--porcelain', '-z']);
  return stdout.split('\0\0').flatMap((entry) => {
    const fields = entry.split('\0');
    const value = (key: string) => fields.find((field) => field.startsWith(`${key} `))?.slice(key.length + 1) ?? null;
    const path = value('worktree');
    if (path === null) return [];
    const branch = value('branch')?.replace(/^refs\/heads\//, '') ?? null;
    // While git makes one it locks it itself.
    const locked = fields.includes('locked') || !['initializing', null].includes(value('locked'));
    return [{ path, head: value('HEAD'), branch, locked, initializing: value('locked') === 'initializing' }];
  });
}

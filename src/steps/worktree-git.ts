import { dirname, join } from 'node:path';
import { readIfThere } from './tools/atomic-file.ts';
import type { Git, GitRunOptions } from './tools/git.ts';

/** Git in one worktree: `args` and what they print. */
export type WorktreeGit = (args: readonly string[], options?: GitRunOptions) => Promise<string>;

/** Git in a worktree, and never in a repository further up: that is the user's. */
export function worktreeGit(git: Git, path: string): WorktreeGit {
  const ceiling = { GIT_CEILING_DIRECTORIES: dirname(path) };
  return async (args, options = {}) =>
    (await git.run(args, { ...options, cwd: path, env: { ...ceiling, ...options.env } })).stdout;
}

/** The ref that HEAD of a worktree beside the main one is: worktrees see each other's as worktrees/NAME/HEAD. */
export function headOf(path: string): string | null {
  const name = /\/(worktrees\/[^/\n]+)\n?$/.exec(readIfThere(join(path, '.git')) ?? '')?.[1];
  return name === undefined ? null : `${name}/HEAD`;
}

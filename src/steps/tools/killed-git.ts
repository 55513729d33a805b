import { ToolError } from './exec.ts';
import { subcommandOf } from './git-processes.ts';

/** What ends git more often in a row than that ends every git, and had better be told. */
const MAX_KILLS = 2;

/** Those that change nothing beside new objects, or only an index of their own. */
const READING = new Set([
  ...['cat-file', 'diff', 'diff-index', 'diff-tree', 'for-each-ref', 'log', 'ls-files', 'ls-tree', 'merge-base'],
  ...['merge-tree', 'commit-tree', 'range-diff', 'rev-list', 'rev-parse', 'show', 'status', 'var'],
]);

/** Whether somebody has ended it: not its time limit, and not we. */
export function wasKilled(error: unknown): boolean {
  return error instanceof ToolError && error.exitCode === null && !error.timedOut && error.cause === undefined;
}

/** Begins again when a git was killed in it, twice at most, `mend` before; for what may be done twice. */
export async function againWhenKilled<T>(work: () => Promise<T>, mend?: () => Promise<void>): Promise<T> {
  for (let kills = 0; ; kills++) {
    try {
      return await work();
    } catch (error) {
      if (!wasKilled(error) || kills === MAX_KILLS) throw error;
      await mend?.();
    }
  }
}

/** Whether git may be asked this again without a look at how far it came. */
export function onlyReads(args: readonly string[]): boolean {
  const command = subcommandOf(['git', ...args]);
  return READING.has(command) || (command === 'worktree' && args.includes('list'));
}

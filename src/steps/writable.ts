import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../core/errors.ts';
import { graphDirectory } from '../core/names.ts';
import type { Repository } from './preflight.ts';
import { asFileError, FileError } from './tools/file-error.ts';

/** Where a run writes, below the repository and in git's own folder. Throws one `UserError` for all that it may not. */
export function requireWritable(repository: Repository, graph: string): void {
  const { root, commonDir } = repository;
  const ours = [graphDirectory(graph), join('.worktrees', graph)].map((path) => existingPart(join(root, path)));
  const gits = ['', 'objects', 'refs', 'info', 'worktrees'].map((name) => join(commonDir, name)).filter(existsSync);
  const refusals = [...new Set([...ours, ...gits])].flatMap((folder) => refusal(folder) ?? []);
  const [first] = refusals;
  if (first === undefined) return;
  const others = refusals.length === 1 ? '' : ` (and ${refusals.length - 1} more)`;
  throw new UserError(`${first.message}${others}`, { hint: first.hint, cause: first });
}

/** The folder itself, or the first one above it that is there. */
function existingPart(path: string): string {
  return existsSync(path) ? path : existingPart(dirname(path));
}

function refusal(folder: string): FileError | null {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    // That something else has the name is told with more words later.
    if (statSync(folder).isFile()) return null;
    const known = asFileError(folder, error);
    if (known instanceof FileError) return known;
    throw error;
  }
}

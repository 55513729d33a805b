/** `outputs.json`: the files that an agent declared, for the tasks that take them as inputs. */

export const OUTPUT_ACTIONS = ['created', 'modified', 'deleted'] as const;

export interface Output {
  /** Relative to the worktree, with `/`. */
  readonly path: string;
  readonly category: string;
  readonly action: (typeof OUTPUT_ACTIONS)[number];
}

/** The entries of an `outputs.json` that are sound, and how many are not; throws when it is no JSON array. */
export function parseOutputs(text: string): { outputs: readonly Output[]; unsound: number } {
  const entries: unknown = JSON.parse(text);
  if (!Array.isArray(entries)) throw new SyntaxError('it is not an array');
  const outputs = entries.map(parseOutput).filter((output) => output !== null);
  return { outputs, unsound: entries.length - outputs.length };
}

/** Null unless `entry` is an output whose path stays in the worktree. */
export function parseOutput(entry: unknown): Output | null {
  if (typeof entry !== 'object' || entry === null) return null;
  const { path, category, action } = entry as Record<string, unknown>;
  const known = OUTPUT_ACTIONS.find((word) => word === action);
  if (typeof path !== 'string' || typeof category !== 'string' || known === undefined) return null;
  if (!isInsidePath(path) || category === '') return null;
  return { path, category, action: known };
}

/** Relative, without `..`, and not git's own. */
export function isInsidePath(path: string): boolean {
  const parts = path.split('/');
  return (
    path !== '' && !path.startsWith('/') && !parts.includes('..') && !parts.includes('.git') && !path.includes('\0')
  );
}

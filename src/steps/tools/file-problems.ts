import { UserError } from '../../core/errors.ts';
import { formatPath, type Problem } from '../../core/graph/problem.ts';
import type { YamlText } from './graph-yaml.ts';

/** One thing wrong with a file. `line` and `column` count from 1; null where the file could not be read at all. */
export interface FileProblem {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  /** `tasks[3].dependencies[0]`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  readonly hint: string | null;
}

const MAX_SHOWN = 100;
/** Beyond these nobody reads on, and finding the place of each has its price. */
const MAX_PROBLEMS = 1_000;

/** A file that cannot be used, with all that is wrong with it, in the order of the file. */
export class FileError extends UserError {
  readonly problems: readonly FileProblem[];
  /** How many more there are than `problems` holds. */
  readonly omitted: number;
  constructor(problems: readonly FileProblem[], options: { cause?: unknown; omitted?: number } = {}) {
    super(formatProblems(problems, options.omitted ?? 0), options);
    this.problems = problems;
    this.omitted = options.omitted ?? 0;
  }
}

/** What is wrong with the YAML itself. */
export function syntaxProblems(yaml: YamlText, file: string): FileProblem[] {
  return yaml.problems.map(({ line, column, message, hint }) => ({ file, line, column, path: '', message, hint }));
}

/** Where each problem stands, at most `MAX_PROBLEMS` of them. */
export function locatedProblems(
  yaml: YamlText,
  problems: readonly Problem[],
  file: string,
): { readonly found: FileProblem[]; readonly omitted: number } {
  const found = problems.slice(0, MAX_PROBLEMS).map((problem) => {
    const { line, column } = yaml.locate(problem);
    return { file, line, column, path: formatPath(problem.path), message: problem.message, hint: hintOf(problem) };
  });
  return { found, omitted: Math.max(0, problems.length - MAX_PROBLEMS) };
}

export function byPosition(a: FileProblem, b: FileProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

const LONG_LIST = 100;

/** A near name says more than a long list of all that could stand there. */
function hintOf({ allowed, didYouMean }: Problem): string | null {
  const list = allowed === null || (didYouMean !== null && allowed.length > LONG_LIST) ? null : `allowed: ${allowed}`;
  const guess = didYouMean === null ? null : `did you mean ${didYouMean}?`;
  return [list, guess].filter((part) => part !== null).join('; ') || null;
}

function formatProblems(problems: readonly FileProblem[], omitted: number): string {
  const lines = problems.slice(0, MAX_SHOWN).map(formatProblem);
  const more = problems.length - lines.length + omitted;
  if (more > 0) lines.push(`… and ${more} more problems`);
  return lines.join('\n');
}

function formatProblem({ file, line, column, path, message, hint }: FileProblem): string {
  const place = line === null ? file : `${file}:${line}:${column}`;
  return `${place}: ${path === '' ? '' : `${path}: `}${message}${hint === null ? '' : ` (${hint})`}`;
}

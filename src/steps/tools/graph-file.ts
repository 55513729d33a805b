import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { UserError } from '../../core/errors.ts';
import type { Graph } from '../../core/graph/graph.ts';
import { formatPath, type Problem } from '../../core/graph/problem.ts';
import { type ReadGraphOptions, readGraph } from '../../core/graph/read-graph.ts';
import { readYaml } from './graph-yaml.ts';

/** One thing wrong with a graph file. `line` and `column` count from 1; null where the file could not be read at all. */
export interface GraphFileProblem {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  /** `tasks[3].dependencies[0]`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  readonly hint: string | null;
}

/** A graph file that cannot be used, with all that is wrong with it, in the order of the file. */
export class GraphFileError extends UserError {
  readonly problems: readonly GraphFileProblem[];
  /** How many more there are than `problems` holds. */
  readonly omitted: number;
  constructor(problems: readonly GraphFileProblem[], options: { cause?: unknown; omitted?: number } = {}) {
    super(formatProblems(problems, options.omitted ?? 0), options);
    this.problems = problems;
    this.omitted = options.omitted ?? 0;
  }
}

export interface LoadedGraph {
  readonly graph: Graph;
  readonly text: string;
  /** SHA-256 of the text, in hex. */
  readonly digest: string;
}

const MAX_BYTES = 8 * 1024 * 1024;
const MAX_SHOWN = 100;
/** Beyond these nobody reads on, and finding the place of each has its price. */
const MAX_PROBLEMS = 1_000;

/** Throws `GraphFileError` for whatever is wrong with the file or the graph in it. */
export async function loadGraph(path: string, options: ReadGraphOptions = {}): Promise<LoadedGraph> {
  const text = decode(await readBounded(path), path);
  return { graph: parseGraph(text, path, options), text, digest: createHash('sha256').update(text).digest('hex') };
}

/** The graph in `text`, with `file` as its name in problems. */
export function parseGraph(text: string, file: string, options: ReadGraphOptions = {}): Graph {
  const yaml = readYaml(text);
  const found: GraphFileProblem[] = yaml.problems.map(({ line, column, message, hint }) => {
    return { file, line, column, path: '', message, hint };
  });
  if (yaml.fatal) throw new GraphFileError(found);
  const { graph, problems } = readGraph(yaml.value, options);
  for (const problem of problems.slice(0, MAX_PROBLEMS)) {
    const { line, column } = yaml.locate(problem);
    found.push({ file, line, column, path: formatPath(problem.path), message: problem.message, hint: hintOf(problem) });
  }
  if (graph !== null && found.length === 0) return graph;
  throw new GraphFileError(found.toSorted(byPosition), { omitted: Math.max(0, problems.length - MAX_PROBLEMS) });
}

function byPosition(a: GraphFileProblem, b: GraphFileProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

const LONG_LIST = 100;

/** A near name says more than a long list of all that could stand there. */
function hintOf({ allowed, didYouMean }: Problem): string | null {
  const list = allowed === null || (didYouMean !== null && allowed.length > LONG_LIST) ? null : `allowed: ${allowed}`;
  const guess = didYouMean === null ? null : `did you mean ${didYouMean}?`;
  return [list, guess].filter((part) => part !== null).join('; ') || null;
}

function formatProblems(problems: readonly GraphFileProblem[], omitted: number): string {
  const lines = problems.slice(0, MAX_SHOWN).map(formatProblem);
  const more = problems.length - lines.length + omitted;
  if (more > 0) lines.push(`… and ${more} more problems`);
  return lines.join('\n');
}

function formatProblem({ file, line, column, path, message, hint }: GraphFileProblem): string {
  const place = line === null ? file : `${file}:${line}:${column}`;
  return `${place}: ${path === '' ? '' : `${path}: `}${message}${hint === null ? '' : ` (${hint})`}`;
}

function unusable(file: string, message: string, hint: string | null = null, cause?: unknown): GraphFileError {
  return new GraphFileError([{ file, line: null, column: null, path: '', message, hint }], { cause });
}

async function readBounded(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    const chunks: Buffer[] = [];
    let size = 0;
    // Not `readFile`: the file may grow, or be a pipe that never ends. The stream closes the file.
    for await (const chunk of file.createReadStream({ end: MAX_BYTES, highWaterMark: 256 * 1024 })) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
    }
    if (size > MAX_BYTES) throw unusable(path, 'the file is larger than 8 MiB', 'is it a graph file?');
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof GraphFileError) throw error;
    throw unusable(path, whyUnreadable(error), null, error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file: a part of its path is not a folder',
  EISDIR: 'is a folder, not a graph file',
  EACCES: 'cannot be read: permission denied',
  EPERM: 'cannot be read: permission denied',
  ELOOP: 'cannot be read: its symbolic links go round in a circle',
};

function whyUnreadable(error: unknown): string {
  if (!(error instanceof Error)) return 'cannot be read';
  const code = 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? `cannot be read: ${error.message}`;
}

function decode(bytes: Buffer, path: string): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) throw unusable(path, 'the text is UTF-16', 'save it as UTF-8');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) throw unusable(path, 'the text is UTF-16', 'save it as UTF-8');
  if (bytes.includes(0)) throw unusable(path, 'is binary, not a graph file');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw unusable(path, 'is not UTF-8 text', 'save it as UTF-8', error);
  }
}

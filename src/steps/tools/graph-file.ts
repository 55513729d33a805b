import { createHash } from 'node:crypto';
import type { Graph } from '../../core/graph/graph.ts';
import { type ReadGraphOptions, readGraph } from '../../core/graph/read-graph.ts';
import { byPosition, FileError, type FileProblem, locatedProblems, syntaxProblems } from './file-problems.ts';
import { readYaml } from './graph-yaml.ts';
import { readTextFile } from './text-file.ts';

/** One thing wrong with a graph file. */
export type GraphFileProblem = FileProblem;

/** A graph file that cannot be used, with all that is wrong with it, in the order of the file. */
export class GraphFileError extends FileError {}

export interface LoadedGraph {
  readonly graph: Graph;
  readonly text: string;
  /** SHA-256 of the text, in hex. */
  readonly digest: string;
}

/** Throws `GraphFileError` for whatever is wrong with the file or the graph in it. */
export async function loadGraph(path: string, options: ReadGraphOptions = {}): Promise<LoadedGraph> {
  const text = await readTextFile(path, 'graph file');
  if (typeof text !== 'string') {
    const { message, hint, cause } = text;
    throw new GraphFileError([{ file: path, line: null, column: null, path: '', message, hint }], { cause });
  }
  return { graph: parseGraph(text, path, options), text, digest: createHash('sha256').update(text).digest('hex') };
}

/** The graph in `text`, with `file` as its name in problems. */
export function parseGraph(text: string, file: string, options: ReadGraphOptions = {}): Graph {
  const yaml = readYaml(text);
  const syntax = syntaxProblems(yaml, file);
  if (yaml.fatal) throw new GraphFileError(syntax);
  const { graph, problems } = readGraph(yaml.value, options);
  const { found, omitted } = locatedProblems(yaml, problems, file);
  if (graph !== null && syntax.length + found.length === 0) return graph;
  throw new GraphFileError([...syntax, ...found].toSorted(byPosition), { omitted });
}

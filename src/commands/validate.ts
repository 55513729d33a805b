import { criticalPath } from '../core/graph/order.ts';
import type { ReadGraphOptions } from '../core/graph/read-graph.ts';
import { GraphFileError, type LoadedGraph, loadGraph } from '../steps/tools/graph-file.ts';
import type { Io } from './io.ts';

/** Where a command's answer goes. */
export type Output = Pick<Io, 'out'>;

export interface GraphCommandOptions extends ReadGraphOptions {
  readonly json: boolean;
}

/** Exit code of a bad graph, and of any other mistake of the person. */
const BAD_GRAPH = 2;

/** Says that the graph is good, or throws `GraphFileError`; as JSON it says either, and returns the exit code. */
export async function validate(path: string, options: GraphCommandOptions, io: Output): Promise<number> {
  return withGraph(path, options, io, ({ graph, digest }) => {
    const critical = criticalPath(graph);
    if (options.json) {
      const { name, tasks, workstreams } = graph;
      const counts = { tasks: tasks.length, workstreams: workstreams.length };
      io.out(JSON.stringify({ ok: true, file: path, name, digest, ...counts, critical_path: critical }));
      return;
    }
    const tasks = countOf(graph.tasks.length, 'task');
    const lanes = countOf(graph.workstreams.length, 'workstream');
    io.out(
      `${path}: ok, graph ${graph.name}: ${tasks} in ${lanes}, critical path of ${countOf(critical.length, 'task')}`,
    );
  });
}

/** Loads the graph and shows it. A bad one is thrown, for `main` to print; with `json` its problems are the output. */
export async function withGraph(
  path: string,
  options: GraphCommandOptions,
  io: Output,
  show: (loaded: LoadedGraph) => void,
): Promise<number> {
  try {
    show(await loadGraph(path, options));
    return 0;
  } catch (error) {
    if (!options.json || !(error instanceof GraphFileError)) throw error;
    io.out(JSON.stringify({ ok: false, file: path, problems: error.problems, omitted: error.omitted }));
    return BAD_GRAPH;
  }
}

export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

import { buildGraph } from './build.ts';
import { agentProblems, type KnownNames } from './check-agents.ts';
import { idProblems } from './check-ids.ts';
import { laneProblems } from './check-lanes.ts';
import { inputProblems, taskCycles } from './check-order.ts';
import type { Graph, Sandbox } from './graph.ts';
import { asMap, readOutline } from './outline.ts';
import type { Problem } from './problem.ts';
import { graphSchema } from './schema.ts';
import { schemaProblems } from './schema-problems.ts';

export interface ReadGraphOptions extends Partial<KnownNames> {
  /** Stands in for the `model` of the file, as the command line's does. */
  readonly model?: string | null;
  /** Of every agent, whatever the file says. */
  readonly environment?: string | null;
  readonly sandbox?: Sandbox | null;
}

export type ReadGraph =
  | { readonly graph: Graph; readonly problems: readonly [] }
  | { readonly graph: null; readonly problems: readonly Problem[] };

/** Checks and completes what a graph file holds; all that is wrong with it in one go. */
export function readGraph(value: unknown, options: ReadGraphOptions = {}): ReadGraph {
  const parsed = graphSchema.safeParse(value, { reportInput: true });
  const problems = parsed.success ? [] : schemaProblems(parsed.error.issues, graphSchema);
  const top = asMap(value);
  if (top !== null) {
    const names = {
      extraFrameworks: options.extraFrameworks ?? [],
      extraEnvironments: options.extraEnvironments ?? [],
    };
    const outline = readOutline(top);
    const order = taskCycles(outline);
    problems.push(...idProblems(outline), ...order.problems, ...agentProblems(outline, names));
    problems.push(...laneProblems(outline, order.knotted));
    if (order.problems.length === 0) problems.push(...inputProblems(outline));
  }
  if (parsed.success && problems.length === 0) {
    return { graph: buildGraph(parsed.data, options), problems: [] };
  }
  return { graph: null, problems: problems };
}

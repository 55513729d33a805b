import type { Graph, GraphTask } from '../core/graph/graph.ts';

/** Keys of a task that are checked today and take effect in a later version. */
const LATER: Readonly<Record<string, (task: GraphTask) => boolean>> = {
  review: (task) => task.review !== null,
};

/** What the graph asks for and this version does not do, in words; a person who counts on it must know. */
export function keysWithoutEffect(graph: Graph): string[] {
  return Object.keys(LATER).filter((key) => graph.tasks.some((one) => LATER[key]?.(one)));
}

import type { Graph, GraphTask } from '../../core/graph/graph.ts';

/** Places whose agents are in windows of this machine, wherever they run. */
const IN_WINDOWS: ReadonlySet<string> = new Set(['tmux', 'slurm']);

export function isInWindow({ primaryAgent }: Pick<GraphTask, 'primaryAgent'>): boolean {
  return IN_WINDOWS.has(primaryAgent.environment.type);
}

/** Whether the graph has agents in windows of the local tmux. */
export function needsTmux(graph: Graph): boolean {
  return graph.tasks.some(isInWindow);
}

import type { Graph } from '../../core/graph/graph.ts';
import type { RunState } from '../../core/run-state.ts';
import type { WorkstreamRuntime } from '../../core/workstream.ts';

export function integrationTextOf({ graph, lane }: { graph: Graph; run: RunState; lane: WorkstreamRuntime }) {
  return { title: `${graph.name}: ${lane.workstream.id}`, body: 'to come' };
}

import type { Graph } from '../../core/graph/graph.ts';
import { lookAtMachines } from '../environments/ssh/problems.ts';
import { type Finding, findingOf, ok } from './finding.ts';

/** The machines that agents of the graph run on. */
export async function checkMachines(graph: Graph | null, root: string): Promise<Finding[]> {
  if (graph === null) return [];
  const looks = await lookAtMachines(graph, root);
  return looks.map(({ name, versions, problem }) => {
    return problem === null ? ok(name, versions ?? '') : findingOf(name, problem);
  });
}

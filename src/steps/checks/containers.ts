import type { Graph } from '../../core/graph/graph.ts';
import { containerProblems, containersFound } from '../isolation/oci/problems.ts';
import { type Finding, findingOf, ok } from './finding.ts';

/** The engines and images of the graph's containers; nothing where it has none. */
export async function checkContainers(graph: Graph | null): Promise<Finding[]> {
  if (graph === null) return [];
  const [problems, found] = await Promise.all([containerProblems(graph), containersFound(graph)]);
  return [
    ...found.map((words) => ok('containers', words)),
    ...problems.map((problem) => findingOf('containers', problem)),
  ];
}

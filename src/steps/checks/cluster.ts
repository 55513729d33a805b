import type { Graph } from '../../core/graph/graph.ts';
import { clusterFound, isJob, slurmProblems } from '../environments/slurm/problems.ts';
import { type Finding, findingFrom, findingOf } from './finding.ts';

/** The cluster that the graph's jobs need; nothing where it has none. */
export async function checkCluster(graph: Graph | null): Promise<Finding[]> {
  if (graph === null || !graph.tasks.some(isJob)) return [];
  const problems = await slurmProblems(graph);
  if (problems.length > 0) return problems.map((problem) => findingOf('Slurm', problem));
  return [await findingFrom('Slurm', clusterFound, (found) => found)];
}

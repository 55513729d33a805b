import type { FactOf } from './events.ts';
import type { Graph } from './graph/graph.ts';

/** The first fact of a run: what it is made of, so that its journal can be read without the graph file. */
export function runStarted(
  graph: Graph,
  run: { number: number; digest: string; maxTaskAttempts?: number },
): FactOf<'run_started'> {
  return {
    kind: 'run_started',
    run: run.number,
    graph: graph.name,
    digest: run.digest,
    tasks: graph.tasks.map((task) => ({
      id: task.id,
      workstream: task.workstreamId,
      role: task.role,
      framework: task.primaryAgent.framework,
      dependencies: task.dependencies,
    })),
    workstreams: graph.workstreams.map((lane) => ({
      id: lane.id,
      parent: lane.parentWorkstreamId,
      base: lane.baseBranch,
      target: lane.mergeTargetBranch,
      auto_merge: lane.autoMerge,
      parallel: lane.parallel,
    })),
    ...(run.maxTaskAttempts === undefined ? {} : { max_task_attempts: run.maxTaskAttempts }),
  };
}

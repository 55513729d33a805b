import type { RunBounds } from './agent-events.ts';
import type { FactOf } from './events.ts';
import type { Graph, RunBudget } from './graph/graph.ts';

/** The first fact of a run: what it is made of, so that its journal can be read without the graph file. */
export function runStarted(
  graph: Graph,
  run: { number: number; digest: string; maxTaskAttempts?: number; budget?: RunBudget | null },
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
    ...(run.budget ? { budget: runBounds(run.budget) } : {}),
  };
}

/** As events have it. */
export function runBounds(budget: RunBudget | null): RunBounds | null {
  if (budget === null) return null;
  const { maxCostUsd, maxTokens, timeoutMs } = budget;
  return { max_cost_usd: maxCostUsd, max_tokens: maxTokens, timeout: timeoutMs === null ? null : timeoutMs / 1000 };
}

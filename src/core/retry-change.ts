import type { RetryChange } from './events.ts';
import type { Graph, GraphTask } from './graph/graph.ts';
import type { RunState } from './run-state.ts';

/** A retry as the settings make it, without a person's wishes. */
export const NO_CHANGE: RetryChange = {
  note: null,
  instructions: null,
  framework: null,
  model: null,
  keep_work: false,
  fresh: false,
};

/** The task as its next attempt sees it. */
export function changedTask(task: GraphTask, change: RetryChange | null): GraphTask {
  if (change === null) return task;
  const { primaryAgent } = task;
  return {
    ...task,
    description: change.instructions ?? task.description,
    primaryAgent: {
      ...primaryAgent,
      framework: change.framework ?? primaryAgent.framework,
      model: change.model ?? primaryAgent.model,
    },
  };
}

/** The graph as the next attempts of its tasks see it; caps count the agents that will be there. */
export function changedGraph(graph: Graph, state: RunState): Graph {
  return { ...graph, tasks: graph.tasks.map((task) => changedTask(task, state.tasks.get(task.id)?.change ?? null)) };
}

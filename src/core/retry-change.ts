import type { RetryChange } from './events.ts';
import type { GraphTask } from './graph/graph.ts';

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

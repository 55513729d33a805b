import { UserError } from '../core/errors.ts';
import type { Graph, GraphTask } from '../core/graph/graph.ts';

/** Keys of a task that are checked today and take effect in a later version. */
const LATER: Readonly<Record<string, (task: GraphTask) => boolean>> = {
  review: (task) => task.review !== null,
};

/** What the graph asks for and this version does not do, in words; a person who counts on it must know. */
export function keysWithoutEffect(graph: Graph): string[] {
  return Object.keys(LATER).filter((key) => graph.tasks.some((one) => LATER[key]?.(one)));
}

/** A sandbox that is asked for and not there would be worse than none: nothing runs. */
export function requireNoSandbox(graph: Graph): void {
  const task = graph.tasks.find(({ isolation, primaryAgent }) => {
    return isolation.sandbox !== 'none' || primaryAgent.isolation.sandbox !== 'none';
  });
  if (task === undefined) return;
  const { sandbox } = task.primaryAgent.isolation.sandbox === 'none' ? task.isolation : task.primaryAgent.isolation;
  throw new UserError(`task ${task.id} asks for the sandbox ${sandbox}, which comes with a later version`, {
    hint: 'sandbox: none runs its agent with all that you may do yourself',
  });
}

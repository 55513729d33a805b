import { UserError } from '../core/errors.ts';
import type { Graph, GraphTask } from '../core/graph/graph.ts';

/** Keys of a task that are checked today and take effect in a later version. */
const LATER: Readonly<Record<string, (task: GraphTask) => boolean>> = {
  review: (task) => task.review !== null,
  stall_after: (task) => task.stallAfterMs !== null,
  max_cost_usd: (task) => task.maxCostUsd !== null,
  max_tokens: (task) => task.maxTokens !== null,
  setup: (task) => task.setup.length > 0,
  verify: (task) => task.verify.length > 0,
  cleanup: (task) => task.cleanup.length > 0,
  copy: (task) => task.copy.length > 0,
  link: (task) => task.link.length > 0,
};

/** What the graph asks for and this version does not do, in words; a person who counts on it must know. */
export function keysWithoutEffect(graph: Graph): string[] {
  const task = Object.keys(LATER).filter((key) => graph.tasks.some((one) => LATER[key]?.(one)));
  const top = graph.settings.notify ? ['notify'] : [];
  return [...top, ...task];
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

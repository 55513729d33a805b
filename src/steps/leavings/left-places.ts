import { type Leaving, NO_WORK } from '../../core/gc-plan.ts';
import { attemptsOf } from '../places/known-attempts.ts';
import { findLeftAgents, type LeftAgent, whereIs } from '../places/left-agents.ts';
import type { Repository } from '../preflight.ts';
import type { GraphRecords } from './graph-records.ts';

/** What all runs of a graph have left, or left at work, beside the panes of tmux. Throws `ToolError`. */
export async function leftPlaces(
  { commonDir }: Pick<Repository, 'commonDir'>,
  { graph, store, states }: GraphRecords,
): Promise<LeftAgent[]> {
  const attempts = [...states.values()].flatMap(attemptsOf);
  return await findLeftAgents({ graph, store, commonDir, attempts });
}

/** Tasks whose agents are still alive there, each with its run. */
export function liveElsewhere(left: readonly LeftAgent[]): string[] {
  return left.flatMap((agent) => (agent.alive ? [`${agent.task} of run ${agent.run} in ${whereIs(agent)}`] : []));
}

export function deadElsewhere(left: readonly LeftAgent[], graph: string): Leaving[] {
  const dead = left.filter(({ alive }) => !alive);
  return dead.map((agent) => ({
    kind: agent.kind,
    name: leftName(agent),
    graph,
    run: agent.run,
    bytes: null,
    changedAt: null,
    work: NO_WORK,
    obstacle: null,
    heldBy: null,
  }));
}

export function leftName({ name, task, attempt }: LeftAgent): string {
  return `${name} (${task}, attempt ${attempt})`;
}

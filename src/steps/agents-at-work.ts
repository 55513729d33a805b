import type { RunOutcome } from '../core/lifecycle.ts';
import { hashOf } from './attempt-tokens.ts';
import { type KnownAttempt, recordedAttempts } from './places/known-attempts.ts';
import { findLeftAgents, type LeftAgent, whereIs } from './places/left-agents.ts';
import type { RunStore } from './run-store.ts';
import { panesOn, type TaggedPane } from './tagged-panes.ts';

/** A run whose agents are looked for. */
export interface RunWithAgents {
  readonly graph: string;
  readonly store: RunStore;
  readonly run: number;
  /** Absolute; of the repository. */
  readonly commonDir: string;
  /** Arguments of `tmux`, of every server that may have some. */
  readonly servers: readonly (readonly string[])[];
}

export interface AgentAtWork {
  readonly task: string;
  /** Such as `pane %7` or `process 4711`. */
  readonly where: string;
}

/** The agents of a run that are alive, wherever that is; also where its journal is damaged. */
export async function agentsAtWork(run: RunWithAgents): Promise<AgentAtWork[]> {
  const attempts = recordedAttempts(run.store, run.run);
  if (attempts.length === 0) return [];
  const panes = await panesOn(run.servers);
  const left = await findLeftAgents({ ...run, attempts });
  const beside = besidePanes(left, panes).filter(({ alive }) => alive);
  return [...inPanes(panes, attempts), ...beside.map((agent) => ({ task: agent.task, where: whereIs(agent) }))];
}

/** Those on these servers of tmux alone. */
export async function agentsInPanes({ store, run, servers }: RunWithAgents): Promise<AgentAtWork[]> {
  return inPanes(await panesOn(servers), recordedAttempts(store, run));
}

function inPanes(panes: readonly TaggedPane[], attempts: readonly KnownAttempt[]): AgentAtWork[] {
  const hashes = new Set(attempts.map(({ tokenHash }) => tokenHash));
  return panes.flatMap(({ of, dead, pane }) =>
    of.kind === 'agent' && !dead && hashes.has(hashOf(of.tag.token))
      ? [{ task: of.tag.task, where: `pane ${pane}` }]
      : [],
  );
}

/** What belongs to an agent in a live pane is found there. */
export function besidePanes(left: readonly LeftAgent[], panes: readonly TaggedPane[]): LeftAgent[] {
  const hashes = new Set(panes.flatMap(({ of, dead }) => (of.kind === 'agent' && !dead ? [hashOf(of.tag.token)] : [])));
  return left.filter(({ tokenHash }) => !hashes.has(tokenHash));
}

/** `parser (process 4711), docs (pane %2)`. */
export function agentWords(agents: readonly AgentAtWork[]): string {
  return agents.map(({ task, where }) => `${task} (${where})`).join(', ');
}

/** The command that ends the agents of a run that nobody owns; `task` is one that an agent lives for. */
export function endsThem(graph: string, task: string | null, outcome: RunOutcome | null): string {
  // What a teardown mode has left at work of a run that is over is no run's to cancel.
  const isOver = outcome !== null && outcome !== 'waiting_for_person';
  const words = isOver ? ['teardown', task ?? 'TASK'] : ['cancel'];
  return `agentrelay ${words.join(' ')} -G ${graph}`;
}

import { UserError } from '../core/errors.ts';
import type { AgentConfig, Graph, GraphTask, Settings } from '../core/graph/graph.ts';
import type { ReadGraphOptions } from '../core/graph/read-graph.ts';
import type { RunOutcome } from '../core/lifecycle.ts';
import { sameValue } from '../core/same-value.ts';
import { agentsAtWork, agentsInPanes, agentWords, endsThem, type RunWithAgents } from '../steps/agents-at-work.ts';
import type { Repository } from '../steps/preflight.ts';
import { serverOfRun, serversOf, type TmuxServer } from '../steps/recorded-server.ts';
import type { RunStore } from '../steps/run-store.ts';
import { readOld } from './take-up-graph.ts';

/** What a new owner brings to a run that agents may still be at work for. */
export interface NewOwner {
  readonly repository: Repository;
  readonly graph: Graph;
  readonly graphText: string;
  readonly settings: Settings;
  readonly readOptions: ReadGraphOptions;
  /** What `-L` says. */
  readonly tmuxSocket: string | null;
  readonly tmuxServer: TmuxServer;
}

/** The run, as its agents are looked for. */
export function withAgents({ repository, graph, tmuxSocket }: NewOwner, store: RunStore, run: number): RunWithAgents {
  const { commonDir } = repository;
  return { graph: graph.name, store, run, commonDir, servers: serversOf(store, [run], tmuxSocket) };
}

/** On another server its agents would be taken for lost. */
export async function requireTheirServer(owner: NewOwner, store: RunStore, run: number): Promise<void> {
  const { graph, tmuxServer, tmuxSocket } = owner;
  const theirs = serverOfRun(store, run, null);
  if (tmuxSocket === null || theirs.socket === tmuxServer.socket) return;
  const alive = await agentsInPanes({ ...withAgents(owner, store, run), servers: [theirs.args] });
  if (alive.length === 0) return;
  const server = theirs.socket === null ? 'the default tmux server' : `the tmux server ${theirs.socket}`;
  throw new UserError(`run ${run} of graph ${graph.name} has agents at work on ${server}: ${agentWords(alive)}`, {
    hint: `the same command without -L ${tmuxSocket} goes on with them`,
  });
}

/** In another place its agents would be taken for lost, and would go on in their worktrees. */
export async function requireTheirPlaces(owner: NewOwner, store: RunStore, run: number): Promise<void> {
  const { graph, graphText, settings, readOptions } = owner;
  const { environment = null, sandbox = null } = store.readRecord(run).settings;
  const says = environment === settings.environment && sandbox === settings.sandbox ? null : { environment, sandbox };
  if (says === null && store.graphText(run) === graphText) return;
  const before = oldGraph(store, run, { ...readOptions, environment, sandbox });
  const isMoved = ({ id, primaryAgent }: GraphTask) => {
    const old = before?.taskById.get(id);
    return old !== undefined && !sameValue(placeOf(old.primaryAgent), placeOf(primaryAgent));
  };
  const moved = new Set(graph.tasks.filter(isMoved).map(({ id }) => id));
  if (moved.size === 0) return;
  const alive = (await agentsAtWork(withAgents(owner, store, run))).filter(({ task }) => moved.has(task));
  if (alive.length === 0) return;
  const goesOn = says === null ? 'the graph file as it was' : `the same command ${flagsOf(says, settings)}`;
  const { name } = graph;
  throw new UserError(`run ${run} of graph ${name} has agents at work in another place: ${agentWords(alive)}`, {
    hint: `${goesOn} goes on with them; agentrelay cancel -G ${name} ends them`,
  });
}

/** Null where it cannot be read any more: whoever takes up an edit says so. */
function oldGraph(store: RunStore, run: number, options: ReadGraphOptions): Graph | null {
  try {
    return readOld(store, run, options);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** What an agent is found by; how much of it is asked for may change. */
function placeOf({ environment, isolation }: AgentConfig): unknown {
  const { type, host = null, user = null, port = null, directory = null } = environment;
  const { sandbox } = isolation;
  return { type, host, user, port, directory, sandbox, runtime: sandbox === 'oci' ? isolation.runtime : null };
}

type Said = Pick<Settings, 'environment' | 'sandbox'>;

function flagsOf(before: Said, now: Said): string {
  const flags = [
    ...(before.environment === now.environment ? [] : [flagText('--environment', before.environment, now.environment)]),
    ...(before.sandbox === now.sandbox ? [] : [flagText('-S', before.sandbox, now.sandbox)]),
  ];
  return flags.join(' and ');
}

function flagText(flag: string, before: string | null, now: string | null): string {
  return before === null ? `without ${flag} ${now}` : `with ${flag} ${before}`;
}

/** An agent that lives would lose its worktree under it. */
export async function requireNoAgents(owner: NewOwner, store: RunStore, run: number): Promise<void> {
  const alive = await agentsAtWork(withAgents(owner, store, run));
  if (alive.length === 0) return;
  const { name } = owner.graph;
  throw new UserError(`run ${run} of graph ${name} has agents at work: ${agentWords(alive)}`, {
    hint: `${endsThem(name, alive[0]?.task ?? null, outcomeOf(store, run))} ends them and keeps their work; then start over`,
  });
}

/** Null, too, where its journal is damaged. */
function outcomeOf(store: RunStore, run: number): RunOutcome | null {
  try {
    return store.replay(run).state.outcome;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

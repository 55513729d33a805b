import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type GraphUse, isOver } from '../../core/gc-plan.ts';
import { type GraphRecords, graphsWithLeavings, readRecords, subfolders, useOf } from '../leavings/graph-records.ts';
import { deadPanes, liveAgents, panesOf } from '../leavings/panes.ts';
import type { Repository } from '../preflight.ts';
import { distinctServers, serversOf } from '../recorded-server.ts';
import { type TaggedPane, taggedPanes } from '../tagged-panes.ts';
import type { Git } from '../tools/git.ts';
import { quoteForShell } from '../tools/tmux-parse.ts';
import { type Finding, findingOf, ok, warn } from './finding.ts';
import { noneWithoutTmux, sessionFindings } from './left-sessions.ts';
import { lockFindings } from './locks.ts';

export interface RunChecks {
  readonly repository: Repository;
  readonly git: Git;
  /** `-L`; null for the servers that the runs used. */
  readonly tmuxSocket: string | null;
}

/** What runs have left in the repository, and who runs something now; a fault in one graph hides no other. */
export async function checkRuns(options: RunChecks): Promise<Finding[]> {
  const { repository, git } = options;
  const records: GraphRecords[] = [];
  const found: Finding[] = [];
  for (const graph of await graphsWithLeavings(repository, git)) {
    try {
      records.push(await readRecords(repository, git, graph));
    } catch (error) {
      found.push(findingOf(graph, error, 'warn'));
    }
  }
  const servers = distinctServers(records.flatMap(({ store, runs }) => serversOf(store, runs, options.tmuxSocket)));
  const panes = await panesOn(servers);
  for (const record of records) found.push(...graphFindings(record, panesOf(panes, record), repository));
  if (panes.every(({ dead }) => dead)) found.push(...(await sessionFindings(servers)));
  found.push(...lockFindings(repository));
  return found.length > 0 ? found : [ok('runs', 'none yet')];
}

async function panesOn(servers: readonly string[][]): Promise<TaggedPane[]> {
  return (await Promise.all(servers.map((server) => noneWithoutTmux(taggedPanes(server))))).flat();
}

function graphFindings(records: GraphRecords, panes: readonly TaggedPane[], repository: Repository): Finding[] {
  const { graph } = records;
  try {
    const use = useOf(records, liveAgents(panes));
    if (use.busy !== null) return [ok(graph, `run ${use.runs.at(-1) ?? 0} is at work: ${use.busy}`)];
    const dead = deadPanes(panes, graph).length;
    const windows =
      dead === 0 ? [] : [warn(graph, `${count(dead, 'window')} of agents that have ended`, `agentrelay gc ${graph}`)];
    return [runFinding(use, records), ...windows, ...worktreeFindings(use, repository), ...ownerFindings(use, records)];
  } catch (error) {
    return [findingOf(graph, error)];
  }
}

function runFinding({ graph, runs, outcome, damage, ...use }: GraphUse, { store }: GraphRecords): Finding {
  const last = runs.at(-1);
  if (last === undefined) {
    return warn(graph, 'branches or worktrees of a run that has no records here', `agentrelay gc ${graph}`);
  }
  if (damage !== null) return warn(graph, damage, `agentrelay status ${graph} says where`);
  const how = outcome === null ? 'interrupted' : outcome.replaceAll('_', ' ');
  if (isOver({ graph, runs, outcome, damage, ...use })) return ok(graph, `run ${last}: ${how}`);
  const gone = existsSync(store.lockFile) ? ', and who ran it is gone' : '';
  return warn(
    graph,
    `run ${last} is not over: ${how}${gone}`,
    'agentrelay run GRAPH goes on with it, --new-run starts over',
  );
}

function worktreeFindings(use: GraphUse, { root }: Repository): Finding[] {
  const left = subfolders(join(root, '.worktrees', use.graph)).length;
  if (left === 0 || !isOver(use) || use.runs.length === 0) return [];
  return [warn(use.graph, `${count(left, 'worktree')} of runs that are over`, `agentrelay gc ${use.graph}`)];
}

/** A run that is not over says so itself. */
function ownerFindings(use: GraphUse, { store }: GraphRecords): Finding[] {
  if (!isOver(use) || !existsSync(store.lockFile)) return [];
  return [warn(use.graph, 'owner.lock of a process that is gone', `rm ${quoteForShell(store.lockFile)}`)];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

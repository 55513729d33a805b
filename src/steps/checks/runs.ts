import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type GraphUse, isOver } from '../../core/gc-plan.ts';
import { BRANCH_ROOT } from '../../core/names.ts';
import { besidePanes, endsThem } from '../agents-at-work.ts';
import { type GraphRecords, graphsWithLeavings, readRecords, subfolders, useOf } from '../leavings/graph-records.ts';
import { leftPlaces, liveElsewhere } from '../leavings/left-places.ts';
import { deadPanes, liveAgents, panesOf } from '../leavings/panes.ts';
import { type LeftAgent, whereIs } from '../places/left-agents.ts';
import type { Repository } from '../preflight.ts';
import { distinctServers, serversOf } from '../recorded-server.ts';
import { type TaggedPane, taggedPanes } from '../tagged-panes.ts';
import type { Git } from '../tools/git.ts';
import { quoteForShell } from '../tools/tmux-parse.ts';
import { type Finding, findingOf, ok, warn } from './finding.ts';
import { noneWithoutTmux, sessionFindings } from './left-sessions.ts';

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
  const branches = (await git.run(['for-each-ref', '--format=%(refname)', `refs/heads/${BRANCH_ROOT}/`])).stdout;
  for (const record of records) {
    const hasBranches = branches.includes(`refs/heads/${BRANCH_ROOT}/${record.graph}/`);
    const own = panesOf(panes, record);
    try {
      const left = besidePanes(await leftPlaces(repository, record), own);
      found.push(...graphFindings(record, { panes: own, left, repository, hasBranches }));
    } catch (error) {
      found.push(findingOf(record.graph, error, 'warn'));
    }
  }
  if (panes.every(({ dead }) => dead)) found.push(...(await sessionFindings(servers)));
  return found.length > 0 ? found : [ok('runs', 'none yet')];
}

async function panesOn(servers: readonly string[][]): Promise<TaggedPane[]> {
  return (await Promise.all(servers.map((server) => noneWithoutTmux(taggedPanes(server))))).flat();
}

const GO_ON = 'agentrelay run GRAPH goes on with it, --new-run starts over';

interface GraphTraces {
  readonly panes: readonly TaggedPane[];
  /** What has no pane. */
  readonly left: readonly LeftAgent[];
  readonly repository: Repository;
  readonly hasBranches: boolean;
}

function graphFindings(records: GraphRecords, traces: GraphTraces): Finding[] {
  const { graph } = records;
  try {
    const agents = [...liveAgents(traces.panes), ...liveElsewhere(traces.left)];
    const use = useOf(records, []);
    const last = use.runs.at(-1) ?? 0;
    if (use.busy !== null) return [ok(graph, `run ${last}: ${use.busy}`)];
    if (agents.length > 0) {
      const text = `run ${last}: nobody runs it, and agents live: ${agents.join(', ')}`;
      const ends = `${endsThem(graph, liveTask(traces), use.outcome)} ends them`;
      return [warn(graph, text, isOver(use) ? ends : `agentrelay run GRAPH goes on with it, ${ends}`)];
    }
    return [...runFindings(use, records), ...leftFindings(use, traces), ...ownerFindings(use, records)];
  } catch (error) {
    return [findingOf(graph, error)];
  }
}

/** One that an agent lives for. */
function liveTask({ panes, left }: GraphTraces): string | null {
  const inPane = panes.flatMap(({ of, dead }) => (of.kind === 'agent' && !dead ? [of.tag.task] : []));
  return inPane[0] ?? left.find(({ alive }) => alive)?.task ?? null;
}

function runFindings(use: GraphUse, { store }: GraphRecords): Finding[] {
  const { graph, runs, outcome, damage } = use;
  const last = runs.at(-1);
  if (last === undefined) return [];
  if (damage !== null) return [warn(graph, damage, `agentrelay status ${graph} says where`)];
  const how = outcome === null ? 'interrupted' : outcome.replaceAll('_', ' ');
  if (isOver(use)) return [ok(graph, `run ${last}: ${how}`)];
  const gone = existsSync(store.lockFile) ? ', and who ran it is gone' : '';
  return [warn(graph, `run ${last} is not over: ${how}${gone}`, GO_ON)];
}

/** What nobody goes on with. */
function leftFindings(use: GraphUse, { panes, left: elsewhere, repository, hasBranches }: GraphTraces): Finding[] {
  if (!isOver(use)) return [];
  const { graph } = use;
  const windows = deadPanes(panes, graph).length;
  const worktrees = subfolders(join(repository.root, '.worktrees', graph)).length;
  const isUnknown = use.runs.length === 0;
  const left = [
    ...(windows > 0 ? [count(windows, 'window')] : []),
    ...elsewhere.map(whereIs),
    ...(worktrees > 0 ? [count(worktrees, 'worktree')] : []),
    ...(isUnknown && hasBranches ? ['branches'] : []),
  ];
  if (left.length === 0) return [];
  const whose = isUnknown ? 'a run that has no records here' : 'runs that are over';
  return [warn(graph, `left by ${whose}: ${left.join(', ')}`, `agentrelay gc ${graph}`)];
}

/** A run that is not over says so itself. */
function ownerFindings(use: GraphUse, { store }: GraphRecords): Finding[] {
  if (!isOver(use) || !existsSync(store.lockFile)) return [];
  return [warn(use.graph, 'owner.lock of a process that is gone', `rm ${quoteForShell(store.lockFile)}`)];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

import { existsSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import type { GraphUse } from '../../core/gc-plan.ts';
import { BRANCH_ROOT, integrationBranch } from '../../core/names.ts';
import type { RunState } from '../../core/run-state.ts';
import type { Repository } from '../preflight.ts';
import { RunStore } from '../run-store.ts';
import type { Git } from '../tools/git.ts';
import { lockHolder } from '../tools/lock-file.ts';

/** What the records of a graph tell about its runs. */
export interface GraphRecords {
  readonly graph: string;
  readonly store: RunStore;
  readonly runs: readonly number[];
  /** By number; those with a damaged journal are left out. */
  readonly states: ReadonlyMap<number, RunState>;
  /** Hashes of the tokens of all its agents. */
  readonly tokens: ReadonlySet<string>;
  /** Refs that keep work of its runs. */
  readonly keptRefs: ReadonlySet<string>;
  /** Every branch that a lane was ever to be merged into; of the repository's HEAD when nothing tells. */
  readonly targets: readonly string[];
  /** Such as `origin`, where the last run was on GitHub; else null. */
  readonly remote: string | null;
  /** Of why the last run's journal cannot be read; null when it can. */
  readonly damage: string | null;
}

/** Every graph that has left something, with records or without. */
export async function graphsWithLeavings({ root }: Repository, git: Git): Promise<string[]> {
  const folders = ['.workflow', '.worktrees'].flatMap((name) => subfolders(join(root, name)));
  const prefix = `refs/heads/${BRANCH_ROOT}/`;
  const { stdout } = await git.run(['for-each-ref', '--format=%(refname)', prefix]);
  const branches = stdout.split('\n').map((ref) => ref.slice(prefix.length).split('/'));
  const named = branches.flatMap(([graph, ...rest]) => (graph && rest.length > 0 ? [graph] : []));
  return [...new Set([...folders, ...named])].sort();
}

export function subfolders(path: string): string[] {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

export async function readRecords({ root }: Repository, git: Git, graph: string): Promise<GraphRecords> {
  const store = new RunStore(root, graph);
  const runs = store.runs();
  const { states, damage } = readRuns(store, runs);
  const attempts = [...states.values()].flatMap(({ tasks }) => [...tasks.values()].flatMap((task) => task.attempts));
  const lanes = [...states.values()].flatMap(({ workstreams }) => [...workstreams.values()]);
  const remote = remoteOf(store, runs);
  const targets = [...new Set(lanes.flatMap(({ outline }) => withTracking(outline.target, remote)))];
  const resets = [...states.values()].flatMap((state) => state.resets);
  const kept = [...attempts.flatMap(({ saved }) => saved), ...resets.flatMap(({ reset }) => reset.backups)];
  return {
    graph,
    store,
    runs,
    states,
    tokens: new Set(attempts.map(({ tokenHash }) => tokenHash)),
    keptRefs: new Set(kept.map(({ ref }) => ref)),
    targets: targets.length > 0 ? targets : await headBranch(git),
    remote,
    damage,
  };
}

/** On GitHub the remote's branch is the one that is merged into; it is known here as it was when it was last fetched. */
function withTracking(target: string, remote: string | null): string[] {
  return remote === null ? [target] : [target, `refs/remotes/${remote}/${target}`];
}

function remoteOf(store: RunStore, runs: readonly number[]): string | null {
  const last = runs.at(-1);
  try {
    const forge = last === undefined ? undefined : store.readRecord(last).forge;
    return forge?.name === 'gh' ? forge.remote : null;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function readRuns(store: RunStore, runs: readonly number[]): Pick<GraphRecords, 'states' | 'damage'> {
  const states = new Map<number, RunState>();
  let damage: string | null = null;
  for (const run of runs) {
    try {
      states.set(run, store.replay(run).state);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // The others can still be told about.
      if (run === runs.at(-1)) damage = `the journal of run ${run} cannot be read`;
    }
  }
  return { states, damage };
}

/** How the graph stands; `liveAgents` is who is still at work in its panes. */
export function useOf(records: GraphRecords, liveAgents: readonly string[]): GraphUse {
  const { graph, store, runs, states, damage } = records;
  const holder = lockHolder(store.lockFile);
  const owner = holder === null || (holder.pid === process.pid && holder.host === hostname()) ? null : holder;
  const agents = liveAgents.length === 0 ? null : `agents at work: ${liveAgents.join(', ')}`;
  return {
    graph,
    runs,
    busy: owner === null ? agents : `process ${owner.pid} on ${owner.host} runs it`,
    outcome: states.get(runs.at(-1) ?? 0)?.outcome ?? null,
    damage,
  };
}

/** The branches that the work of a lane is to end in. */
export function targetsOfLane({ states, targets, remote }: GraphRecords, lane: string): readonly string[] {
  const found = [...states.values()].flatMap(({ workstreams }) => workstreams.get(lane)?.outline.target ?? []);
  const known = new Set(found.flatMap((target) => withTracking(target, remote)));
  return known.size > 0 ? [...known] : targets;
}

/** The same for a task; first its lane's integration branch. */
export function targetsOfTask(records: GraphRecords, task: string): readonly string[] {
  const lanes = [...records.states.values()].flatMap(({ tasks }) => tasks.get(task)?.outline.workstream ?? []);
  const own = [...new Set(lanes)];
  if (own.length === 0) return records.targets;
  return own.flatMap((lane) => [integrationBranch(records.graph, lane), ...targetsOfLane(records, lane)]);
}

async function headBranch(git: Git): Promise<string[]> {
  const { stdout } = await git.run(['symbolic-ref', '-q', '--short', 'HEAD'], { accept: [0, 1] });
  return stdout === '' ? [] : [stdout];
}

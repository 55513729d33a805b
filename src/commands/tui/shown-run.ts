import { statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import type { Settings } from '../../core/graph/graph.ts';
import { findRepository } from '../../steps/preflight.ts';
import { knownGraphs, RunStore } from '../../steps/run-store.ts';
import type { AskOptions } from '../ask.ts';
import type { OwnerOptions } from '../owner.ts';
import { type PreparedRun, prepareRun, type RunOptions } from '../prepare-run.ts';
import { recordedGraph } from '../recorded-graph.ts';
import { findRun } from '../recorded-run.ts';

/** The run that a dashboard shows. `graphFile` null: the graph as it was last run here. */
export type ShownRun = Omit<RunOptions, 'graphFile'> & { readonly graphFile: string | null };

/** Throws `UserError`. */
export async function prepareShown(run: ShownRun): Promise<PreparedRun> {
  if (run.graphFile !== null) return await prepareRun({ ...run, graphFile: run.graphFile });
  const graph = await latestGraph(run.targetRepo);
  const { store, run: number } = await findRun({ graph, targetRepo: run.targetRepo, run: null });
  const { settings } = await recordedGraph(store, number, { root: store.root, configModule: run.configModule });
  const graphFile = recordedGraphFile(store, number);
  return await prepareRun({
    ...run,
    graphFile,
    settings: { ...settings, ...run.settings } satisfies Partial<Settings>,
  });
}

/** The graph in whose runs something has happened last; null where none was run. */
async function latestGraph(targetRepo: string): Promise<string | null> {
  const { root } = await findRepository(targetRepo);
  const times = knownGraphs(root).flatMap((graph) => {
    const store = new RunStore(root, graph);
    const run = store.runs().at(-1);
    return run === undefined ? [] : [{ graph, at: statSync(store.journalFile(run)).mtimeMs }];
  });
  return times.toSorted((a, b) => b.at - a.at)[0]?.graph ?? null;
}

/** The graph file as the run was last run with it; absolute. */
export function recordedGraphFile(store: RunStore, run: number): string {
  return join(store.runDirectory(run), 'graph.yaml');
}

/** The same run as it is prepared now, with the git that `before` has. Throws `UserError`. */
export async function preparedAgain(run: ShownRun, before: OwnerOptions): Promise<OwnerOptions> {
  const { owner, close } = await prepareShown(run);
  close();
  if (owner.graph.name === before.graph.name) return { ...owner, git: before.git };
  throw new UserError(`the graph file is now that of ${owner.graph.name}, and not of ${before.graph.name}`, {
    hint: 'a dashboard of its own shows it',
  });
}

/** What the commands that act on the run would be told. */
export function askingOf({ targetRepo, tmuxSocket, configModule, agentScript }: ShownRun, graph: string): AskOptions {
  const agentCommands = { node: process.execPath, agentScript };
  return { graph, targetRepo, run: null, tmuxSocket, configModule, json: false, agentCommands };
}

import { join } from 'node:path';
import { DEFAULT_SETTINGS, type Graph, type Settings } from '../core/graph/graph.ts';
import type { Extensions } from '../steps/extensions.ts';
import { type ChosenForge, LOCAL_FORGE } from '../steps/forges/forge.ts';
import type { RunStore } from '../steps/run-store.ts';
import { parseGraph } from '../steps/tools/graph-file.ts';
import { loadOwnSettings } from './own-settings.ts';
import { readOptionsOf } from './read-options.ts';

/** What a run was last run with. */
export interface RecordedGraph {
  readonly graph: Graph;
  readonly settings: Settings;
  readonly extensions: Extensions;
  readonly forge: ChosenForge;
}

/** From the run's own folder, so that the graph file is not needed. Throws `UserError`. */
export async function recordedGraph(
  store: RunStore,
  run: number,
  options: { root: string; configModule: string | null },
): Promise<RecordedGraph> {
  const folder = store.runDirectory(run);
  const { extensions } = await loadOwnSettings(options.root, options.configModule);
  const record = store.readRecord(run);
  const settings = { ...DEFAULT_SETTINGS, ...record.settings };
  const readOptions = readOptionsOf(extensions, settings);
  const graph = parseGraph(store.graphText(run), join(folder, 'graph.yaml'), readOptions);
  return { graph, settings, extensions, forge: record.forge ?? LOCAL_FORGE };
}

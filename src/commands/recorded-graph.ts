import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../core/errors.ts';
import { DEFAULT_SETTINGS, type Graph, type Settings } from '../core/graph/graph.ts';
import { type Extensions, loadExtensions, namesOf } from '../steps/extensions.ts';
import type { RunRecord, RunStore } from '../steps/run-store.ts';
import { parseGraph } from '../steps/tools/graph-file.ts';

/** What a run was last run with. */
export interface RecordedGraph {
  readonly graph: Graph;
  readonly settings: Settings;
  readonly extensions: Extensions;
}

/** From the run's own folder, so that the graph file is not needed. Throws `UserError`. */
export async function recordedGraph(
  store: RunStore,
  run: number,
  options: { root: string; configModule: string | null },
): Promise<RecordedGraph> {
  const folder = store.runDirectory(run);
  const extensions = await loadExtensions(options.root, options.configModule);
  const settings = { ...DEFAULT_SETTINGS, ...readSettings(join(folder, 'run.json')) };
  const graph = parseGraph(store.graphText(run), join(folder, 'graph.yaml'), {
    ...namesOf(extensions),
    model: settings.model,
  });
  return { graph, settings, extensions };
}

function readSettings(path: string): Partial<Settings> {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as RunRecord).settings;
  } catch (cause) {
    throw new UserError(`${path} cannot be read: ${String(cause)}`, {
      hint: 'agentrelay run GRAPH writes it anew',
      cause,
    });
  }
}

import type { Settings } from '../core/graph/graph.ts';
import type { ReadGraphOptions } from '../core/graph/read-graph.ts';
import { type Extensions, namesOf } from '../steps/extensions.ts';
import { RunStore } from '../steps/run-store.ts';

/** How a graph is read with what a config module adds and the command line says. */
export function readOptionsOf(extensions: Extensions, settings: Partial<Settings>): ReadGraphOptions {
  const { model = null, environment = null, sandbox = null } = settings;
  return { ...namesOf(extensions), model, environment, sandbox };
}

/** What the command line of a run said of every agent holds for its next owners, too, unless they say otherwise. */
export function saidBefore(root: string, graph: string): Partial<Settings> {
  const store = new RunStore(root, graph);
  const last = store.runs().at(-1);
  if (last === undefined) return {};
  const { environment = null, sandbox = null, credentials = null } = store.readRecord(last).settings;
  return Object.fromEntries(Object.entries({ environment, sandbox, credentials }).filter(([, said]) => said !== null));
}

import { UserError } from '../core/errors.ts';
import { findRepository } from '../steps/preflight.ts';
import { knownGraphs, lastRun, RunStore } from '../steps/run-store.ts';

export interface RecordedRunOptions {
  /** Null where the repository has run only one graph. */
  readonly graph: string | null;
  readonly targetRepo: string;
  /** Null for the last run. */
  readonly run: number | null;
}

/** Finds the records of a run, live or over. Throws `UserError`. */
export async function findRun(options: RecordedRunOptions): Promise<{ store: RunStore; graph: string; run: number }> {
  const { root } = await findRepository(options.targetRepo);
  const known = knownGraphs(root);
  const graph = options.graph ?? known[0];
  if (graph === undefined) throw new UserError(`no graph was run in ${root}`, { hint: 'agentrelay run GRAPH' });
  if (!known.includes(graph)) {
    throw new UserError(`graph ${graph} was never run in ${root}`, {
      hint: `there are: ${known.join(', ') || 'none'}`,
    });
  }
  if (options.graph === null && known.length > 1) {
    throw new UserError(`several graphs were run in ${root}`, {
      hint: `name one of ${known.join(', ')}: -G ${known[0]}, or for status and events ${known[0]} itself`,
    });
  }
  const store = new RunStore(root, graph);
  const run = options.run ?? lastRun(store, graph);
  if (!store.runs().includes(run)) {
    throw new UserError(`graph ${graph} has no run ${run}`, { hint: `there are: ${store.runs().join(', ')}` });
  }
  return { store, graph, run };
}

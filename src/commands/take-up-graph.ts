import { UserError } from '../core/errors.ts';
import type { FactOf } from '../core/events.ts';
import type { Graph } from '../core/graph/graph.ts';
import type { ReadGraphOptions } from '../core/graph/read-graph.ts';
import { compareGraphs } from '../core/graph-change.ts';
import { isActive } from '../core/lifecycle.ts';
import { runStarted } from '../core/run-started.ts';
import type { RunState } from '../core/run-state.ts';
import { sameValue } from '../core/same-value.ts';
import type { RunStore } from '../steps/run-store.ts';
import { GraphFileError, parseGraph } from '../steps/tools/graph-file.ts';

export interface EditedGraph {
  readonly graph: Graph;
  readonly digest: string;
  readonly readOptions: ReadGraphOptions;
}

/**
 * What an edit of the graph file changes in an unfinished run; null where it changes nothing. Throws `UserError` for an
 * edit that this run cannot take up.
 */
export function takeUpGraph(
  { graph, digest, readOptions }: EditedGraph,
  store: RunStore,
  run: number,
  state: RunState,
): FactOf<'graph_changed'> | null {
  if (digest === state.digest) return null;
  const { change, problems } = compareGraphs(readOld(store, run, readOptions), graph, state);
  const { tasks, workstreams } = runStarted(graph, { number: run, digest });
  const running = change.removed.filter((id) => isActive(state.tasks.get(id)?.status ?? 'pending'));
  const all = [...problems, ...running.map((id) => `task ${id} is at work, and is gone from the file`)];
  if (all.length > 0) {
    throw new UserError(
      `run ${run} cannot take up the graph file as it is now:\n${all.map((line) => `  ${line}`).join('\n')}`,
      {
        hint: `undo that (${store.runDirectory(run)}/graph.yaml is the file as it was), or start over with --new-run`,
      },
    );
  }
  const isSame = Object.values(change).every((ids: readonly string[]) => ids.length === 0);
  const lanes = [...state.workstreams.values()].map(({ outline }) => outline);
  // A comment, say.
  if (isSame && sameValue(lanes, workstreams)) return null;
  return { kind: 'graph_changed', digest, tasks, workstreams, ...change };
}

/** The graph that the run has followed so far. Throws `UserError`. */
export function readOld(store: RunStore, run: number, options: ReadGraphOptions): Graph {
  const file = `${store.runDirectory(run)}/graph.yaml`;
  try {
    return parseGraph(store.graphText(run), file, options);
  } catch (error) {
    if (!(error instanceof GraphFileError)) throw error;
    throw new UserError(`the graph file has changed since run ${run} began, and its old text cannot be read any more`, {
      hint: `--new-run starts over and keeps the old branches; ${file} is the old file`,
      cause: error,
    });
  }
}

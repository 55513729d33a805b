import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph, GraphTask, MergeMethod } from '../../core/graph/graph.ts';
import { currentAttempt, type RunState, type TaskState } from '../../core/run-state.ts';
import type { WorkstreamRuntime } from '../../core/workstream.ts';
import { integrationText } from '../github/integration-body.ts';
import type { EarlierLane, IntegrationInput, IntegrationTask } from '../github/integration-input.ts';
import { type Output, parseOutputs } from '../instructions/outputs.ts';
import { readAtMost } from '../tools/bounded-file.ts';

/** The words of a lane's pull request, from what the run knows and what its agents left in their signal directories. */
export function integrationTextOf(
  { graph, method }: { readonly graph: Graph; readonly method: MergeMethod },
  run: RunState,
  { workstream }: Pick<WorkstreamRuntime, 'workstream'>,
  held: IntegrationInput['held'] = null,
): { readonly title: string; readonly body: string } {
  const tasks = graph.tasks.filter(({ workstreamId }) => workstreamId === workstream.id);
  return integrationText({
    graph: graph.name,
    run: run.run,
    lane: workstream,
    mergeMethod: method,
    held,
    earlier: earlierLanes(graph, run, workstream.id, tasks),
    laneConcerns: run.workstreams.get(workstream.id)?.concerns ?? [],
    tasks: tasks.flatMap((task) => {
      const state = run.tasks.get(task.id);
      return state === undefined ? [] : [asIntegrated(task, state)];
    }),
  });
}

function asIntegrated(task: GraphTask, state: TaskState): IntegrationTask {
  const folder = currentAttempt(state)?.signalDir ?? null;
  if (folder === null) return { task, state, summary: null, outputs: [] };
  return { task, state, summary: textIn(folder, 'summary.md'), outputs: outputsIn(folder) };
}

const MAX_BYTES = 256 * 1024;

/** Agents write there what they like, links to other files included, and all of it would be public. */
function textIn(folder: string, name: string): string | null {
  const path = join(folder, name);
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return null;
  const bytes = readAtMost(path, MAX_BYTES);
  return bytes === null || typeof bytes === 'string' ? null : bytes.subarray(0, MAX_BYTES).toString('utf8');
}

/** What an agent has written there by hand is no reason to open no pull request. */
function outputsIn(folder: string): readonly Output[] {
  const text = textIn(folder, 'outputs.json');
  try {
    return text === null ? [] : parseOutputs(text).outputs;
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function earlierLanes(graph: Graph, run: RunState, id: string, tasks: readonly GraphTask[]): EarlierLane[] {
  const parent = graph.workstreamById.get(id)?.parentWorkstreamId ?? null;
  const needed = tasks.flatMap(({ dependencies }) =>
    dependencies.flatMap((task) => run.tasks.get(task)?.outline.workstream ?? []),
  );
  const ids = new Set([...(parent === null ? [] : [parent]), ...needed]);
  ids.delete(id);
  return [...ids].map((lane) => {
    const pr = run.workstreams.get(lane)?.pr ?? null;
    return { id: lane, isParent: lane === parent, pr };
  });
}

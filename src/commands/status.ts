import type { RunState } from '../core/run-state.ts';
import { type Usage, usageOf, usageOfRun } from '../core/usage.ts';
import type { Io } from './io.ts';
import { findRun, type RecordedRunOptions } from './recorded-run.ts';
import { runOwner } from './run-owner.ts';
import { summary } from './summary.ts';

/** Where a run stands, from its journal. Resolves to the exit code. */
export async function status(options: RecordedRunOptions & { json: boolean }, io: Io): Promise<number> {
  const { store, graph, run } = await findRun(options);
  const { state } = store.replay(run);
  const owner = runOwner(store, run);
  if (options.json) {
    io.out(JSON.stringify({ ...plain(state), owner }));
    return 0;
  }
  const by = owner === null ? 'nobody runs it' : `process ${owner.pid} on ${owner.host} runs it`;
  io.out(`${graph}, run ${run}: ${by}`);
  for (const line of summary(state, io.colour, Date.now())) io.out(line);
  return 0;
}

/** Maps become objects, in the order of the graph file. */
function plain(state: RunState): object {
  return {
    ...state,
    ...told(usageOfRun(state)),
    tasks: Object.fromEntries([...state.tasks].map(([id, task]) => [id, { ...task, ...told(usageOf(task.attempts)) }])),
    removed: Object.fromEntries(state.removed),
    workstreams: Object.fromEntries(state.workstreams),
    mergeQueues: Object.fromEntries(state.mergeQueues),
  };
}

/** Only where somebody has. */
function told(usage: Usage): { usage?: Usage } {
  return usage.told === 0 ? {} : { usage };
}

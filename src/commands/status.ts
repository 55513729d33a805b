import { replay } from '../core/reduce.ts';
import type { RunState } from '../core/run-state.ts';
import { lockHolder } from '../steps/tools/lock-file.ts';
import type { Io } from './io.ts';
import { findRun, type RecordedRunOptions } from './recorded-run.ts';
import { summary } from './summary.ts';

/** Where a run stands, from its journal. Resolves to the exit code. */
export async function status(options: RecordedRunOptions & { json: boolean }, io: Io): Promise<number> {
  const { store, graph, run } = await findRun(options);
  const state = replay(store.journal(run).events);
  const owner = run === store.runs().at(-1) ? lockHolder(store.lockFile) : null;
  if (options.json) {
    io.out(JSON.stringify({ ...plain(state), owner }));
    return 0;
  }
  const by = owner === null ? 'nobody runs it' : `process ${owner.pid} on ${owner.host} runs it`;
  io.out(`${graph}, run ${run}: ${by}`);
  for (const line of summary(state, io.colour)) io.out(line);
  return 0;
}

/** Maps become objects, in the order of the graph file. */
function plain(state: RunState): object {
  return {
    ...state,
    tasks: Object.fromEntries(state.tasks),
    workstreams: Object.fromEntries(state.workstreams),
  };
}

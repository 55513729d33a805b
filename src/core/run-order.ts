import type { Waiting } from './graph/order.ts';
import type { RunState } from './run-state.ts';

/** What waits for what in a run, without its graph file. */
export function waitingOf(run: RunState): Waiting {
  return {
    tasks: Array.from(run.tasks.values(), ({ outline: { id, workstream, dependencies } }) => ({
      id,
      workstreamId: workstream,
      dependencies,
    })),
    workstreams: Array.from(run.workstreams.values(), ({ outline: { id, parent } }) => ({
      id,
      parentWorkstreamId: parent,
    })),
  };
}

import type { EventLog } from './event-log.ts';
import type { BlockRoot } from './events.ts';
import type { RunState, WorkstreamState } from './run-state.ts';

/**
 * Frees what was blocked by a task or a lane that is to be tried again: lanes are reopened, blocked tasks pending. What
 * another root still keeps is blocked anew by the schedule. The same after a crash in the middle. Ids of reopened lanes.
 */
export function settleBlocks(log: EventLog): string[] {
  const { state } = log;
  const reopened: string[] = [];
  // A lane that failed because of a lane: as often as one reopens another.
  for (let more = true; more; ) {
    more = false;
    for (const lane of state.workstreams.values()) {
      if (lane.failure === null || keepsBlocked(state, lane.failure.root, lane.outline.id)) continue;
      log.append({ kind: 'workstream_reopened', workstream: lane.outline.id });
      reopened.push(lane.outline.id);
      more = true;
    }
  }
  for (const task of state.tasks.values()) {
    if (task.blockedBy === null || keepsBlocked(state, task.blockedBy, null)) continue;
    log.append({ kind: 'task_unblocked', task: task.outline.id });
  }
  return reopened;
}

/**
 * A new start is a new try for lanes that failed by themselves: a person may have mended what was in their way. Ids of
 * those lanes.
 */
export function reopenLanes(log: EventLog): string[] {
  const failed = [...log.state.workstreams.values()].filter(hasFailedByItself).map(({ outline }) => outline.id);
  for (const workstream of failed) log.append({ kind: 'workstream_reopened', workstream });
  return failed;
}

export function hasFailedByItself({ outline, failure }: WorkstreamState): boolean {
  return failure !== null && 'workstream' in failure.root && failure.root.workstream === outline.id;
}

/** `own` is the lane that is asked about: one that failed by itself stays so. */
function keepsBlocked(state: RunState, root: BlockRoot, own: string | null): boolean {
  if ('task' in root) {
    const status = state.tasks.get(root.task)?.status;
    return status === 'failed' || status === 'cancelled' || status === 'blocked';
  }
  return root.workstream === own || state.workstreams.get(root.workstream)?.status === 'failed';
}

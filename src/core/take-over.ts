import type { Attempts, LiveAttempt } from './attempts.ts';
import type { EventLog } from './event-log.ts';
import { isGivenUp, lastAttempt } from './give-up.ts';
import type { Graph, GraphTask, Settings } from './graph/graph.ts';
import type { LaneOf } from './lanes.ts';
import { isActive } from './lifecycle.ts';
import { type AttemptState, currentAttempt } from './run-state.ts';
import { wantsTeardown } from './task-runner.ts';

export interface TakeOverOptions {
  readonly graph: Graph;
  readonly settings: Settings;
  readonly log: EventLog;
  readonly attempts: Attempts;
  readonly laneOf: LaneOf;
}

/**
 * What an earlier owner has left: teardowns that it could not finish are done, agents that live are found. The attempts
 * that go on are returned.
 */
export async function takeOver(options: TakeOverOptions): Promise<LiveAttempt[]> {
  const { graph, log, settings, attempts, laneOf } = options;
  const running: LiveAttempt[] = [];
  const over: LiveAttempt[] = [];
  for (const task of graph.tasks) {
    const known = log.state.tasks.get(task.id);
    const last = known === undefined ? null : currentAttempt(known);
    const before = known?.attempts.at(-2);
    // The owner was gone before the next attempt could take the worktree over from it.
    if (last?.branch === null && before !== undefined && before.branch !== null && holdsPlace(before)) {
      await attempts.adopt(task, await laneOf(task.workstreamId), before);
    }
    // Of one that is over the agent may still be in the worktree, if only because of the teardown mode.
    if (last === null || !holdsPlace(last) || (!isActive(last.status) && last.branch === null)) continue;
    const left = await attempts.adopt(task, await laneOf(task.workstreamId));
    (isActive(last.status) ? running : over).push(left);
  }
  // Only when it is known who works where.
  for (const left of over) {
    if (wantsTeardown(settings.teardownMode, left.runtime.status)) await attempts.goOn(left);
  }
  return running;
}

/** What a person has brought back of an attempt has no agent, and stays until it is asked for. */
function holdsPlace({ tornDown, broughtBack }: AttemptState): boolean {
  return !tornDown && broughtBack === null;
}

/** Finds out who is at work in which worktree; of a run that nobody goes on with here. */
export async function adoptRunning({ graph, log, attempts, laneOf }: TakeOverOptions): Promise<void> {
  for (const task of graph.tasks) {
    const status = log.state.tasks.get(task.id)?.status;
    if (status !== undefined && isActive(status)) await attempts.adopt(task, await laneOf(task.workstreamId));
  }
}

/** Tasks that an earlier owner would have tried again, or has called off with the whole run. */
export function retryLeft({ graph, log, settings }: Pick<TakeOverOptions, 'graph' | 'log' | 'settings'>): void {
  for (const task of graph.tasks) {
    const known = log.state.tasks.get(task.id);
    if (known === undefined || known.calledOff) continue;
    if (known.status === 'cancelled' || (known.status === 'failed' && !isGivenUp(known, settings))) {
      appendRetry(log, task, settings);
    }
  }
}

/** The task will be tried again, as the settings allow. */
export function appendRetry(log: EventLog, { id }: GraphTask, settings: Settings): void {
  const known = log.state.tasks.get(id);
  if (known === undefined) return;
  const of = lastAttempt(known, settings);
  log.append({ kind: 'task_retrying', task: id, attempt: known.attempts.length, of });
}

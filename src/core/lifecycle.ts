import { PreconditionError } from './errors.ts';

export type TaskStatus =
  | 'pending'
  | 'blocked'
  | 'running'
  | 'pr_created'
  | 'pr_merged'
  | 'completed'
  | 'failed'
  | 'cancelled';

/** The only legal moves of an attempt. */
const TASK_MOVES: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  pending: ['running', 'blocked', 'cancelled'],
  blocked: ['pending'],
  running: ['pr_created', 'completed', 'failed', 'cancelled'],
  pr_created: ['pr_merged', 'failed', 'cancelled'],
  pr_merged: [],
  completed: [],
  failed: [],
  cancelled: [],
};

export type WorkstreamStatus = 'pending' | 'active' | 'merge_ready' | 'pr_created' | 'merged' | 'failed';

const WORKSTREAM_MOVES: Readonly<Record<WorkstreamStatus, readonly WorkstreamStatus[]>> = {
  pending: ['active', 'failed'],
  active: ['merge_ready', 'failed'],
  merge_ready: ['pr_created', 'merged', 'failed'],
  pr_created: ['merged', 'failed'],
  merged: [],
  // Reopened, when one of its tasks is tried again.
  failed: ['active', 'pending'],
};

export function requireTaskMove(task: string, from: TaskStatus, to: TaskStatus): void {
  if (TASK_MOVES[from].includes(to)) return;
  throw new PreconditionError('illegal_transition', `task ${task} cannot move from ${from} to ${to}`);
}

export function requireWorkstreamMove(workstream: string, from: WorkstreamStatus, to: WorkstreamStatus): void {
  if (WORKSTREAM_MOVES[from].includes(to)) return;
  throw new PreconditionError('illegal_transition', `workstream ${workstream} cannot move from ${from} to ${to}`);
}

export function isSuccess(status: TaskStatus): boolean {
  return status === 'pr_merged' || status === 'completed';
}

/** No legal move is left for this attempt. */
export function isTerminal(status: TaskStatus): boolean {
  return TASK_MOVES[status].length === 0;
}

/** The attempt holds a slot, and usually a live agent. */
export function isActive(status: TaskStatus): boolean {
  return status === 'running' || status === 'pr_created';
}

/** The seven steps of the lifecycle, in order. */
export const TASK_STEPS = ['prepare', 'launch', 'kickoff', 'wait', 'gate', 'merge', 'teardown'] as const;
export type TaskStep = (typeof TASK_STEPS)[number];

export type RunOutcome =
  | 'succeeded'
  | 'completed_with_failures'
  | 'fatal_internal_error'
  | 'cancelled'
  | 'waiting_for_person';

import { isRootTask, lastRoot } from './block-root.ts';
import { unknownTask } from './known-task.ts';
import { isActive, isSuccess } from './lifecycle.ts';
import type { RunState, TaskState } from './run-state.ts';

/** What trying a task again resets, and what it leaves alone. */
export interface RetryPlan {
  readonly task: string;
  /** The number of the next attempt. */
  readonly attempt: number;
  /** The last attempt runs now, and is called off first. */
  readonly cancels: boolean;
  /** Tasks that wait no more for what can never be: they become pending. */
  readonly unblocked: readonly string[];
  /** Lanes that failed because of the task. */
  readonly reopened: readonly string[];
  /** The task's branch, which is made anew; null before the first one. */
  readonly branch: string | null;
  /** Dependencies that are finished: their work is kept. */
  readonly keptUpstream: readonly string[];
  /** Pull requests of earlier attempts that were not merged. */
  readonly prs: readonly string[];
}

/** Why a task cannot be tried again. */
export interface RetryRefusal {
  readonly refused: 'unknown_task' | 'task_succeeded' | 'task_pending' | 'task_blocked';
  readonly message: string;
  readonly hint: string;
}

/** Decides what a retry of the task does, before anything is touched. */
export function retryPlan(state: RunState, task: string): RetryPlan | RetryRefusal {
  const known = state.tasks.get(task);
  if (known === undefined) return { refused: 'unknown_task', ...unknownTask(state, task) };
  return refusal(state, known) ?? planOf(state, known);
}

function planOf(state: RunState, { outline, status, attempts }: TaskState): RetryPlan {
  const { id } = outline;
  const tasks = [...state.tasks.values()];
  const lanes = [...state.workstreams.values()];
  const isKept = (dependency: string) => isSuccess(state.tasks.get(dependency)?.status ?? 'pending');
  const prs = attempts.flatMap((attempt) => (isSuccess(attempt.status) || attempt.pr === null ? [] : [attempt.pr]));
  return {
    task: id,
    attempt: attempts.length + 1,
    cancels: isActive(status),
    unblocked: tasks.filter((other) => isRootTask(state, other.blockedBy, id)).map((other) => other.outline.id),
    reopened: lanes
      .filter(({ failure }) => isRootTask(state, failure?.root ?? null, id))
      .map((lane) => lane.outline.id),
    branch: attempts.findLast((attempt) => attempt.branch !== null)?.branch ?? null,
    keptUpstream: outline.dependencies.filter(isKept),
    prs: [...new Set(prs)].filter((pr) => !pr.startsWith('local:')),
  };
}

function refusal(state: RunState, { outline, status, blockedBy }: TaskState): RetryRefusal | null {
  const { id } = outline;
  switch (status) {
    case 'pr_merged':
    case 'completed':
      return {
        refused: 'task_succeeded',
        message: `task ${id} has succeeded, so there is nothing to try again`,
        hint: `agentrelay reset-task ${id} takes its work back first`,
      };
    case 'pending':
      return {
        refused: 'task_pending',
        message: `task ${id} is still to be started, so there is nothing to try again`,
        hint: `agentrelay why ${id} tells what it waits for`,
      };
    case 'blocked': {
      const root = blockedBy === null ? null : lastRoot(state, blockedBy);
      const message = `task ${id} has not run: it is blocked by`;
      if (root === null || 'workstream' in root) {
        const hint = `agentrelay run GRAPH tries a lane that failed again; agentrelay why ${id} tells more`;
        return { refused: 'task_blocked', message: `${message} workstream ${root?.workstream ?? 'none'}`, hint };
      }
      const hint = `agentrelay retry ${root.task} tries that one again, and then ${id} is started too`;
      return { refused: 'task_blocked', message: `${message} task ${root.task}`, hint };
    }
    default:
      return null;
  }
}

import { join } from 'node:path';
import { UserError } from '../../../core/errors.ts';
import type { RunEvent } from '../../../core/events.ts';
import { unknownTask } from '../../../core/known-task.ts';
import { attemptDirectory } from '../../../core/names.ts';
import type { AttemptState, RunState, TaskState } from '../../../core/run-state.ts';
import type { PaneScreens } from '../../../steps/pane-screen.ts';
import type { RunStore } from '../../../steps/run-store.ts';
import type { Git } from '../../../steps/tools/git.ts';
import type { Detail } from '../../../ui/ports.ts';
import type { Memo } from './memo.ts';

/** Milliseconds that lie between two looks at the least. */
export interface Paces {
  /** At what a pane shows. */
  readonly screen: number;
  /** At a pane whose log grows no more, though its agent may print. */
  readonly fullLog: number;
  /** At anything else, after something has happened to the task. */
  readonly event: number;
  /** At what git has of a task, after its agent has printed something. */
  readonly print: number;
}

/** What all details of a run are made from. */
export interface DetailsWorld {
  readonly store: RunStore;
  readonly run: number;
  readonly graph: string;
  readonly state: () => RunState;
  readonly subscribe: (listener: (event: RunEvent | null) => void) => () => void;
  /** The tmux servers, as arguments of `tmux`, on which the run's windows may be. */
  readonly servers: () => readonly (readonly string[])[];
  readonly git: Git;
  readonly screens: PaneScreens;
  /** What git said of commits, which never change. */
  readonly facts: Memo;
  /** The same of whole diffs, of which few are kept. */
  readonly diffs: Memo;
  readonly paces: Paces;
}

/** Whoever has a detail open. */
export interface Reader {
  readonly signal: AbortSignal;
  readonly tell: (detail: Detail | { readonly failed: string }) => void;
}

/** Throws `UserError` where the run has no such task. */
export function taskOf({ state }: DetailsWorld, id: string): TaskState {
  const { tasks, removed } = state();
  const task = tasks.get(id) ?? removed.get(id);
  if (task !== undefined) return task;
  const { message, hint } = unknownTask(state(), id);
  throw new UserError(message, { hint });
}

/** The folder of an attempt, also before it is recorded. */
export function folderOf({ store, run }: DetailsWorld, task: string, attempt: AttemptState): string {
  return attempt.signalDir ?? join(store.runDirectory(run), attemptDirectory(task, attempt.number));
}

/** Calls `onChange` after each event of the task, and after whatever else has changed it. */
export function followTask(
  { state, subscribe }: DetailsWorld,
  id: string,
  { signal, onChange }: { readonly signal: AbortSignal; readonly onChange: () => void },
): void {
  let seen = state().tasks.get(id);
  const end = subscribe((event) => {
    const now = state().tasks.get(id);
    if (now === seen && !isOf(event, id)) return;
    seen = now;
    onChange();
  });
  signal.addEventListener('abort', end, { once: true });
}

/** The event is one of this task. */
export function isOf(event: RunEvent | null, task: string): event is RunEvent {
  return event !== null && 'task' in event && event.task === task;
}

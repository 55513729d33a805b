import { isTerminal } from '../core/lifecycle.ts';
import type { TaskState, WorkstreamState } from '../core/run-state.ts';
import { cursorLane, cursorTask } from './view/rows.ts';
import type { View } from './view/view.ts';

type Seen = Pick<View, 'run' | 'ui'>;

/** The task under the cursor; null on a lane. */
export function chosenTask({ run, ui }: Seen): TaskState | null {
  // The graph shows what a filter hides from the list.
  if (ui.screen !== 'graph') return cursorTask(run, ui);
  return ui.cursor?.startsWith('task:') ? (run.tasks.get(ui.cursor.slice('task:'.length)) ?? null) : null;
}

/** The lane under the cursor; null on a task. */
export function chosenLane({ run, ui }: Seen): WorkstreamState | null {
  if (ui.screen !== 'graph') return cursorLane(run, ui);
  return ui.cursor?.startsWith('lane:') ? (run.workstreams.get(ui.cursor.slice('lane:'.length)) ?? null) : null;
}

/** The tasks that an act is for: those that are marked, else the one under the cursor. */
export function subjects(view: Seen): readonly TaskState[] {
  const marked = [...view.ui.marked].flatMap((id) => view.run.tasks.get(id) ?? []);
  if (marked.length > 0) return marked;
  const task = chosenTask(view);
  return task === null ? [] : [task];
}

/** Whose teardown is undone: the one under the cursor, else the last one torn down from here; null for none. */
export function undoTask(view: Seen): string | null {
  const here = chosenTask(view);
  if (here !== null && canBeUndone(here)) return here.outline.id;
  return view.ui.undoable.findLast((id) => canBeUndone(view.run.tasks.get(id))) ?? null;
}

function canBeUndone(task: TaskState | undefined): boolean {
  const attempt = task?.attempts.at(-1);
  return attempt?.tornDown === true && attempt.status !== 'pr_merged' && isTerminal(task?.status ?? 'pending');
}

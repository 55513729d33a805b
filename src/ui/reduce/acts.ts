import { NO_CHANGE } from '../../core/retry-change.ts';
import { doable } from '../keymap/unavailable.ts';
import { chosenTask, undoTask } from '../subjects.ts';
import { EMPTY_FIELD } from '../text-field.ts';
import { RETRY_ROWS, type UiState } from '../ui-state.ts';
import type { View } from '../view/view.ts';
import { seenQuestion } from './answer-dialog.ts';
import { moveCursorDown } from './moves.ts';
import { openedRetry } from './retry-dialog.ts';
import { type Handler, only, type Step, withEffect } from './step.ts';

/** Of those that are marked, the ones that it can be done with. */
function idsFor(act: 'retry' | 'teardown' | 'cancel', view: View): string[] {
  return doable(act, view).map(({ outline }) => outline.id);
}

function withCursorTask(view: View, act: (task: string) => Step): Step {
  const task = chosenTask(view);
  return task === null ? only(view.ui) : act(task.outline.id);
}

export const attach: Handler = (view) => withCursorTask(view, (task) => withEffect(view.ui, { kind: 'attach', task }));

export const retry: Handler = (view) => {
  const at = RETRY_ROWS.indexOf('go');
  const tasks = idsFor('retry', view);
  return only({ ...view.ui, dialog: openedRetry(view, { tasks, change: NO_CHANGE, at, field: null }) });
};

export const answer: Handler = (view) =>
  withCursorTask(view, (task) => {
    const seen = seenQuestion(view, task);
    return only({ ...view.ui, dialog: { kind: 'answer', task, field: EMPTY_FIELD, ...seen } });
  });

export function confirm(act: 'teardown' | 'cancel'): Handler {
  return (view) => only({ ...view.ui, dialog: { kind: 'confirm', act, tasks: idsFor(act, view) } });
}

export const undo: Handler = (view) => {
  const task = undoTask(view);
  if (task === null) return only(view.ui);
  const ui: UiState = { ...view.ui, undoable: view.ui.undoable.filter((id) => id !== task) };
  return withEffect(ui, {
    kind: 'ask',
    wishes: [{ action: 'undo_teardown', task }],
    done: `${task}: the teardown is undone`,
  });
};

export const mark: Handler = (view) => {
  const task = chosenTask(view);
  if (task === null) return only(view.ui);
  const marked = new Set(view.ui.marked);
  const { id } = task.outline;
  if (!marked.delete(id)) marked.add(id);
  return only(moveCursorDown({ ...view, ui: { ...view.ui, marked } }));
};

import type { RetryChange } from '../../core/events.ts';
import type { Wish } from '../../core/requests.ts';
import { fieldOf } from '../text-field.ts';
import { type Dialog, RETRY_ROWS, type RetryRow, type UiState } from '../ui-state.ts';
import type { View } from '../view/view.ts';
import { type Handler, only, type Step, told, withEffect } from './step.ts';

export type RetryDialog = Extract<Dialog, { kind: 'retry' }>;

type TextRow = Extract<RetryRow, 'note' | 'framework' | 'model'>;

function isText(row: RetryRow | undefined): row is TextRow {
  return row === 'note' || row === 'framework' || row === 'model';
}

export function moveRetry(dialog: RetryDialog, by: number): RetryDialog {
  return { ...dialog, at: (dialog.at + by + RETRY_ROWS.length) % RETRY_ROWS.length };
}

/** What the row under the cursor does: type in it, toggle it, edit, or go. */
export function chooseRetry(view: View, dialog: RetryDialog): Step {
  const { ui } = view;
  const row = RETRY_ROWS[dialog.at];
  if (isText(row)) return only({ ...ui, dialog: { ...dialog, field: fieldOf(dialog.change[row] ?? '') } });
  if (row === 'keep_work' || row === 'fresh') return only({ ...ui, dialog: toggled(dialog, row) });
  if (row === 'instructions') return editInstructions(ui, dialog);
  return go(view, dialog);
}

/** Who goes on with the work knows of it: the one excludes the other. */
function toggled(dialog: RetryDialog, row: 'keep_work' | 'fresh'): RetryDialog {
  const isOn = !dialog.change[row];
  const other = row === 'keep_work' ? 'fresh' : 'keep_work';
  return { ...dialog, change: { ...dialog.change, [row]: isOn, ...(isOn ? { [other]: false } : {}) } };
}

export const editRetry: Handler = ({ ui }) =>
  ui.dialog?.kind === 'retry' ? editInstructions(ui, ui.dialog) : only(ui);

function editInstructions(ui: UiState, dialog: RetryDialog): Step {
  const [task, ...others] = dialog.tasks;
  if (others.length > 0) return only(told(ui, 'instructions are edited for one task at a time', 'warn'));
  return task === undefined ? only(ui) : withEffect(ui, { kind: 'edit', task, change: dialog.change });
}

export function endRetryText(dialog: RetryDialog): RetryDialog {
  const row = RETRY_ROWS[dialog.at];
  if (dialog.field === null || !isText(row)) return { ...dialog, field: null };
  const text = dialog.field.text.trim();
  const change: RetryChange = { ...dialog.change, [row]: text === '' ? null : text };
  // What is left to do is to go.
  return { ...dialog, change, field: null, at: RETRY_ROWS.indexOf('go') };
}

/** With what a person is shown of the tasks as they are now. */
export function openedRetry({ run }: Pick<View, 'run'>, dialog: Omit<RetryDialog, 'kind' | 'seen'>): RetryDialog {
  const seen = dialog.tasks.map((id) => run.tasks.get(id)?.attempts.length ?? 0);
  return { ...dialog, kind: 'retry', seen };
}

/** Somebody else may have tried it again meanwhile: that attempt is not called off unseen. */
function go(view: View, dialog: RetryDialog): Step {
  const { ui } = view;
  const { tasks, change, seen } = dialog;
  const now = openedRetry(view, dialog);
  if (now.seen.join() !== seen.join()) {
    return only(told({ ...ui, dialog: now }, 'it was tried again meanwhile: look at what a retry resets now', 'warn'));
  }
  const wishes = tasks.map((task): Wish => ({ action: 'retry', task, change }));
  const done = tasks.length === 1 ? `${tasks[0]} is tried again` : `${tasks.length} tasks are tried again`;
  return withEffect({ ...ui, dialog: null, marked: new Set() }, { kind: 'ask', wishes, done });
}

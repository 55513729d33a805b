import type { Wish } from '../../core/requests.ts';
import { shownKey } from '../keymap/shown-key.ts';
import type { Dialog, UiState } from '../ui-state.ts';
import { STATUS_GROUPS } from '../ui-state.ts';
import { lastTop } from '../view/dialog.ts';
import { QUIT_CHOICES } from '../view/dialogs/quit.ts';
import { cursorRow } from '../view/rows.ts';
import type { View } from '../view/view.ts';
import { choicesOf, chooseAnswer, moveAnswer } from './answer-dialog.ts';
import { chooseRetry, endRetryText, moveRetry } from './retry-dialog.ts';
import { type Handler, only, type Step, withEffect } from './step.ts';

/** One row up or down in whatever dialog is open. */
export function moveInDialog(view: View, by: number): Step {
  const { ui } = view;
  const { dialog } = ui;
  switch (dialog?.kind) {
    case 'help':
    case 'why':
      return only({ ...ui, dialog: { ...dialog, top: Math.max(0, Math.min(lastTop(view), dialog.top + by)) } });
    case 'statuses':
      return only({ ...ui, dialog: { ...dialog, at: wrapped(dialog.at + by, STATUS_GROUPS.length) } });
    case 'quit':
      return only({ ...ui, dialog: { ...dialog, at: wrapped(dialog.at + by, QUIT_CHOICES.length) } });
    case 'retry':
      return only({ ...ui, dialog: moveRetry(dialog, by) });
    case 'answer':
      return only({ ...ui, dialog: moveAnswer(dialog, choicesOf(view, dialog.task), by) });
    default:
      return only(ui);
  }
}

function wrapped(at: number, count: number): number {
  return (at + count) % count;
}

/** To the beginning or the end of what is read in a dialog. */
export function toEnd(which: 'first' | 'last'): Handler {
  return (view) => {
    const { ui } = view;
    const { dialog } = ui;
    if (dialog?.kind !== 'help' && dialog?.kind !== 'why') return only(ui);
    return only({ ...ui, dialog: { ...dialog, top: which === 'first' ? 0 : lastTop(view) } });
  };
}

/** One step back: out of a text, out of a dialog, out of a screen, out of a choice. */
export const back: Handler = ({ ui }) => only(stepBack(ui));

function stepBack(ui: UiState): UiState {
  const { dialog } = ui;
  if (dialog?.kind === 'retry' && dialog.field !== null) return { ...ui, dialog: { ...dialog, field: null } };
  if (dialog?.kind === 'help') return { ...ui, dialog: dialog.from };
  if (dialog !== null) return { ...ui, dialog: null };
  if (ui.filterField !== null) return { ...ui, filterField: null, filter: '' };
  if (ui.zoomed) return { ...ui, zoomed: false };
  if (ui.screen === 'graph') return { ...ui, screen: 'tasks' };
  if (ui.filter !== '' || ui.statuses !== null) return { ...ui, filter: '', statuses: null };
  if (ui.marked.size > 0) return { ...ui, marked: new Set() };
  return { ...ui, toast: null, panelTop: null };
}

export const choose: Handler = (view) => {
  const { ui } = view;
  const { dialog } = ui;
  switch (dialog?.kind) {
    case 'statuses':
      return only(ui.statuses === null ? { ...toggleStatus(ui, dialog.at), dialog: null } : { ...ui, dialog: null });
    case 'quit':
      return leave(ui, dialog.at);
    case 'confirm':
      return confirmed(view, dialog);
    case 'retry':
      return dialog.field === null ? chooseRetry(view, dialog) : only({ ...ui, dialog: endRetryText(dialog) });
    case 'answer':
      return chooseAnswer(view, dialog);
    default:
      // The task that was found stays chosen when all are shown again.
      return only({ ...ui, filterField: null, cursor: cursorRow(view.run, ui)?.row.key ?? ui.cursor });
  }
};

function leave(ui: UiState, at: number): Step {
  const choice = QUIT_CHOICES[at];
  if (choice === undefined) return only(ui);
  return withEffect({ ...ui, dialog: null }, { kind: 'leave', how: choice.how });
}

export const no: Handler = ({ ui }) => only({ ...ui, dialog: null });

export const yes: Handler = (view) =>
  view.ui.dialog?.kind === 'confirm' ? confirmed(view, view.ui.dialog) : only(view.ui);

function confirmed(view: View, { act, tasks }: Extract<Dialog, { kind: 'confirm' }>): Step {
  const { ui } = view;
  const wishes = tasks.map((task): Wish => ({ action: act, task }));
  const which = tasks.length === 1 ? tasks[0] : `${tasks.length} tasks`;
  const undo = shownKey(view, 'undo');
  const done = act === 'teardown' ? `${which} torn down; ${undo} brings the work back` : `${which} called off`;
  const undoable = act === 'teardown' ? [...ui.undoable, ...tasks] : ui.undoable;
  return withEffect({ ...ui, dialog: null, marked: new Set(), undoable }, { kind: 'ask', wishes, done });
}

export const toggle: Handler = (view) => {
  const { ui } = view;
  const { dialog } = ui;
  if (dialog?.kind === 'statuses') return only(toggleStatus(ui, dialog.at));
  if (dialog?.kind === 'retry') return chooseRetry(view, dialog);
  return only(ui);
};

function toggleStatus(ui: UiState, at: number): UiState {
  const group = STATUS_GROUPS[at];
  if (group === undefined) return ui;
  const statuses = new Set(ui.statuses ?? []);
  if (!statuses.delete(group)) statuses.add(group);
  const isAll = statuses.size === 0 || statuses.size === STATUS_GROUPS.length;
  return { ...ui, statuses: isAll ? null : statuses };
}

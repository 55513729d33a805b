import type { CommandId } from '../keymap/commands.ts';
import { TYPING_MODES } from '../keymap/commands.ts';
import { type KeyPress, textOf } from '../keymap/key-press.ts';
import { unavailable } from '../keymap/unavailable.ts';
import { modeOf } from '../mode.ts';
import { edit, insert, type TextField } from '../text-field.ts';
import type { UiState } from '../ui-state.ts';
import type { View } from '../view/view.ts';
import * as acts from './acts.ts';
import * as dialogs from './dialogs.ts';
import * as looks from './looks.ts';
import { jump, move, panelBy, sideways } from './moves.ts';
import { editRetry } from './retry-dialog.ts';
import * as runKeys from './run-keys.ts';
import { type Handler, only, type Step, told } from './step.ts';

const HANDLERS: Readonly<Record<CommandId, Handler>> = {
  down: rows(1),
  up: rows(-1),
  half_page_down: pages(0.5),
  half_page_up: pages(-0.5),
  page_down: pages(1),
  page_up: pages(-1),
  first: toEdge('first'),
  top: toEdge('first'),
  last: toEdge('last'),
  left: sideways(-1),
  right: sideways(1),
  panel_down: panelBy(1),
  panel_up: panelBy(-1),
  next: jump(1),
  previous: jump(-1),
  tab_next: looks.turnTab(1),
  tab_previous: looks.turnTab(-1),
  diff: looks.diff,
  zoom: looks.zoom,
  panel_larger: looks.resizePanel(1),
  panel_smaller: looks.resizePanel(-1),
  filter: looks.filter,
  statuses: looks.statuses,
  sort: looks.sort,
  graph: looks.graph,
  why: looks.why,
  help: looks.help,
  attach: acts.attach,
  retry: acts.retry,
  teardown: acts.confirm('teardown'),
  undo: acts.undo,
  answer: acts.answer,
  cancel: acts.confirm('cancel'),
  mark: acts.mark,
  pause: runKeys.pause,
  go_on: runKeys.goOn,
  play: runKeys.play,
  faster: runKeys.changeSpeed(2),
  slower: runKeys.changeSpeed(0.5),
  seek_forward: runKeys.seek(1),
  seek_back: runKeys.seek(-1),
  quit: runKeys.quit,
  interrupt: runKeys.interrupt,
  suspend: runKeys.suspend,
  redraw: runKeys.redraw,
  choose: dialogs.choose,
  toggle: dialogs.toggle,
  yes: dialogs.yes,
  no: dialogs.no,
  edit: editRetry,
  back: dialogs.back,
};

function rows(by: number): Handler {
  const inScreen = move(() => ({ lines: by }));
  return (view) => (view.ui.dialog === null ? inScreen(view) : dialogs.moveInDialog(view, by));
}

/** Lines of a dialog that are a page: what reads well in any of them. */
const DIALOG_PAGE = 10;

function pages(count: number): Handler {
  const by = (page: number) => Math.sign(count) * Math.max(1, Math.round(Math.abs(count) * page));
  const inScreen = move((page) => ({ lines: by(page) }));
  return (view) => (view.ui.dialog === null ? inScreen(view) : dialogs.moveInDialog(view, by(DIALOG_PAGE)));
}

function toEdge(which: 'first' | 'last'): Handler {
  const inScreen = move(() => which);
  const inDialog = dialogs.toEnd(which);
  return (view) => (view.ui.dialog === null ? inScreen(view) : inDialog(view));
}

/** What one press of a key comes to. A key that does nothing just now says why. */
export function press(before: View, key: KeyPress): Step {
  const view = withoutReason(before);
  const mode = modeOf(view.ui);
  const command = view.keymap.find(mode, key);
  if (command !== null) {
    const reason = unavailable(command.id, view);
    return reason === null ? HANDLERS[command.id](view) : only(told(view.ui, reason, 'warn'));
  }
  if (!TYPING_MODES.has(mode)) return only(view.ui);
  const field = fieldIn(view.ui);
  const text = textOf(key);
  const edited = field === null ? null : text === null ? edit(field, key) : insert(field, text);
  return only(edited === null ? view.ui : withField(view.ui, edited));
}

/** Why the key before this one did nothing is of no more use. */
function withoutReason(view: View): View {
  return view.ui.toast?.tone === 'warn' ? { ...view, ui: { ...view.ui, toast: null } } : view;
}

/** Text that was pasted where text is wanted; elsewhere it is nothing, and presses no keys. */
export function paste(view: View, text: string): Step {
  const field = fieldIn(view.ui);
  return only(field === null ? view.ui : withField(view.ui, insert(field, text)));
}

function fieldIn(ui: UiState): TextField | null {
  const { dialog } = ui;
  if (dialog === null) return ui.filterField;
  return 'field' in dialog ? dialog.field : null;
}

function withField(ui: UiState, field: TextField): UiState {
  const { dialog } = ui;
  if (dialog === null) return { ...ui, filterField: field, filter: field.text };
  switch (dialog.kind) {
    case 'help':
      return { ...ui, dialog: { ...dialog, field, top: 0 } };
    case 'answer':
      // Whoever types means the text, and no choice.
      return { ...ui, dialog: { ...dialog, field, at: null } };
    case 'retry':
      return { ...ui, dialog: { ...dialog, field } };
    default:
      return ui;
  }
}

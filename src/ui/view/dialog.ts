import { plural } from '../format.ts';
import { EMPTY_LINE, type Line, line, word } from '../line.ts';
import type { Dialog } from '../ui-state.ts';
import { FRAME_COLUMNS, FRAME_ROWS, framed } from './box.ts';
import { drawAnswer } from './dialogs/answer.ts';
import type { DialogBody } from './dialogs/body.ts';
import { drawConfirm } from './dialogs/confirm.ts';
import { drawQuit } from './dialogs/quit.ts';
import { drawRetry } from './dialogs/retry.ts';
import { drawStatuses } from './dialogs/statuses.ts';
import { drawHelp, helpScroll, helpTop } from './help.ts';
import { frameRows, type Screen } from './layout.ts';
import type { Area, View } from './view.ts';
import { whyScroll } from './why.ts';

const WIDEST = 84;

interface Content {
  readonly title: string;
  readonly lines: readonly Line[];
}

type Body = ReturnType<DialogBody<'confirm'>>;

/** The dialog that is open, framed, in the middle of the screen; it never reaches beyond it. */
export function dialogOf(view: View, area: Area): Screen['dialog'] {
  const { dialog } = view.ui;
  if (dialog === null) return null;
  const columns = Math.min(WIDEST, area.columns);
  const inner = insideOf(area);
  const { title, lines } = contentOf(view, dialog, inner);
  const frame = framed(title, lines.slice(0, inner.rows), columns, view.glyphs).slice(0, area.rows);
  return {
    left: Math.floor((area.columns - columns) / 2),
    // A little above the middle, where the eye is.
    top: Math.floor((area.rows - frame.length) / 3),
    lines: frame,
  };
}

/** All of the dialog that is open, for the ear; `at` is the line that is chosen, null where none can be. */
export function dialogText(view: View): Content & { readonly at: number | null } {
  const { dialog } = view.ui;
  if (dialog === null) return { title: '', lines: [], at: null };
  if (dialog.kind === 'help') {
    const { count, lines } = helpScroll(view, WIDEST);
    return { title: 'Keys', lines: lines(0, count), at: null };
  }
  if (dialog.kind === 'why') {
    const { count, lines } = whyScroll(view, WIDEST);
    return { title: 'Why', lines: lines(0, count), at: null };
  }
  const { title, lines, at = null, keys } = bodyOf(view, dialog, WIDEST);
  return { title, lines: keys === undefined ? lines : [...lines, keys], at };
}

/** The last line that a dialog which is read can begin with; 0 for others. */
export function lastTop(view: View): number {
  const { dialog, columns, rows } = view.ui;
  const inside = insideOf({ columns, rows: frameRows(rows) });
  if (dialog?.kind === 'help') return helpTop(view, inside);
  return dialog?.kind === 'why' ? Math.max(0, whyScroll(view, inside.columns).count - inside.rows) : 0;
}

function insideOf(area: Area): Area {
  const columns = Math.min(WIDEST, area.columns);
  return { columns: Math.max(1, columns - FRAME_COLUMNS), rows: Math.max(1, area.rows - FRAME_ROWS) };
}

function contentOf(view: View, dialog: Dialog, area: Area): Content {
  switch (dialog.kind) {
    case 'help':
      return { title: 'Keys', lines: drawHelp(view, area) };
    case 'why': {
      const scroll = whyScroll(view, area.columns);
      const top = Math.max(0, Math.min(dialog.top, scroll.count - area.rows));
      return { title: 'Why', lines: scroll.lines(top, area.rows) };
    }
    default:
      return seen(bodyOf(view, dialog, area.columns), area.rows, view.glyphs);
  }
}

function bodyOf(view: View, dialog: Exclude<Dialog, { kind: 'help' | 'why' }>, columns: number): Body {
  switch (dialog.kind) {
    case 'statuses':
      return drawStatuses(view, dialog, columns);
    case 'retry':
      return drawRetry(view, dialog, columns);
    case 'answer':
      return drawAnswer(view, dialog, columns);
    case 'confirm':
      return drawConfirm(view, dialog, columns);
    case 'quit':
      return drawQuit(view, dialog, columns);
  }
}

/** Where there is no room for all lines, the one that the cursor is on and the keys stay to be seen. */
function seen({ title, lines, at = 0, keys }: Body, rows: number, { ellipsis }: View['glyphs']): Content {
  const foot = keys === undefined || rows < SMALLEST_WITH_KEYS ? [] : [EMPTY_LINE, keys];
  const room = rows - foot.length;
  const from = Math.max(0, Math.min(at - Math.floor(room / 2), lines.length - room));
  const shown = lines.slice(from, from + room);
  const below = lines.length - from - shown.length;
  // Nobody is to agree to what ends in the middle without a sign.
  if (below > 0 && room > 2)
    shown.splice(-1, 1, line([word(`${ellipsis} ${plural(below + 1, 'more line')}`, 'quiet')]));
  return { title, lines: [...shown, ...foot] };
}

const SMALLEST_WITH_KEYS = 5;

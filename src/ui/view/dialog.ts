import type { Line } from '../line.ts';
import type { Dialog } from '../ui-state.ts';
import { FRAME_COLUMNS, FRAME_ROWS, framed } from './box.ts';
import { drawAnswer } from './dialogs/answer.ts';
import { drawConfirm } from './dialogs/confirm.ts';
import { drawQuit } from './dialogs/quit.ts';
import { drawRetry } from './dialogs/retry.ts';
import { drawStatuses } from './dialogs/statuses.ts';
import { drawHelp, helpTop } from './help.ts';
import { frameRows, type Screen } from './layout.ts';
import type { Area, View } from './view.ts';
import { whyScroll } from './why.ts';

const WIDEST = 84;

interface Content {
  readonly title: string;
  readonly lines: readonly Line[];
}

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
    case 'statuses':
      return seen(drawStatuses(view, dialog, area.columns), area.rows);
    case 'retry':
      return seen(drawRetry(view, dialog, area.columns), area.rows);
    case 'answer':
      return seen(drawAnswer(view, dialog, area.columns), area.rows);
    case 'confirm':
      return seen(drawConfirm(view, dialog, area.columns), area.rows);
    case 'quit':
      return seen(drawQuit(view, dialog, area.columns), area.rows);
  }
}

/** Where there is no room for all lines, the one that the cursor is on stays to be seen. */
function seen({ title, lines, at = 0 }: Content & { readonly at?: number }, rows: number): Content {
  const from = Math.max(0, Math.min(at - Math.floor(rows / 2), lines.length - rows));
  return { title, lines: lines.slice(from, from + rows) };
}

import type { Line } from '../line.ts';
import { chosenTask } from '../subjects.ts';
import type { Scroll, View } from './view.ts';

/** The whole screen, part by part from the top. Its lines together are one fewer than the terminal has. */
export interface Screen {
  readonly columns: number;
  readonly header: readonly Line[];
  readonly body: readonly Line[];
  readonly tabs: readonly Line[];
  readonly panel: readonly Line[];
  readonly footer: readonly Line[];
  /** Over all that, framed. */
  readonly dialog: { readonly left: number; readonly top: number; readonly lines: readonly Line[] } | null;
}

/** Rows of each part. */
export interface Layout {
  readonly body: number;
  /** Without its tabs; 0 for none. */
  readonly panel: number;
  readonly hasFooter: boolean;
}

const SMALLEST_LIST = 3;
const SMALLEST_PANEL = 2;

/** A frame as high as the terminal would make it scroll. */
export function frameRows(rows: number): number {
  return Math.max(1, rows - 1);
}

export function layoutOf(ui: Pick<View['ui'], 'rows' | 'zoomed' | 'panelShare'>): Layout {
  const frame = frameRows(ui.rows);
  const hasFooter = frame >= 3;
  const room = frame - 1 - (hasFooter ? 1 : 0);
  // With its tabs alone it would show nothing of anything.
  if (ui.zoomed && room > 1) return { body: 0, panel: room - 1, hasFooter };
  const wanted = Math.round((room * ui.panelShare) / 10);
  const panel = Math.min(wanted, room - SMALLEST_LIST) - 1;
  return panel < SMALLEST_PANEL ? { body: room, panel: 0, hasFooter } : { body: room - panel - 1, panel, hasFooter };
}

/** The first line that is seen of the panel. */
export function panelFrom(view: View, scroll: Pick<Scroll, 'count'>, rows: number): number {
  const last = Math.max(0, scroll.count - rows);
  const { panelTop } = view.ui;
  return panelTop === null ? (followsEnd(view) ? last : 0) : Math.min(panelTop, last);
}

/** What goes on is followed; what is there is read from its beginning. */
export function followsEnd(view: View): boolean {
  return (view.ui.tab === 'output' || view.ui.tab === 'events') && chosenTask(view) !== null;
}

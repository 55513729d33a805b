import { type Line, line } from '../line.ts';
import { modeOf } from '../mode.ts';
import { fit } from '../text/fit.ts';
import { dialogOf } from './dialog.ts';
import { drawFooter } from './footer.ts';
import { drawGraph } from './graph/graph.ts';
import { drawHeader } from './header.ts';
import { drawList } from './list.ts';
import { panelScroll } from './panel/panel.ts';
import { drawTabs } from './panel/tabs.ts';
import type { Area, Scroll, View } from './view.ts';

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
  if (ui.zoomed) return { body: 0, panel: Math.max(0, room - 1), hasFooter };
  const wanted = Math.round((room * ui.panelShare) / 10);
  const panel = Math.min(wanted, room - SMALLEST_LIST) - 1;
  return panel < SMALLEST_PANEL ? { body: room, panel: 0, hasFooter } : { body: room - panel - 1, panel, hasFooter };
}

/** The one place where the run and what a person has chosen become lines. */
export function screenOf(view: View): Screen {
  const { columns, rows } = view.ui;
  const layout = layoutOf(view.ui);
  const body = { columns, rows: layout.body };
  const drawBody = view.ui.screen === 'graph' ? drawGraph : drawList;
  return {
    columns,
    header: [drawHeader(view, columns)],
    body: layout.body === 0 ? [] : filled(drawBody(view, body), body),
    tabs: layout.panel === 0 ? [] : [drawTabs(view, columns)],
    panel: layout.panel === 0 ? [] : panelLines(view, { columns, rows: layout.panel }),
    footer: layout.hasFooter ? [drawFooter(view, modeOf(view.ui), columns)] : [],
    dialog: dialogOf(view, { columns, rows: frameRows(rows) }),
  };
}

/** Exactly as many lines as there is room for: what was there before is drawn over. */
export function filled(lines: readonly Line[], { columns, rows }: Area): Line[] {
  const missing = Math.max(0, rows - lines.length);
  return [...lines.slice(0, rows), ...Array.from({ length: missing }, () => blank(columns))];
}

function blank(columns: number): Line {
  return line(fit([], columns));
}

function panelLines(view: View, area: Area): Line[] {
  const scroll = panelScroll(view, area.columns);
  return filled(scroll.lines(panelFrom(view.ui, scroll, area.rows), area.rows), area);
}

/** The first line that is seen of the panel. */
export function panelFrom(
  ui: Pick<View['ui'], 'panelTop' | 'tab'>,
  scroll: Pick<Scroll, 'count'>,
  rows: number,
): number {
  const last = Math.max(0, scroll.count - rows);
  // What goes on is followed; what is there is read from its beginning.
  const follows = ui.tab === 'output' || ui.tab === 'events';
  return ui.panelTop === null ? (follows ? last : 0) : Math.min(ui.panelTop, last);
}

import { type Line, line } from '../line.ts';
import { modeOf } from '../mode.ts';
import { fit } from '../text/fit.ts';
import { dialogOf } from './dialog.ts';
import { drawFooter } from './footer.ts';
import { drawGraph } from './graph/graph.ts';
import { drawHeader } from './header.ts';
import { frameRows, layoutOf, panelFrom, type Screen } from './layout.ts';
import { drawList } from './list.ts';
import { panelScroll } from './panel/panel.ts';
import { drawTabs } from './panel/tabs.ts';
import type { Area, View } from './view.ts';

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
function filled(lines: readonly Line[], { columns, rows }: Area): Line[] {
  const missing = Math.max(0, rows - lines.length);
  return [...lines.slice(0, rows), ...Array.from({ length: missing }, () => blank(columns))];
}

function blank(columns: number): Line {
  return line(fit([], columns));
}

function panelLines(view: View, area: Area): Line[] {
  const scroll = panelScroll(view, area.columns);
  return filled(scroll.lines(panelFrom(view, scroll, area.rows), area.rows), area);
}

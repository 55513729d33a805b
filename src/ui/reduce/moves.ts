import { needs } from '../../core/needs.ts';
import type { RowKey, UiState } from '../ui-state.ts';
import { farthestLeft } from '../view/graph/graph.ts';
import { graphRows } from '../view/graph/graph-rows.ts';
import { followsEnd, layoutOf, panelFrom } from '../view/layout.ts';
import { topOf } from '../view/list.ts';
import { panelScroll } from '../view/panel/panel.ts';
import { cursorRow, rowsOf } from '../view/rows.ts';
import type { View } from '../view/view.ts';
import { type Handler, only, told } from './step.ts';

/** Where a move leads: lines from where one is, or an end. */
type Distance = { readonly lines: number } | 'first' | 'last';

/** Moves the cursor, or what is read. */
export function move(distance: (page: number) => Distance): Handler {
  return (view) => {
    const { ui } = view;
    const { body, panel } = layoutOf(ui);
    if (ui.zoomed) return only(scrollPanel(view, distance(Math.max(1, panel - 1))));
    return only(moveCursor(view, distance(Math.max(1, body - 1))));
  };
}

export function panelBy(lines: number): Handler {
  return (view) => only(scrollPanel(view, { lines }));
}

const SIDEWAYS = 8;

export function sideways(direction: -1 | 1): Handler {
  return (view) => {
    const { ui } = view;
    const by = direction * SIDEWAYS;
    if (ui.zoomed) return only({ ...ui, panelLeft: Math.max(0, ui.panelLeft + by) });
    const farthest = farthestLeft(view, ui.columns);
    return only({ ...ui, graphLeft: Math.max(0, Math.min(farthest, ui.graphLeft + by)) });
  };
}

/** The rows that the cursor moves along. */
function keysOf({ run, ui }: View): readonly RowKey[] {
  return ui.screen === 'graph' ? graphRows(run) : rowsOf(run, ui).rows.map(({ key }) => key);
}

function moveCursor(view: View, distance: Distance): UiState {
  const keys = keysOf(view);
  const at = Math.max(0, keys.indexOf(cursorKey(view) ?? keys[0] ?? 'task:'));
  const key = keys[aimed(at, keys.length, distance)];
  return key === undefined ? view.ui : putCursor(view, key);
}

function cursorKey({ run, ui }: View): RowKey | null {
  return ui.screen === 'graph' ? ui.cursor : (cursorRow(run, ui)?.row.key ?? null);
}

function aimed(at: number, count: number, distance: Distance): number {
  if (distance === 'first') return 0;
  if (distance === 'last') return count - 1;
  return Math.max(0, Math.min(count - 1, at + distance.lines));
}

/** Lines that stay visible beyond the cursor. */
const MARGIN = 2;

/** The list scrolls only as far as it must, and the panel shows another row from its beginning. */
function putCursor(view: View, key: RowKey): UiState {
  const { run, ui } = view;
  const rows = rowsOf(run, ui);
  const moved = key === ui.cursor ? ui : { ...ui, cursor: key, panelTop: null, panelLeft: 0 };
  const index = rows.at.get(key);
  if (index === undefined) return moved;
  const { body } = layoutOf(ui);
  const top = topOf(rows, cursorRow(run, ui)?.index ?? 0, ui, body);
  const margin = Math.min(MARGIN, Math.floor((body - 1) / 2));
  return { ...moved, cursorLine: Math.max(margin, Math.min(index - top, body - 1 - margin)) };
}

function scrollPanel(view: View, distance: Distance): UiState {
  const { ui } = view;
  const { panel } = layoutOf(ui);
  const scroll = panelScroll(view, ui.columns);
  const last = Math.max(0, scroll.count - panel);
  const from = panelFrom(view, scroll, panel);
  const to = distance === 'first' ? 0 : distance === 'last' ? last : Math.max(0, Math.min(last, from + distance.lines));
  return { ...ui, panelTop: followsEnd(view) && to === last ? null : to };
}

/** To the next match of a filter, or else to the next that needs a person. */
export function jump(direction: 1 | -1): Handler {
  return (view) => {
    const { run, ui } = view;
    const aims =
      ui.filter === ''
        ? needyRows(view)
        : rowsOf(run, ui)
            .rows.filter(({ kind }) => kind === 'task')
            .map(({ key }) => key);
    const key = nextOf(view, aims, direction);
    if (key === null) return only(told(ui, ui.filter === '' ? 'nobody needs you' : 'no task matches'));
    return only(putCursor({ ...view, ui: rowsOf(run, ui).at.has(key) ? ui : withRow(ui, key) }, key));
  };
}

/** As little less chosen as shows this row; lanes are in the order of the graph alone. */
function withRow(ui: UiState, key: RowKey): UiState {
  return { ...ui, filter: '', statuses: null, sort: key.startsWith('lane:') ? 'graph' : ui.sort };
}

function needyRows({ run }: View): RowKey[] {
  return needs(run).map(
    ({ subject }): RowKey => ('task' in subject ? `task:${subject.task}` : `lane:${subject.workstream}`),
  );
}

/** In the order of the screen, round and round. */
function nextOf(view: View, aims: readonly RowKey[], direction: 1 | -1): RowKey | null {
  const order = new Map(keysOf(view).map((key, index) => [key, index]));
  const place = (key: RowKey) => order.get(key) ?? order.size;
  const sorted = aims.toSorted((a, b) => place(a) - place(b));
  const here = place(cursorKey(view) ?? 'task:');
  const found =
    direction === 1
      ? (sorted.find((key) => place(key) > here) ?? sorted[0])
      : (sorted.findLast((key) => place(key) < here) ?? sorted.at(-1));
  return found ?? null;
}

export function moveCursorDown(view: View): UiState {
  return moveCursor(view, { lines: 1 });
}

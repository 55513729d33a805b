import { TABS, type Tab } from '../ports.ts';
import { EMPTY_FIELD, fieldOf } from '../text-field.ts';
import { SORTS, type UiState } from '../ui-state.ts';
import { cursorRow } from '../view/rows.ts';
import type { Handler } from './step.ts';
import { only, told } from './step.ts';

function showTab(ui: UiState, tab: Tab): UiState {
  const panelShare = ui.panelShare === 0 ? USUAL_SHARE : ui.panelShare;
  return { ...ui, tab, panelShare, panelTop: null, panelLeft: 0 };
}

/** Tenths of the screen's height. */
const USUAL_SHARE = 4;
const LARGEST_SHARE = 8;

export function turnTab(direction: 1 | -1): Handler {
  return ({ ui }) => {
    const at = (TABS.indexOf(ui.tab) + direction + TABS.length) % TABS.length;
    return only(showTab(ui, TABS[at] ?? ui.tab));
  };
}

/** From anywhere; again, and the output is back. */
export const diff: Handler = ({ ui }) => only(showTab(ui, ui.tab === 'diff' ? 'output' : 'diff'));

export const zoom: Handler = ({ ui }) => only({ ...ui, zoomed: !ui.zoomed });

export function resizePanel(by: 1 | -1): Handler {
  return ({ ui }) => only({ ...ui, panelShare: Math.max(0, Math.min(LARGEST_SHARE, ui.panelShare + by)) });
}

export const filter: Handler = ({ ui }) =>
  only({ ...ui, screen: 'tasks', filterField: ui.filter === '' ? EMPTY_FIELD : fieldOf(ui.filter) });

export const statuses: Handler = ({ ui }) => only({ ...ui, dialog: { kind: 'statuses', at: 0 } });

export const sort: Handler = ({ ui }) => {
  const next = SORTS[(SORTS.indexOf(ui.sort) + 1) % SORTS.length] ?? 'graph';
  const order = {
    graph: 'by lane, as in the graph file',
    status: 'by status, trouble first',
    time: 'by time, the latest first',
  };
  return only(told({ ...ui, sort: next }, order[next]));
};

export const graph: Handler = ({ run, ui }) => {
  if (ui.screen === 'graph') return only({ ...ui, screen: 'tasks', zoomed: false });
  return only({ ...ui, screen: 'graph', zoomed: false, cursor: cursorRow(run, ui)?.row.key ?? ui.cursor });
};

export const why: Handler = ({ run, ui }) => {
  const row = ui.screen === 'graph' ? ui.cursor : cursorRow(run, ui)?.row.key;
  return only(row == null ? ui : { ...ui, dialog: { kind: 'why', row, top: 0 } });
};

export const help: Handler = ({ ui }) =>
  only({ ...ui, dialog: { kind: 'help', field: EMPTY_FIELD, top: 0, from: ui.dialog } });

import type { RunState } from '../../core/run-state.ts';
import type { RowKey, UiState } from '../ui-state.ts';
import { cursorRow } from '../view/rows.ts';

/**
 * What a person has chosen, as far as it is part of the run still. The cursor stands on a row as soon as there is one, so
 * that it stays there when others come before it.
 */
export function settled(run: RunState, ui: UiState): UiState {
  const isMarked = [...ui.marked].filter((id) => run.tasks.has(id));
  const marked = isMarked.length === ui.marked.size ? ui.marked : new Set(isMarked);
  const cursor = isThere(run, ui.cursor) ? ui.cursor : (cursorRow(run, ui)?.row.key ?? null);
  return marked === ui.marked && cursor === ui.cursor ? ui : { ...ui, marked, cursor };
}

function isThere({ tasks, workstreams }: RunState, key: RowKey | null): boolean {
  if (key === null) return false;
  return key.startsWith('task:') ? tasks.has(key.slice('task:'.length)) : workstreams.has(key.slice('lane:'.length));
}

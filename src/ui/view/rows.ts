import fuzzysort from 'fuzzysort';
import { isActive, isSuccess } from '../../core/lifecycle.ts';
import { needsYou } from '../../core/needs.ts';
import { currentAttempt, type RunState, type TaskState, type WorkstreamState } from '../../core/run-state.ts';
import type { RowKey, Sort, StatusGroup, UiState } from '../ui-state.ts';

/** One line of the list. */
export type Row =
  | { readonly key: RowKey; readonly kind: 'lane'; readonly id: string }
  | { readonly key: RowKey; readonly kind: 'task'; readonly id: string; readonly lane: string };

export interface Rows {
  readonly rows: readonly Row[];
  /** Where each key stands. */
  readonly at: ReadonlyMap<RowKey, number>;
  /** Tasks that are shown, of all that there are. */
  readonly shown: number;
  /** The letters of each id that the filter has found. */
  readonly found: ReadonlyMap<string, readonly number[]>;
}

type Choice = Pick<UiState, 'filter' | 'statuses' | 'sort'>;

interface Known extends Choice {
  readonly seq: number;
  readonly rows: Rows;
}

/** The rows of a run are asked for by each frame and each key, and change with few events. */
const cache = new WeakMap<RunState, Known>();

/** What the list holds, in its order: lanes with their tasks, or tasks alone where they are sorted or filtered. */
export function rowsOf(run: RunState, { filter, statuses, sort }: Choice): Rows {
  const known = cache.get(run);
  if (known?.seq === run.seq && known.filter === filter && known.statuses === statuses && known.sort === sort) {
    return known.rows;
  }
  const rows = makeRows(run, { filter, statuses, sort });
  cache.set(run, { seq: run.seq, filter, statuses, sort, rows });
  return rows;
}

function makeRows(run: RunState, { filter, statuses, sort }: Choice): Rows {
  const found = matches(run, filter);
  const isShown = (task: TaskState) =>
    (found === null || found.has(task.outline.id)) && (statuses === null || statuses.has(groupOf(task)));
  const tasks = [...run.tasks.values()].filter(isShown);
  const rows = sort === 'graph' ? byLane(run, tasks, found !== null || statuses !== null) : sorted(tasks, sort);
  const at = new Map(rows.map((row, index) => [row.key, index]));
  return { rows, at, shown: tasks.length, found: found ?? new Map() };
}

/** From 0, any letters in their order wherever they stand, to 1. The list is not in the order of what fits best. */
const LOOSEST = 0.3;

/** Null where nothing is looked for. */
function matches(run: RunState, filter: string): Map<string, readonly number[]> | null {
  if (filter === '') return null;
  const found = new Map<string, readonly number[]>();
  for (const result of fuzzysort.go(filter, [...run.tasks.keys()], { limit: 0, threshold: LOOSEST }))
    found.set(result.target, [...result.indexes]);
  for (const { outline } of run.tasks.values()) {
    if (!found.has(outline.id) && outline.workstream.includes(filter)) found.set(outline.id, []);
  }
  return found;
}

function byLane(run: RunState, tasks: readonly TaskState[], onlyInhabited: boolean): Row[] {
  const inLane = Map.groupBy(tasks, ({ outline }) => outline.workstream);
  return [...run.workstreams.keys()].flatMap((id) => {
    const own = inLane.get(id) ?? [];
    return own.length === 0 && onlyInhabited ? [] : [laneRow(id), ...own.map(taskRow)];
  });
}

function laneRow(id: string): Row {
  return { key: `lane:${id}`, kind: 'lane', id };
}

function taskRow({ outline }: TaskState): Row {
  return { key: `task:${outline.id}`, kind: 'task', id: outline.id, lane: outline.workstream };
}

/** What wants to be seen first: trouble, then work, then what waits, then what is done. */
const URGENCY: readonly StatusGroup[] = ['needs', 'failed', 'working', 'waiting', 'done'];

function sorted(tasks: readonly TaskState[], sort: Exclude<Sort, 'graph'>): Row[] {
  const order =
    sort === 'status'
      ? (task: TaskState) => URGENCY.indexOf(groupOf(task))
      : (task: TaskState) => -Date.parse(lastMove(task) ?? '1970-01-01T00:00:00Z');
  const keyed = tasks.map((task) => ({ task, by: order(task) }));
  return keyed.sort((a, b) => a.by - b.by).map(({ task }) => taskRow(task));
}

/** When something was last begun or ended about it. */
function lastMove(task: TaskState): string | null {
  const attempt = currentAttempt(task);
  return attempt?.endedAt ?? attempt?.startedAt ?? null;
}

export function groupOf(task: TaskState): StatusGroup {
  if (task.status === 'failed') return 'failed';
  if (needsYou(task) !== null) return 'needs';
  if (isActive(task.status)) return 'working';
  return isSuccess(task.status) ? 'done' : 'waiting';
}

export type Counts = Readonly<Record<StatusGroup, number>>;

const counted = new WeakMap<RunState, { readonly seq: number; readonly counts: Counts }>();

/** How many tasks there are of each group. */
export function countsOf(run: RunState): Counts {
  const known = counted.get(run);
  if (known?.seq === run.seq) return known.counts;
  const counts: Record<StatusGroup, number> = { working: 0, needs: 0, failed: 0, waiting: 0, done: 0 };
  for (const task of run.tasks.values()) counts[groupOf(task)]++;
  counted.set(run, { seq: run.seq, counts });
  return counts;
}

/** The row of the cursor: the one it was put on, the nearest where that is not shown any more, null where none is. */
export function cursorRow(run: RunState, ui: UiState): { readonly row: Row; readonly index: number } | null {
  const shown = rowsOf(run, ui);
  const index = (ui.cursor === null ? undefined : shown.at.get(ui.cursor)) ?? nearest(run, ui, shown);
  const row = shown.rows[index];
  return row === undefined ? null : { row, index };
}

const nearby = new WeakMap<Rows, { readonly cursor: RowKey; readonly index: number }>();

/** Of a row that a filter hides the next task that is shown, else the last one before it. */
function nearest(run: RunState, { cursor, sort }: UiState, shown: Rows): number {
  if (cursor === null) return firstTask(shown.rows);
  const known = nearby.get(shown);
  if (known?.cursor === cursor) return known.index;
  const all = makeRows(run, { filter: '', statuses: null, sort });
  const from = all.at.get(cursor);
  const isShown = (row: Row) => row.kind === 'task' && shown.at.has(row.key);
  const row =
    from === undefined ? undefined : (all.rows.slice(from).find(isShown) ?? all.rows.slice(0, from).findLast(isShown));
  const index = (row === undefined ? undefined : shown.at.get(row.key)) ?? firstTask(shown.rows);
  nearby.set(shown, { cursor, index });
  return index;
}

function firstTask(rows: readonly Row[]): number {
  const task = rows.findIndex((row) => row.kind === 'task');
  return task < 0 ? 0 : task;
}

/** The task under the cursor; null on a lane. */
export function cursorTask(run: RunState, ui: UiState): TaskState | null {
  const row = cursorRow(run, ui)?.row;
  return row?.kind === 'task' ? (run.tasks.get(row.id) ?? null) : null;
}

/** The lane under the cursor; null on a task. */
export function cursorLane(run: RunState, ui: UiState): WorkstreamState | null {
  const row = cursorRow(run, ui)?.row;
  return row?.kind === 'lane' ? (run.workstreams.get(row.id) ?? null) : null;
}

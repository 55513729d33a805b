import { isActive } from '../../core/lifecycle.ts';
import { type AttemptState, currentAttempt, type TaskState } from '../../core/run-state.ts';
import { duration } from '../format.ts';
import { type Line, line, type Tone, type Word, word } from '../line.ts';
import { fit, widthOf } from '../text/fit.ts';
import { safeText } from '../text/safe.ts';
import type { UiState } from '../ui-state.ts';
import { pullRequestNumber } from '../wording/pull-request-words.ts';
import { type Columns, columnsOf, GAP } from './columns.ts';
import { laneWords } from './lane-row.ts';
import { cursorRow, type Row, type Rows, rowsOf } from './rows.ts';
import { strip, taskLook } from './task-look.ts';
import { taskNote } from './task-note.ts';
import type { Area, Draw, View } from './view.ts';

/** The part of the list that is on the screen: only that is made. */
export const drawList: Draw = (view, area) => {
  const rows = rowsOf(view.run, view.ui);
  if (rows.rows.length === 0) return nothing(view, area);
  const cursor = cursorRow(view.run, view.ui);
  const top = topOf(rows, cursor?.index ?? 0, view.ui, area.rows);
  const columns = columnsOf(view.run, area.columns);
  return rows.rows
    .slice(top, top + area.rows)
    .map((row, at) => rowLine(row, { view, rows, columns, width: area.columns, isCursor: top + at === cursor?.index }));
};

/** The first row that is seen: the cursor stays on its line of the screen as long as the ends of the list allow it. */
export function topOf(rows: Rows, cursor: number, ui: Pick<UiState, 'cursorLine'>, height: number): number {
  const line = Math.min(Math.max(0, ui.cursorLine), height - 1);
  return Math.max(0, Math.min(cursor - line, rows.rows.length - height));
}

function nothing({ run, ui, standing, glyphs }: View, { columns }: Area): Line[] {
  const isChosen = ui.filter !== '' || ui.statuses !== null;
  const text =
    isChosen && run.tasks.size > 0
      ? 'no task matches; Esc shows all'
      : standing.kind === 'opening'
        ? 'opening the run'
        : 'no tasks';
  return [line(fit([word('  '), word(text, 'quiet')], columns, 'left', glyphs.ellipsis))];
}

interface RowContext {
  readonly view: View;
  readonly rows: Rows;
  readonly columns: Columns;
  readonly width: number;
  readonly isCursor: boolean;
}

function rowLine(row: Row, context: RowContext): Line {
  const { run } = context.view;
  const words = row.kind === 'lane' ? laneRow(row.id, context) : taskWords(run.tasks.get(row.id), context);
  const fitted = fit(words, context.width, 'left', context.view.glyphs.ellipsis);
  return context.isCursor ? line(fitted, 'selected') : line(fitted);
}

function laneRow(id: string, context: RowContext): Word[] {
  const { view, width } = context;
  const lane = view.run.workstreams.get(id);
  const name = [cursorWord(context), word(id, 'strong')];
  return lane === undefined ? name : [...name, ...laneWords(lane, view, width - widthOf(name))];
}

function cursorWord({ view, isCursor }: RowContext): Word {
  return isCursor ? word(`${view.glyphs.cursor} `, 'accent') : word('  ');
}

function taskWords(task: TaskState | undefined, context: RowContext): Word[] {
  if (task === undefined) return [];
  const { view, columns } = context;
  const { glyphs, ui } = view;
  const look = taskLook(task, glyphs);
  const attempt = currentAttempt(task);
  const isMarked = ui.marked.has(task.outline.id);
  const gap = word(' '.repeat(GAP));
  const column = (words: readonly Word[], width: number, align: 'left' | 'right' = 'left') =>
    width === 0 ? [] : [gap, ...fit(words, width, align, glyphs.ellipsis)];
  return [
    cursorWord(context),
    word(`${isMarked ? glyphs.marked : look.mark} `, isMarked ? 'accent' : look.tone),
    ...fit(nameWords(task, context), columns.name, 'left', glyphs.ellipsis),
    ...column([word(safeText(task.outline.role, 40), 'quiet')], columns.role),
    ...column([word(safeText(task.outline.framework, 40), 'quiet')], columns.framework),
    ...column(strip(task, glyphs), columns.strip),
    ...column([word(look.name, look.tone)], columns.status),
    ...column([prWord(attempt)], columns.pr),
    ...column([word(timeOf(attempt, ui.now) ?? glyphs.dash, 'quiet')], columns.time, 'right'),
    ...column(columns.note === 0 ? [] : taskNote(task, view), columns.note),
  ];
}

function nameWords(task: TaskState, { rows, isCursor }: RowContext): Word[] {
  const { id } = task.outline;
  const tone: Tone = isActive(task.status) || isCursor || task.status === 'failed' ? 'strong' : 'plain';
  const name = lit(id, rows.found.get(id) ?? [], tone);
  return task.attempts.length > 1 ? [...name, word(` #${task.attempts.length}`, 'quiet')] : name;
}

/** With the letters that a filter has found. */
function lit(id: string, found: readonly number[], tone: Tone): Word[] {
  if (found.length === 0) return [word(id, tone)];
  const marked = new Set(found);
  const words: Word[] = [];
  for (let at = 0; at < id.length; ) {
    const isFound = marked.has(at);
    let end = at + 1;
    while (end < id.length && marked.has(end) === isFound) end++;
    words.push(word(id.slice(at, end), isFound ? 'match' : tone));
    at = end;
  }
  return words;
}

function prWord(attempt: AttemptState | null): Word {
  const pr = attempt?.pr ?? null;
  const number = pullRequestNumber(pr);
  return number === null || pr === null ? word('') : { text: number, tone: 'accent', link: pr };
}

function timeOf(attempt: AttemptState | null, now: number): string | null {
  if (attempt === null) return null;
  const end = attempt.endedAt === null ? now : Date.parse(attempt.endedAt);
  return duration(end - Date.parse(attempt.startedAt));
}

import { isActive, isSuccess, type TaskStatus } from '../../../core/lifecycle.ts';
import type { AttemptState, TaskState } from '../../../core/run-state.ts';
import { duration, shortCommit } from '../../format.ts';
import { EMPTY_LINE, type Line, type Tone, type Word, word } from '../../line.ts';
import type { AttemptNote, Detail } from '../../ports.ts';
import { chosenTask } from '../../subjects.ts';
import { fit } from '../../text/fit.ts';
import { momentOf } from '../../wording/moment.ts';
import { toldWords } from '../../wording/usage-words.ts';
import type { Scroll, View } from '../view.ts';
import { type FactRow, factRows, row, shiftedRow, told, wrappedRows } from './rows.ts';
import { joinedScroll, lazyScroll, listScroll, remembered } from './scroll.ts';

type Attempts = Extract<Detail, { tab: 'attempts' }>;

/** All attempts beside each other, then how the work of each differs from that of the one before. */
export function attemptsScroll(detail: Attempts, view: View, columns: number): Scroll {
  const task = chosenTask(view);
  if (task === null || task.attempts.length === 0) {
    return listScroll([row(view, [word(' it has not started yet', 'quiet')], columns)]);
  }
  const differences = remembered(detail, [columns, view.ui.panelLeft, view.glyphs], () =>
    joinedScroll(
      detail.attempts.filter(({ attempt }) => attempt > 1).map((note) => differenceScroll(note, view, columns)),
    ),
  );
  return joinedScroll([listScroll(tableLines(task, detail, view, columns)), differences]);
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly align: 'left' | 'right';
  /** Where there is less room the column gives way. */
  readonly from: number;
  words(attempt: AttemptState, note: AttemptNote | undefined, view: View): Word[];
}

const COLUMNS: readonly Column[] = [
  { title: '#', width: 3, align: 'right', from: 0, words: ({ number }) => [word(String(number), 'strong')] },
  { title: 'status', width: 9, align: 'left', from: 0, words: ({ status }) => [word(NAMES[status], TONES[status])] },
  { title: 'time', width: 6, align: 'right', from: 0, words: (attempt, _, { ui }) => [word(timeOf(attempt, ui.now))] },
  { title: 'changes', width: 12, align: 'left', from: 36, words: changeWords },
  { title: 'commits', width: 7, align: 'right', from: 60, words: (_, note) => numberWord(note?.commits) },
  { title: 'gates', width: 5, align: 'right', from: 60, words: ({ gateRounds }) => numberWord(gateRounds || null) },
  { title: 'sent back', width: 9, align: 'right', from: 72, words: ({ sentBack }) => numberWord(sentBack || null) },
  {
    title: 'tip',
    width: 8,
    align: 'left',
    from: 84,
    words: (_, note) => [told(shortCommit(note?.tip ?? ''), 'quiet')],
  },
  {
    title: 'began',
    width: 16,
    align: 'left',
    from: 106,
    words: ({ startedAt }) => [told(momentOf(startedAt), 'quiet')],
  },
];

const NAMES: Readonly<Record<TaskStatus, string>> = {
  pending: 'pending',
  blocked: 'blocked',
  running: 'running',
  pr_created: 'running',
  pr_merged: 'merged',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

const TONES: Readonly<Record<TaskStatus, Tone>> = {
  pending: 'quiet',
  blocked: 'warn',
  running: 'live',
  pr_created: 'live',
  pr_merged: 'good',
  completed: 'good',
  failed: 'bad',
  cancelled: 'warn',
};

function tableLines(task: TaskState, detail: Attempts, view: View, columns: number): Line[] {
  const { ellipsis } = view.glyphs;
  const shown = COLUMNS.filter(({ from }) => columns >= from);
  const line = (cells: (column: Column) => readonly Word[]) =>
    row(
      view,
      shown.flatMap((column) => [word(' '), ...fit(cells(column), column.width, column.align, ellipsis), word(' ')]),
      columns,
    );
  const notes = new Map(detail.attempts.map((note) => [note.attempt, note]));
  return [
    line(({ title }) => [word(title, 'quiet')]),
    ...task.attempts.flatMap((attempt) => [
      line((column) => column.words(attempt, notes.get(attempt.number), view)),
      ...factRows(view, factsOf(attempt), columns - INDENT).map((fact) =>
        row(view, [word(' '.repeat(INDENT)), ...fact.words], columns),
      ),
    ]),
  ];
}

const INDENT = 4;

function factsOf({ failure, concerns, saved, status, step, usage }: AttemptState): FactRow[] {
  const cause = failure === null ? null : `${failure.code}: ${failure.error.trim().split(/\r?\n/, 1)[0] ?? ''}`;
  const where = isActive(status)
    ? `at the step ${step}`
    : status === 'cancelled'
      ? `called off at the step ${step}`
      : null;
  return [
    ...(cause === null ? [] : [{ label: 'cause', words: [told(cause, 'bad')] }]),
    ...(where === null ? [] : [{ label: 'now', words: [word(where, 'quiet')] }]),
    ...(usage === null ? [] : [{ label: 'used', words: [told(toldWords(usage), 'quiet')] }]),
    ...concerns.map(({ message }) => ({ label: 'concern', words: [told(message, 'warn')] })),
    ...saved.map(({ ref, commit }) => ({ label: 'saved', words: [told(`${ref} (${shortCommit(commit)})`, 'quiet')] })),
  ];
}

function timeOf({ startedAt, endedAt }: AttemptState, now: number): string {
  return duration((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt));
}

function numberWord(value: number | null | undefined): Word[] {
  return value == null ? [] : [word(String(value))];
}

function changeWords({ status }: AttemptState, note: AttemptNote | undefined, { glyphs }: View): Word[] {
  if (note?.added == null || note.removed === null) return isSuccess(status) ? [word(glyphs.dash, 'quiet')] : [];
  return [word(`+${note.added}`, 'good'), word(` ${glyphs.minus}${note.removed}`, 'bad')];
}

function differenceScroll({ attempt, difference, missing }: AttemptNote, view: View, columns: number): Scroll {
  const title = row(view, [word(` attempt ${attempt - 1} ${view.glyphs.to} ${attempt}`, 'strong')], columns);
  const head = [row(view, EMPTY_LINE.words, columns), title];
  if (missing !== null)
    return listScroll([...head, ...wrappedRows(view, ` no difference to show: ${missing}`, columns, 'quiet')]);
  if (difference.length === 0) return listScroll([...head, row(view, [word(' the same work', 'quiet')], columns)]);
  const lineAt = (index: number) => {
    const text = difference[index] ?? '';
    return shiftedRow(view, [word(' '), told(text, toneOf(text))], columns);
  };
  return joinedScroll([listScroll(head), lazyScroll(difference.length, lineAt)]);
}

const COMMIT_LINE = /^ *(?:\d+|-): +\S+ +([=!<>]) /;

/** Of a pair of commits whether it is the same, changed, or only in one attempt; of what changed in them the side. */
function toneOf(text: string): Tone {
  const sign = COMMIT_LINE.exec(text)?.[1];
  if (sign !== undefined) return sign === '=' ? 'quiet' : sign === '!' ? 'warn' : sign === '<' ? 'bad' : 'good';
  const change = /^ {4}([+-])/.exec(text)?.[1];
  return change === '+' ? 'good' : change === '-' ? 'bad' : 'plain';
}

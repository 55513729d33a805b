import type { RunEvent } from '../../core/events.ts';
import { laneMergeWait } from '../../core/merge-waits.ts';
import { currentAttempt, type TaskState, type WorkstreamState } from '../../core/run-state.ts';
import { duration } from '../format.ts';
import type { Line } from '../line.ts';
import { modeOf } from '../mode.ts';
import { safeText } from '../text/safe.ts';
import { wordingOf } from '../wording/event-words.ts';
import { holdName } from '../wording/hold-words.ts';
import { mergeWaitWords } from '../wording/proof-words.ts';
import { dialogText } from './dialog.ts';
import { layoutOf, panelFrom } from './layout.ts';
import { panelScroll } from './panel/panel.ts';
import { cursorRow, rowsOf } from './rows.ts';
import { taskLook } from './task-look.ts';
import { taskNote } from './task-note.ts';
import type { View } from './view.ts';

/** What there is to hear of a screen, part by part: a part is said again when its name is another one. */
export interface Heard {
  readonly part: 'run' | 'row' | 'dialog' | 'choice' | 'page' | 'filter' | 'toast';
  /** Says what it is about, without what ticks. */
  readonly name: string;
  readonly lines: readonly string[];
}

/** The screen for the ear: no columns, no marks, words alone. */
export function heardOf(view: View): Heard[] {
  const parts = [runPart(view)];
  if (view.ui.dialog !== null) parts.push(...dialogParts(view));
  else if (view.ui.zoomed) parts.push(pagePart(view));
  else parts.push(rowPart(view));
  if (view.ui.filterField !== null) parts.push(filterPart(view));
  if (view.ui.toast !== null) parts.push(said('toast', view.ui.toast.text, [safeText(view.ui.toast.text)]));
  return parts;
}

/** What is new to the ear since it heard `before`. */
export function newToTheEar(before: readonly Heard[], now: readonly Heard[]): string[] {
  const known = new Map(before.map((one) => [one.part, one.name]));
  return now.filter(({ part, name }) => known.get(part) !== name).flatMap(({ lines }) => lines);
}

/** An event in a sentence; null for the steps in between, which nobody wants to be told of. */
export function heardEvent(event: RunEvent): string | null {
  const { subject, what, detail, tone } = wordingOf(event);
  return tone === 'quiet' ? null : safeText(detail === '' ? `${subject}: ${what}` : `${subject}: ${what}, ${detail}`);
}

function said(part: Heard['part'], name: string, lines: readonly string[]): Heard {
  return { part, name, lines: lines.filter((text) => text !== '') };
}

function runPart({ run, standing, ui }: View): Heard {
  if (run.run === 0) return said('run', 'opening', ['agentrelay: opening the run']);
  const who = { opening: 'opening', mine: '', other: 'joined', nobody: 'nobody runs it', replay: 'replay' }[
    standing.kind
  ];
  const how = run.outcome?.replaceAll('_', ' ') ?? (run.paused ? 'paused' : '');
  const name = [run.graph, `run ${run.run}`, `${run.tasks.size} tasks`, who, how, ui.readOnly ? 'read-only' : ''];
  const text = name.filter((part) => part !== '').join(', ');
  return said('run', text, [text]);
}

function rowPart(view: View): Heard {
  const { run, ui } = view;
  const cursor = cursorRow(run, ui);
  if (cursor === null) return said('row', 'none', ['no tasks are shown']);
  const { row, index } = cursor;
  const place = `${index + 1} of ${rowsOf(run, ui).rows.length}`;
  const task = row.kind === 'task' ? run.tasks.get(row.id) : undefined;
  if (task === undefined) {
    const lane = run.workstreams.get(row.id);
    const text = `lane ${row.id}, ${lane === undefined ? '' : laneText(lane, view)}`;
    return said('row', `${ui.screen} ${text}`, [`${text}, ${place}`]);
  }
  const text = taskText(task, view);
  return said('row', `${ui.screen} ${row.key} ${text}`, [`${text}, ${timeText(task, ui.now)}${place}`]);
}

function laneText(lane: WorkstreamState, { run }: View): string {
  if (lane.held !== null) return `held, ${holdName(lane.held)}`;
  const wait = laneMergeWait(run, lane);
  return wait === null ? lane.status.replaceAll('_', ' ') : safeText(mergeWaitWords(wait));
}

function taskText(task: TaskState, view: View): string {
  const note = taskNote(task, view)
    .map(({ text }) => text)
    .join('');
  const attempt = task.attempts.length > 1 ? `attempt ${task.attempts.length}` : '';
  const marked = view.ui.marked.has(task.outline.id) ? 'marked' : '';
  return [task.outline.id, marked, taskLook(task, view.glyphs).name, attempt, note]
    .filter((part) => part !== '')
    .join(', ');
}

function timeText(task: TaskState, now: number): string {
  const attempt = currentAttempt(task);
  if (attempt === null) return '';
  const end = attempt.endedAt === null ? now : Date.parse(attempt.endedAt);
  return `${duration(end - Date.parse(attempt.startedAt))}, `;
}

function dialogParts(view: View): Heard[] {
  const { title, lines, at } = dialogText(view);
  const chosen = at === null ? undefined : lines[at];
  const mode = modeOf(view.ui);
  return [
    said('dialog', `${mode} ${title}`, [title, ...lines.map(plain)]),
    ...(chosen === undefined ? [] : [said('choice', `${mode} ${plain(chosen)}`, [plain(chosen)])]),
  ];
}

function pagePart(view: View): Heard {
  const { columns, tab } = view.ui;
  const { panel } = layoutOf(view.ui);
  const scroll = panelScroll(view, columns);
  const from = panelFrom(view, scroll, panel);
  const lines = scroll.lines(from, panel).map(plain);
  // What an agent prints goes on and on: it is read when it is asked for.
  const name =
    view.ui.panelTop === null && tab === 'output' ? `${tab} ${view.ui.detail?.of}` : `${tab} ${lines.join('\n')}`;
  return said('page', name, [tab, ...lines]);
}

function filterPart({ run, ui }: View): Heard {
  const { shown } = rowsOf(run, ui);
  const text = `filter ${ui.filter === '' ? 'is empty' : safeText(ui.filter)}, ${shown} tasks`;
  return said('filter', text, [text]);
}

function plain(line: Line): string {
  return line.words
    .map(({ text }) => text)
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
}

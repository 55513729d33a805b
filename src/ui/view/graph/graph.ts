import { type Line, line, type Tone, type Word, word } from '../../line.ts';
import { fit } from '../../text/fit.ts';
import { safeText } from '../../text/safe.ts';
import { laneLook } from '../lane-look.ts';
import { rowsOf } from '../rows.ts';
import { type TaskLook, taskLook } from '../task-look.ts';
import { taskNote } from '../task-note.ts';
import type { Draw, View } from '../view.ts';
import { criticalLine } from './critical-line.ts';
import { type DrawnGraph, drawnGraph } from './graph-rows.ts';
import { gapCells, type RailCell, railCells } from './rails.ts';
import type { GraphNode } from './shape.ts';

/** What waits for what: rails on the left, names on the right, the row of the cursor in the middle. */
export const drawGraph: Draw = (view, { columns, rows }) => {
  const graph = drawnGraph(view.run);
  if (graph.rows.length === 0) return [line(fit([word('  no tasks', 'quiet')], columns, 'left', view.glyphs.ellipsis))];
  const title = rows < SMALLEST_WITH_TITLE ? [] : [criticalLine(view, graph, columns)];
  const height = Math.max(0, rows - title.length);
  const { lines, lineOf } = graph.layout;
  const cursor = cursorRowOf(view, graph);
  const middle = (lineOf[cursor] as number) - Math.floor(height / 2);
  const top = Math.max(0, Math.min(middle, lines.length - height));
  const context = contextOf(view, graph, columns, cursor);
  return [...title, ...Array.from(lines.subarray(top, top + height), (row) => graphLine(row, context))];
};

const SMALLEST_WITH_TITLE = 3;

/** The largest `ui.graphLeft` that moves anything. */
export function farthestLeft(view: View, columns: number): number {
  return Math.max(0, widthOfRails(drawnGraph(view.run)) - railRoom(drawnGraph(view.run), columns));
}

function cursorRowOf({ run, ui }: View, { rowOf, layout }: DrawnGraph): number {
  const row = ui.cursor === null ? undefined : rowOf.get(ui.cursor);
  const task = layout.nodes.findIndex(({ kind }) => kind === 'task');
  return row ?? Math.max(0, run.tasks.size === 0 ? 0 : task);
}

interface Context {
  readonly view: View;
  readonly graph: DrawnGraph;
  readonly columns: number;
  readonly cursor: number;
  /** Cells [from, to) of the rails are shown. */
  readonly from: number;
  readonly to: number;
  /** Null where all are of interest. */
  readonly matches: ((node: GraphNode) => boolean) | null;
}

function contextOf(view: View, graph: DrawnGraph, columns: number, cursor: number): Context {
  const { run, ui } = view;
  const from = Math.min(ui.graphLeft, farthestLeft(view, columns));
  const to = from + railRoom(graph, columns);
  const shown = ui.filter === '' && ui.statuses === null ? null : rowsOf(run, ui).at;
  const matches = shown === null ? null : (node: GraphNode) => node.kind === 'lane' || shown.has(node.key);
  return { view, graph, columns, cursor, from, to, matches };
}

/** Each column has a cell for its rail and one beside it, but the last. */
function widthOfRails({ layout }: DrawnGraph): number {
  return Math.max(1, layout.inColumn.length * 2 - 1);
}

/** Names keep more than half of the screen, as far as they need it. */
function railRoom(graph: DrawnGraph, columns: number): number {
  const needed = widthOfRails(graph);
  return Math.max(1, Math.min(needed, Math.max(Math.floor(columns * 0.4), columns - EDGE - graph.nameWidth - STATUS)));
}

/** The cursor, the mark of the critical path, and a blank after each and after the rails. */
const EDGE = 5;
/** The word for the status, and what is between it and the name. */
const STATUS = 12;

function graphLine(row: number, context: Context): Line {
  const { view, graph, columns, cursor, from, to } = context;
  const { glyphs } = view;
  if (row < 0) {
    const cells = gapCells(graph.layout, -1 - row, glyphs, from, to);
    return line(fit([word('  '), ...railWords(cells, -1 - row, 'quiet', context)], columns, 'left', glyphs.ellipsis));
  }
  const node = graph.layout.nodes[row] as GraphNode;
  const look = lookOf(node, view);
  const isDim = context.matches?.(node) === false;
  const cells = railCells(graph.layout, row, look.mark, glyphs, from, to);
  const words = [
    row === cursor ? word(`${glyphs.cursor} `, 'accent') : word('  '),
    ...railWords(cells, row, look.tone, context),
    word(' '),
    ...labelWords(node, look, context),
  ];
  const toned = isDim ? words.map((part) => ({ ...part, tone: 'quiet' as const })) : words;
  return line(fit(toned, columns, 'left', glyphs.ellipsis), ...(row === cursor ? (['selected'] as const) : []));
}

function lookOf({ kind, id }: GraphNode, { run, glyphs }: View): TaskLook {
  const lane = run.workstreams.get(id);
  const task = run.tasks.get(id);
  if (kind === 'lane' && lane !== undefined) return laneLook(lane, glyphs);
  if (task !== undefined) return taskLook(task, glyphs);
  return { mark: glyphs.status.pending, name: '', tone: 'quiet' };
}

/** Cells of one tone as one word; where rails go on beyond what is shown, an ellipsis says so. */
function railWords(cells: readonly RailCell[], row: number, tone: Tone, context: Context): Word[] {
  const { graph, view } = context;
  const words: Word[] = [];
  const add = (text: string, of: Tone) => {
    const last = words.at(-1);
    if (last?.tone === of) words[words.length - 1] = word(last.text + text, of);
    else words.push(word(text, of));
  };
  cells.forEach(({ glyph, of }, at) => {
    const isCut = glyph !== ' ' && isEdge(at, context);
    const toneHere = of === null ? (glyph === ' ' ? 'quiet' : tone) : isCritical(graph, of, row) ? 'accent' : 'quiet';
    add(isCut ? view.glyphs.ellipsis : glyph, toneHere);
  });
  return words;
}

function isEdge(at: number, { from, to, graph }: Context): boolean {
  return (at === 0 && from > 0) || (at === to - from - 1 && to < widthOfRails(graph));
}

/** A rail is part of the critical path down to the row that comes next on it. */
function isCritical({ criticalNext }: DrawnGraph, of: number, row: number): boolean {
  return row <= (criticalNext.get(of) ?? -1);
}

function labelWords(node: GraphNode, look: TaskLook, context: Context): Word[] {
  const { view, graph, columns, to, from } = context;
  const { glyphs } = view;
  const isOnPath = node.kind === 'task' && graph.critical.has(node.id);
  const room = columns - EDGE - (to - from);
  const mark = isOnPath ? word(`${glyphs.marked} `, 'accent') : word('  ');
  const name =
    node.kind === 'lane'
      ? [word('lane ', 'quiet'), word(safeText(node.id), 'accent')]
      : [word(safeText(node.id), isOnPath ? 'strong' : 'plain')];
  const width = Math.min(graph.nameWidth, room, Math.max(LONGEST_NAME, room - STATUS));
  const rest = room - width - 2;
  if (rest < STATUS - 2) return [mark, ...fit(name, room, 'left', glyphs.ellipsis)];
  const status = fit([word(look.name, look.tone)], STATUS - 2, 'left', glyphs.ellipsis);
  const note = rest < STATUS + SHORTEST_NOTE ? [] : [word('  '), ...noteWords(node, context)];
  return [mark, ...fit(name, width, 'left', glyphs.ellipsis), word('  '), ...status, ...note];
}

const SHORTEST_NOTE = 10;
/** Cells that a name may always have, though there is no room for the status beside it. */
const LONGEST_NAME = 28;

function noteWords({ kind, id }: GraphNode, { view }: Context): Word[] {
  const lane = view.run.workstreams.get(id);
  const task = view.run.tasks.get(id);
  if (kind === 'task') return task === undefined ? [] : taskNote(task, view);
  if (lane === undefined) return [];
  return [word(safeText(`${lane.branch ?? lane.outline.base} ${view.glyphs.to} ${lane.outline.target}`), 'quiet')];
}

import { isActive, isSuccess } from '../../../core/lifecycle.ts';
import type { TaskState } from '../../../core/run-state.ts';
import { plural } from '../../format.ts';
import type { Glyphs } from '../../glyphs.ts';
import { type Line, line, type Tone, type Word, word } from '../../line.ts';
import { fit, widthOf } from '../../text/fit.ts';
import { safeText } from '../../text/safe.ts';
import type { View } from '../view.ts';
import type { DrawnGraph } from './graph-rows.ts';

interface Known {
  readonly seq: number;
  readonly glyphs: Glyphs;
  readonly columns: number;
  readonly line: Line;
}

/** It may be as long as the graph is deep: it is gone along once for each state of the run. */
const cache = new WeakMap<DrawnGraph, Known>();

/** How long the critical path is, how far it is done, and where it goes on from there. */
export function criticalLine(view: View, graph: DrawnGraph, columns: number): Line {
  const { run, glyphs } = view;
  const known = cache.get(graph);
  if (known?.seq === run.seq && known.glyphs === glyphs && known.columns === columns) return known.line;
  const line = madeLine(view, graph, columns);
  cache.set(graph, { seq: run.seq, glyphs, columns, line });
  return line;
}

function madeLine({ run, glyphs }: View, { critical }: DrawnGraph, columns: number): Line {
  const tasks = Array.from(critical, (id) => run.tasks.get(id)).filter((task) => task !== undefined);
  const done = tasks.filter(({ status }) => isSuccess(status)).length;
  const title = [
    word(` ${glyphs.marked} `, 'accent'),
    word('critical path', 'strong'),
    word(`: ${plural(tasks.length, 'task')}, ${done} done`, 'plain'),
  ];
  const room = columns - widthOf(title) - 2;
  const way = tasks.length === 0 || room < SHORTEST_WAY ? [] : [word(': ', 'plain'), ...wayOf(tasks, room, glyphs)];
  return line(fit([...title, ...way], columns, 'left', glyphs.ellipsis), 'bar');
}

const SHORTEST_WAY = 12;

/** All of it where there is room, else from the last task that is done. */
function wayOf(tasks: readonly TaskState[], room: number, { to, ellipsis }: View['glyphs']): Word[] {
  const arrow = word(` ${to} `, 'quiet');
  const width = tasks.reduce((sum, { outline }) => sum + outline.id.length + 3, -3);
  const next = tasks.findIndex(({ status }) => !isSuccess(status));
  const from = width <= room || next < 2 ? 0 : next - 1;
  const shown = tasks.slice(from, from + room).map((task) => word(safeText(task.outline.id), toneOf(task)));
  const start = from === 0 ? [] : [word(ellipsis, 'quiet'), arrow];
  return [...start, ...shown.flatMap((name, at) => (at === 0 ? [name] : [arrow, name]))];
}

function toneOf({ status }: TaskState): Tone {
  if (isSuccess(status)) return 'good';
  if (status === 'failed') return 'bad';
  return isActive(status) ? 'live' : 'plain';
}

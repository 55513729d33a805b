import type { RunState } from '../../core/run-state.ts';
import { cells } from '../text/width.ts';
import { pullRequestNumber } from '../wording/pull-request-words.ts';

/** Cells of each column of the list; 0 for one that has given way. */
export interface Columns {
  readonly name: number;
  readonly role: number;
  readonly framework: number;
  readonly strip: number;
  readonly status: number;
  readonly pr: number;
  readonly time: number;
  readonly note: number;
}

/** Between two columns. */
export const GAP = 2;
/** The cursor, the mark and a blank after each. */
export const EDGE = 4;

/** Widest first: what each width of the terminal has room for beside the name. */
const LADDER = [
  { from: 130, shown: ['role', 'framework', 'strip', 'status', 'pr', 'time', 'note'] },
  { from: 110, shown: ['framework', 'strip', 'status', 'pr', 'time', 'note'] },
  { from: 96, shown: ['framework', 'strip', 'status', 'time', 'note'] },
  { from: 72, shown: ['strip', 'status', 'time', 'note'] },
  { from: 54, shown: ['strip', 'status', 'time'] },
  { from: 36, shown: ['status', 'time'] },
  { from: 24, shown: ['status'] },
  { from: 0, shown: [] },
] as const;

const WIDTHS = { strip: 7, status: 10, time: 6 } as const;
const LONGEST_NAME = 28;
const SHORTEST_NOTE = 12;

interface Widest {
  readonly tasks: number;
  readonly graph: string;
  readonly name: number;
  readonly role: number;
  readonly framework: number;
  readonly pr: number;
  readonly seq: number;
}

const known = new WeakMap<RunState, Widest>();

/** Of the whole run, not of what is seen: columns stay where they are while the list scrolls. */
function widest(run: RunState): Widest {
  const before = known.get(run);
  if (before !== undefined && before.tasks === run.tasks.size && before.graph === run.digest && before.seq === run.seq)
    return before;
  let [name, role, framework, pr] = [0, 0, 0, 0];
  for (const { outline, attempts } of run.tasks.values()) {
    // Ids are ASCII by the rules of the graph file.
    name = Math.max(name, outline.id.length + 3);
    role = Math.max(role, cells(outline.role));
    framework = Math.max(framework, cells(outline.framework));
    for (const attempt of attempts) pr = Math.max(pr, pullRequestNumber(attempt.pr)?.length ?? 0);
  }
  const now = { tasks: run.tasks.size, graph: run.digest, seq: run.seq, name, role, framework, pr };
  known.set(run, now);
  return now;
}

/** What fits into a line, in a fixed order of giving way; the note has what is left. */
export function columnsOf(run: RunState, width: number): Columns {
  const of = widest(run);
  const shown: readonly string[] = LADDER.find(({ from }) => width >= from)?.shown ?? [];
  const isShown = (name: string) => shown.includes(name);
  const role = isShown('role') ? Math.min(14, of.role) : 0;
  const framework = isShown('framework') ? Math.min(12, of.framework) : 0;
  const pr = isShown('pr') ? of.pr : 0;
  const fixed = [
    role,
    framework,
    isShown('strip') ? WIDTHS.strip : 0,
    isShown('status') ? WIDTHS.status : 0,
    pr,
    isShown('time') ? WIDTHS.time : 0,
  ];
  const taken = fixed.filter((cells) => cells > 0).reduce((sum, cells) => sum + cells + GAP, EDGE);
  const room = Math.max(1, width - taken);
  const hasNote = isShown('note');
  const name = hasNote ? Math.min(of.name, LONGEST_NAME, Math.max(10, room - GAP - SHORTEST_NOTE)) : room;
  const [, , strip = 0, status = 0, , time = 0] = fixed;
  const note = hasNote ? Math.max(0, room - name - GAP) : 0;
  return { name, role, framework, strip, status, pr, time, note };
}

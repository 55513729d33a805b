import type { TaskOutline, WorkstreamOutline } from '../../../core/events.ts';
import { criticalPath } from '../../../core/graph/order.ts';
import { waitingOf } from '../../../core/run-order.ts';
import type { RunState } from '../../../core/run-state.ts';
import type { RowKey } from '../../ui-state.ts';
import { graphLayout, type Layout } from './layout.ts';
import { graphNodes } from './shape.ts';

/** The graph of a run as it is drawn: it changes only with the graph file. */
export interface DrawnGraph {
  readonly layout: Layout;
  readonly rows: readonly RowKey[];
  readonly rowOf: ReadonlyMap<RowKey, number>;
  /** Ids of tasks, the first one first. */
  readonly critical: ReadonlySet<string>;
  /** For each row on the critical path the row that comes next on it, where a rail joins the two. */
  readonly criticalNext: ReadonlyMap<number, number>;
  /** Cells of the longest id of a task or a lane. */
  readonly nameWidth: number;
}

interface Known {
  seq: number;
  readonly outlines: readonly (TaskOutline | WorkstreamOutline)[];
  readonly graph: DrawnGraph;
}

const cache = new WeakMap<RunState, Known>();

/** What the rows of the graph view are, from the top; the cursor moves along them. */
export function graphRows(run: RunState): readonly RowKey[] {
  return drawnGraph(run).rows;
}

export function drawnGraph(run: RunState): DrawnGraph {
  const known = cache.get(run);
  if (known?.seq === run.seq) return known.graph;
  const outlines = [...run.workstreams.values(), ...run.tasks.values()].map(({ outline }) => outline);
  if (known !== undefined && isSameShape(known.outlines, outlines)) {
    known.seq = run.seq;
    return known.graph;
  }
  const graph = drawGraphOf(run);
  cache.set(run, { seq: run.seq, outlines, graph });
  return graph;
}

function isSameShape(before: Known['outlines'], now: Known['outlines']): boolean {
  return before.length === now.length && before.every((outline, at) => outline === now[at]);
}

function drawGraphOf(run: RunState): DrawnGraph {
  const nodes = graphNodes(run);
  const rows = nodes.map(({ key }) => key);
  const rowOf = new Map(rows.map((key, row) => [key, row]));
  const critical = criticalPath(waitingOf(run));
  const criticalNext = new Map<number, number>();
  critical.slice(1).forEach((id, at) => {
    const from = rowOf.get(`task:${critical[at]}`) ?? -1;
    const to = rowOf.get(`task:${id}`) ?? -1;
    if (nodes[to]?.before.includes(from)) criticalNext.set(from, to);
  });
  const nameWidth = nodes.reduce((most, { id, kind }) => Math.max(most, id.length + (kind === 'lane' ? 5 : 0)), 0);
  return { layout: graphLayout(nodes), rows, rowOf, critical: new Set(critical), criticalNext, nameWidth };
}

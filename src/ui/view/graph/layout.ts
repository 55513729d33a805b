import type { GraphNode } from './shape.ts';

/**
 * Where everything stands. Each row that others wait for has a rail that goes down from it, in its column, to the last
 * of them; whoever waits for it joins the rail from the side, or stands right below it, at its end.
 */
export interface Layout {
  readonly nodes: readonly GraphNode[];
  /** The column of each row. */
  readonly column: Int32Array;
  /** The last row that its rail goes to; its own row where nothing waits for it. */
  readonly end: Int32Array;
  /** The row that it stands right below of, on the same rail; -1 for none. */
  readonly above: Int32Array;
  /** For each column the rows that stand in it, downwards. */
  readonly inColumn: readonly (readonly number[])[];
  /** Rows in the order of the screen; -1 - row for the empty line above that row. */
  readonly lines: Int32Array;
  readonly lineOf: Int32Array;
}

export function graphLayout(nodes: readonly GraphNode[]): Layout {
  const { end, uses } = railsOf(nodes);
  const column = new Int32Array(nodes.length);
  const above = new Int32Array(nodes.length).fill(-1);
  const inColumn: number[][] = [];
  nodes.forEach((node, row) => {
    const taken = railTaken(node, row, { nodes, uses, column });
    above[row] = taken;
    const at = taken >= 0 ? (column[taken] as number) : freeColumn(node, row, { inColumn, end, column });
    column[row] = at;
    inColumn[at] ??= [];
    inColumn[at]?.push(row);
  });
  return { nodes, column, end, above, inColumn, ...linesOf(nodes) };
}

function railsOf(nodes: readonly GraphNode[]): { end: Int32Array; uses: Int32Array } {
  const end = Int32Array.from(nodes, (_, row) => row);
  const uses = new Int32Array(nodes.length);
  nodes.forEach(({ before }, row) => {
    for (const other of before) {
      end[other] = row;
      uses[other] = (uses[other] as number) + 1;
    }
  });
  return { end, uses };
}

/**
 * The rail that goes straight on into a task: the leftmost that nobody else waits for. Not that of a lane, and not that
 * of the row just above where others come in from the side: without a line between, those two look like neighbours.
 */
function railTaken(
  { before }: GraphNode,
  row: number,
  { nodes, uses, column }: { nodes: readonly GraphNode[]; uses: Int32Array; column: Int32Array },
): number {
  let taken = -1;
  for (const other of before) {
    if (nodes[other]?.kind === 'lane' || uses[other] !== 1 || (other === row - 1 && before.length > 1)) continue;
    if (taken < 0 || (column[other] as number) < (column[taken] as number)) taken = other;
  }
  return taken;
}

/** The leftmost column with room, right of what it hangs on first, which is of its own lane. */
function freeColumn(
  { before, kind }: GraphNode,
  row: number,
  { inColumn, end, column }: { inColumn: readonly (readonly number[])[]; end: Int32Array; column: Int32Array },
): number {
  const [first] = before;
  for (let at = first === undefined ? 0 : (column[first] as number) + 1; ; at++) {
    const last = inColumn[at]?.at(-1);
    if (last === undefined) return at;
    const ended = end[last] as number;
    // An empty line is above a lane. A row that nothing waits for may be right above one that is joined from the side.
    const isApart = kind === 'lane' || ended < row - 1 || (ended === last && before.length > 0);
    if (ended < row && isApart) return at;
  }
}

/** Each lane but the first begins after an empty line. */
function linesOf(nodes: readonly GraphNode[]): { lines: Int32Array; lineOf: Int32Array } {
  const lines: number[] = [];
  const lineOf = Int32Array.from(nodes, ({ kind }, row) => {
    if (kind === 'lane' && row > 0) lines.push(-1 - row);
    lines.push(row);
    return lines.length - 1;
  });
  return { lines: Int32Array.from(lines), lineOf };
}

import type { Glyphs } from '../../glyphs.ts';
import type { Layout } from './layout.ts';

/** What stands in a cell of the rails: each column has one, and one more to the right of it. */
export interface RailCell {
  readonly glyph: string;
  /** The row whose rail it is part of; null for none, and for the row itself. */
  readonly of: number | null;
}

const BLANK: RailCell = { glyph: ' ', of: null };

/** The row that stands in a column at this row, or whose rail goes through it or ends there; -1 for none. */
function ownerOf({ inColumn, end }: Layout, column: number, row: number): number {
  const rows = inColumn[column] ?? [];
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] as number) <= row) low = middle + 1;
    else high = middle;
  }
  const found = rows[low - 1];
  return found !== undefined && (found === row || (end[found] as number) >= row) ? found : -1;
}

/** What the row is joined to from the side. */
function joins({ nodes, above }: Layout, row: number): number[] {
  return (nodes[row]?.before ?? []).filter((other) => other !== above[row]);
}

interface Span {
  readonly row: number;
  readonly at: number;
  readonly left: number;
  readonly right: number;
  readonly joined: ReadonlyMap<number, number>;
}

function spanOf(layout: Layout, row: number): Span {
  const at = layout.column[row] as number;
  const joined = new Map(joins(layout, row).map((other) => [layout.column[other] as number, other]));
  const columns = [at, ...joined.keys()];
  const most = (pick: (a: number, b: number) => number) => columns.reduce((a, b) => pick(a, b));
  return { row, at, joined, left: most(Math.min), right: most(Math.max) };
}

/** The cells [from, to) of a row, where `node` stands for the row itself. A column is two cells wide. */
export function railCells(
  layout: Layout,
  row: number,
  node: string,
  glyphs: Glyphs,
  from: number,
  to: number,
): RailCell[] {
  const span = spanOf(layout, row);
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => {
    const cell = from + index;
    const column = cell >> 1;
    if (cell % 2 === 1) return betweenColumns(span, column, glyphs);
    return column === span.at ? { glyph: node, of: null } : inColumn(layout, span, column, glyphs);
  });
}

/** The cells of the empty line above a row: the rails that go on through it. */
export function gapCells(layout: Layout, row: number, glyphs: Glyphs, from: number, to: number): RailCell[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => {
    const cell = from + index;
    const owner = cell % 2 === 1 ? -1 : ownerOf(layout, cell >> 1, row);
    return owner < 0 || owner === row ? BLANK : { glyph: glyphs.tree.pipe, of: owner };
  });
}

function betweenColumns(span: Span, column: number, { tree }: Glyphs): RailCell {
  if (column < span.left || column >= span.right) return BLANK;
  return { glyph: tree.dash, of: farthest(span, column) };
}

/** Of the rails whose way to the row leads through here the one that comes from farthest away. */
function farthest({ at, left, right, joined }: Span, column: number): number | null {
  return joined.get(column < at ? left : right) ?? null;
}

function inColumn(layout: Layout, span: Span, column: number, { tree }: Glyphs): RailCell {
  const owner = ownerOf(layout, column, span.row);
  const isCrossed = column > span.left && column < span.right;
  if (owner < 0) return isCrossed ? { glyph: tree.dash, of: farthest(span, column) } : BLANK;
  // A rail that has nothing to do with this row goes on over the line that crosses it.
  if (!span.joined.has(column)) return { glyph: tree.pipe, of: owner };
  const goesOn = (layout.end[owner] as number) > span.row;
  const [cross, left, right] = goesOn ? [tree.cross, tree.branch, tree.left] : [tree.up, tree.rightUp, tree.leftUp];
  return { glyph: isCrossed ? cross : column === span.left ? left : right, of: owner };
}

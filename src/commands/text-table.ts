export type Colour = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

/** A cell with its colour, or without one. */
export type Cell = string | { readonly text: string; readonly colour: Colour };

/** Text, and how it is coloured where colours are wanted. */
export type Paint = (colour: Colour, text: string) => string;

/** Columns as wide as their widest cell; colours take no room. */
export function textTable(
  rows: readonly (readonly Cell[])[],
  paint: Paint = (_colour: Colour, text: string) => text,
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, textOf(cell).length);
    });
  }
  return rows.map((row) => {
    const last = row.findLastIndex((cell) => textOf(cell) !== '');
    const cells = row.slice(0, last + 1).map((cell, column) => {
      const text = textOf(cell);
      const blanks = column === last ? '' : ' '.repeat((widths[column] ?? 0) - text.length);
      return `${typeof cell === 'string' ? text : paint(cell.colour, text)}${blanks}`;
    });
    return cells.join('  ');
  });
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

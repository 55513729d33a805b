import type { Glyphs } from '../../../../src/ui/glyphs.ts';
import type { RowKey } from '../../../../src/ui/ui-state.ts';

/** What the eye finds that follows the lines of a drawn graph; `rails` are the cells left of the names. */
export function followedEdges(rails: readonly string[], keys: readonly (RowKey | null)[], { tree }: Glyphs): string[] {
  const grid = rails.map((line) => Array.from(line));
  const at = (line: number, cell: number): string => grid[line]?.[cell] ?? ' ';
  const goesDown = new Set([tree.pipe, tree.cross, tree.branch, tree.left]);
  const turns = new Set([...goesDown, tree.up, tree.rightUp, tree.leftUp]);
  turns.delete(tree.pipe);
  const isNode = (text: string) => text !== ' ' && text !== tree.dash && text !== tree.pipe && !turns.has(text);

  /** The row at the upper end of the rail that comes down into this cell from above. */
  const source = (line: number, cell: number): RowKey => {
    for (let above = line - 1; above >= 0; above--) {
      const here = at(above, cell);
      const key = keys[above];
      if (isNode(here) && key != null) return key;
      if (!goesDown.has(here)) break;
    }
    throw new Error(`a rail comes from nowhere: line ${line}, cell ${cell}\n${rails.join('\n')}`);
  };

  /** The rails that a line joins, from a row to one side. */
  const joined = (line: number, from: number, step: 1 | -1): RowKey[] => {
    const found: RowKey[] = [];
    for (let cell = from + step; at(line, cell) === tree.dash; cell += step) {
      cell += step;
      const here = at(line, cell);
      if (turns.has(here)) found.push(source(line, cell));
      else if (here !== tree.dash && here !== tree.pipe)
        throw new Error(`a line goes to nowhere:\n${rails.join('\n')}`);
    }
    return found;
  };

  return keys.flatMap((key, line) => {
    const cell = (grid[line] ?? []).findIndex(isNode);
    if (key === null) return [];
    if (cell < 0) throw new Error(`${key} is not drawn:\n${rails.join('\n')}`);
    const sides = [...joined(line, cell, -1), ...joined(line, cell, 1)];
    const above = at(line - 1, cell);
    const isBelow = goesDown.has(above) || (isNode(above) && sides.length === 0 && keys[line - 1] != null);
    return [...sides, ...(isBelow ? [source(line, cell)] : [])].map((other) => `${other} > ${key}`);
  });
}

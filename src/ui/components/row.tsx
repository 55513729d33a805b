import { Text } from 'ink';
import { memo } from 'react';
import type { Line } from '../line.ts';
import { paint } from '../paint.ts';
import type { Theme } from '../theme.ts';

interface RowProps {
  readonly line: Line;
  readonly columns: number;
  readonly theme: Theme;
  readonly links: boolean;
  /** Something else is drawn where it is, and lies under it. */
  readonly covers: boolean;
}

/** One line from edge to edge. */
export const Row = memo(function Row({ line, columns, theme, links, covers }: RowProps) {
  const text = paint(line, columns, theme, links);
  return <Text wrap="truncate">{covers ? text : withoutBlanks(text)}</Text>;
});

/**
 * Without blanks at the end, where Ink draws them anyway: it makes several objects of each character of each frame. A row
 * without any character would have no height.
 */
function withoutBlanks(text: string): string {
  let end = text.length;
  while (end > 1 && text[end - 1] === ' ') end--;
  return text.slice(0, end);
}

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
}

/** One line from edge to edge. */
export const Row = memo(function Row({ line, columns, theme, links }: RowProps) {
  return <Text wrap="truncate">{paint(line, columns, theme, links)}</Text>;
});

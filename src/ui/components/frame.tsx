import { Box } from 'ink';
import type { Line } from '../line.ts';
import { widthOf } from '../text/fit.ts';
import type { Theme } from '../theme.ts';
import type { Screen } from '../view/layout.ts';
import { Row } from './row.tsx';

interface FrameProps {
  readonly screen: Screen;
  readonly theme: Theme;
  readonly links: boolean;
}

/** The screen from the top: header, list, tabs, panel, footer; a dialog lies over them. */
export function Frame({ screen, theme, links }: FrameProps) {
  const { header, body, tabs, panel, footer, dialog, columns } = screen;
  const parts = { header, body, tabs, panel, footer };
  const rows = (name: string, lines: readonly Line[], width: number) =>
    lines.map((line, at) => (
      <Row
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place on the screen, whatever stands there.
        key={`${name} ${at}`}
        line={line}
        columns={width}
        theme={theme}
        links={links}
        covers={name === 'dialog'}
      />
    ));
  return (
    <Box flexDirection="column" width="100%">
      {Object.entries(parts).flatMap(([name, lines]) => rows(name, lines, columns))}
      {dialog !== null && (
        <Box position="absolute" flexDirection="column" marginLeft={dialog.left} marginTop={dialog.top}>
          {rows('dialog', dialog.lines, widthOf(dialog.lines[0]?.words ?? []))}
        </Box>
      )}
    </Box>
  );
}

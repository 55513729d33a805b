import fc from 'fast-check';
import { render, Text, useInput } from 'ink';
import { act, createElement, useState } from 'react';
import { expect, it, onTestFinished } from 'vitest';
import { line, word } from '../../src/ui/line.ts';
import { paint } from '../../src/ui/paint.ts';
import { fit as fitWords } from '../../src/ui/text/fit.ts';
import { safeText } from '../../src/ui/text/safe.ts';
import { styledWords } from '../../src/ui/text/sgr.ts';
import { createTheme } from '../../src/ui/theme.ts';
import { hostileText } from '../support/hostile-text.ts';
import { createScreen } from '../support/screen.ts';

const COLUMNS = 40;
const theme = createTheme('dark', 'true');

/** A line of hostile text with a marker in its last column. */
function marked(name: string, output: string, marker: string): string {
  const words = [...fitWords([word(safeText(name), 'bad')], 19), ...fitWords(styledWords(output), 20)];
  return paint(line([...words, word(marker, 'strong')], 'selected'), COLUMNS, theme, true);
}

it('keeps hostile text in its cells through Ink, in frame after frame', async () => {
  const frames = fc
    .sample(fc.array(fc.tuple(hostileText, hostileText), { minLength: 80, maxLength: 80 }), { numRuns: 3, seed: 7 })
    .map((texts, frame) => texts.map(([name, output]) => marked(name, output, String(frame))));
  const screen = createScreen(COLUMNS + 4, 90);
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  onTestFinished(() => void Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: undefined }));

  function Frames() {
    const [shown, setShown] = useState(0);
    useInput((input) => {
      if (input === 'n') setShown((now) => now + 1);
    });
    return createElement(Text, { wrap: 'truncate' }, frames[shown]?.join('\n'));
  }

  const { stdin, stdout, stderr } = screen;
  const options = { stdin, stdout, stderr, interactive: true, patchConsole: false, incrementalRendering: true };
  const app = await act(() => render(createElement(Frames), options));
  expect(screen.raw).toBe(true);
  for (const [number, frame] of frames.entries()) {
    await app.waitUntilRenderFlush();
    await screen.settled();
    for (const row of frame.keys()) {
      const cells = screen.cellsOf(row);
      expect([cells[COLUMNS - 1]?.text, cells[COLUMNS]?.text]).toEqual([String(number), ' ']);
      expect(new Set(cells.slice(0, COLUMNS).map((cell) => cell.background))).not.toContain('default');
    }
    await act(async () => {
      const read = new Promise((resolve) => stdin.once('readable', resolve));
      screen.type('n');
      await read;
    });
  }
  await act(() => app.unmount());
  expect(screen.effects).toMatchObject({ titles: [], clipboard: [], notices: [], links: [], bells: 0 });
  expect(screen.raw).toBe(false);
  screen.dispose();
});

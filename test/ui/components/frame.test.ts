import { render } from 'ink-testing-library';
import { createElement } from 'react';
import { expect, test } from 'vitest';
import { Frame } from '../../../src/ui/components/frame.tsx';
import { type Line, line, word } from '../../../src/ui/line.ts';
import { createTheme } from '../../../src/ui/theme.ts';
import type { Screen } from '../../../src/ui/view/layout.ts';

const plain = createTheme('dark', 'none');
const rows = (...texts: string[]): Line[] => texts.map((text) => line([word(text)]));

const screen: Screen = {
  columns: 20,
  header: rows('header'),
  body: rows('first row', 'second row', 'third row'),
  tabs: rows('tabs'),
  panel: rows('panel'),
  footer: rows('footer'),
  dialog: null,
};

function shown(of: Screen): string[] {
  const { lastFrame, unmount } = render(createElement(Frame, { screen: of, theme: plain, links: false }));
  const frame = lastFrame() ?? '';
  unmount();
  return frame.split('\n').map((text) => text.trimEnd());
}

test('the parts stand below each other, each in its order', () => {
  expect(shown(screen)).toEqual(['header', 'first row', 'second row', 'third row', 'tabs', 'panel', 'footer']);
});

test('a dialog covers its own cells, and nothing beside them', () => {
  const dialog = { left: 3, top: 2, lines: rows('+--+', '|ab|', '+--+') };
  expect(shown({ ...screen, dialog })).toEqual([
    'header',
    'first row',
    'sec+--+row',
    'thi|ab|ow',
    'tab+--+',
    'panel',
    'footer',
  ]);
});

import { expect, test } from 'vitest';
import { ASCII } from '../../src/ui/glyphs.ts';
import { TABS } from '../../src/ui/ports.ts';
import { cells } from '../../src/ui/text/width.ts';
import { letters } from '../../src/ui/text-field.ts';
import { hostileWorld } from './hostile-world.ts';
import { type MountedApp, mountApp, shownBy } from './mounted-app.ts';
import { expectExact } from './view/views.ts';

/** Each character stands in the very cells that it was counted for, up to the right edge. */
function expectCells({ screen, dashboard }: MountedApp): void {
  for (const [row, text] of shownBy(dashboard.screen(), screen.rows).entries()) {
    const seen = screen.cellsOf(row).map((cell) => (cell.width === 0 ? '' : cell.text));
    const counted = letters(text).flatMap((letter) => [letter, ...Array.from({ length: cells(letter) - 1 }, () => '')]);
    const blanks = Array.from({ length: screen.columns - counted.length }, () => ' ');
    expect([row, seen]).toEqual([row, [...counted, ...blanks]]);
  }
}

/** The alternate screen, marks around what is pasted, and what is on in every terminal; no cursor. */
const MODES = [7, 1049, 2004];
/** A frame is being sent. */
const WHILE_DRAWING = 2026;

function expectUntouched(app: MountedApp): void {
  const { screen, dashboard } = app;
  expect({ ...screen.effects, links: [] }).toEqual({
    titles: [],
    clipboard: [],
    notices: [],
    links: [],
    replies: [],
    bells: 0,
  });
  expect(screen.effects.links).toEqual([]);
  expect([...screen.modes].filter((mode) => mode !== WHILE_DRAWING).sort((a, b) => a - b)).toEqual(MODES);
  expect(screen.cursor()).toEqual({ column: 0, row: screen.rows - 1 });
  const { header, body, tabs, panel, footer } = dashboard.screen();
  expectExact([...header, ...body, ...tabs, ...panel, ...footer], screen.columns);
  expectCells(app);
}

/** Every dialog, in the list and in the graph, of every task. */
const DIALOGS = [
  ...['k', 'j', 'w', '\u001b', 'a', '\u001b', 'x', '\u001b'],
  ...[
    'j',
    'w',
    '\u001b',
    'a\u001b[B',
    '\u001b[200~\u001b]0;owned\u0007\u0007pasted\u202e\u001b[201~',
    '\u001b',
    'x',
    '?',
  ],
  ...['\u001b', '\u001b', 'j', 'w', '\u001b', 'r', 'e', 'k', '\r', '\u001b', '\u001b', 't', '\u001b', 'r', '\r'],
  ...['jj', 'w', '\u001b', 'f', '\u001b', 's', 's', 's', '/', 'a', '\u001b', 'g', 'k', 'l', 'w', '\u001b', 'g', 'p'],
];

test('nothing that anybody says reaches the terminal, or leaves its cells: lists and dialogs', async () => {
  const app = await mountApp(hostileWorld(), { columns: 100, rows: 30 });
  for (const keys of DIALOGS) {
    await app.press(keys);
    expectUntouched(app);
  }
  await app.close();
});

test('nothing that anybody says reaches the terminal, or leaves its cells: every tab of the panel', async () => {
  const app = await mountApp(hostileWorld(), { columns: 47, rows: 16, glyphs: ASCII });
  await app.press('njv');
  for (const tab of [...TABS.slice(1), TABS[0]]) {
    await app.press(']');
    await app.loaded();
    expect(app.dashboard.view.ui.tab).toBe(tab);
    for (const keys of ['G', 'l', '\u0002', 'hg']) {
      await app.press(keys);
      expectUntouched(app);
    }
  }
  await app.close();
});

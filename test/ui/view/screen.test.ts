import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ASCII, UNICODE } from '../../../src/ui/glyphs.ts';
import type { UiState } from '../../../src/ui/ui-state.ts';
import { frameRows, type Screen } from '../../../src/ui/view/layout.ts';
import { screenOf } from '../../../src/ui/view/screen.ts';
import type { View } from '../../../src/ui/view/view.ts';
import { anyRun, anyStanding, anyUi, runThatSays, type Sizes } from '../any-ui.ts';
import { expectExact, runOf, textsOf, viewOf } from './views.ts';

const SIZES: Sizes = { columns: fc.integer({ min: 20, max: 300 }), rows: fc.integer({ min: 5, max: 100 }) };
const TINY: Sizes = { columns: fc.integer({ min: 1, max: 24 }), rows: fc.integer({ min: 1, max: 8 }) };
const glyphs = fc.constantFrom(UNICODE, ASCII);

function partsOf({ header, body, tabs, panel, footer }: Screen) {
  return [...header, ...body, ...tabs, ...panel, ...footer];
}

function expectWhole(view: View): void {
  const { columns, rows } = view.ui;
  const screen = screenOf(view);
  const { dialog } = screen;
  const lines = partsOf(screen);
  expect(lines).toHaveLength(frameRows(rows));
  expectExact(lines, columns);
  expect(dialog === null).toBe(view.ui.dialog === null);
  if (dialog === null) return;
  const width = Math.min(84, columns);
  expectExact(dialog.lines, width);
  expect(dialog.left).toBe(Math.floor((columns - width) / 2));
  expect(dialog.top).toBeGreaterThanOrEqual(0);
  expect(dialog.lines.length).toBeGreaterThan(0);
  expect(dialog.top + dialog.lines.length).toBeLessThanOrEqual(frameRows(rows));
}

test.each([
  ['from 20 by 5 to 300 by 100', SIZES, 40],
  ['smaller than anybody wants it', TINY, 20],
])('a screen is whole, whatever the run and the person have come to: %s', (_, sizes, numRuns) => {
  fc.assert(
    fc.property(anyRun, fc.gen(), (run, gen) => {
      for (let at = 0; at < 5; at++) {
        expectWhole(
          viewOf(run, gen(anyUi, run, sizes), { standing: gen(() => anyStanding), glyphs: gen(() => glyphs) }),
        );
      }
    }),
    { numRuns, seed: 11 },
  );
});

test('a screen of ASCII glyphs shows nothing but ASCII, where nobody says anything else', () => {
  const text = fc.string({ unit: 'grapheme-ascii', maxLength: 200 });
  fc.assert(
    fc.property(runThatSays(text), fc.gen(), (run, gen) => {
      for (let at = 0; at < 5; at++) {
        const standing = gen(() => anyStanding);
        const screen = screenOf(viewOf(run, gen(anyUi, run, SIZES, text), { standing, glyphs: ASCII }));
        for (const line of textsOf([...partsOf(screen), ...(screen.dialog?.lines ?? [])])) {
          expect(line).toMatch(/^[ -~]*$/);
        }
      }
    }),
    { numRuns: 30, seed: 4 },
  );
});

test.each([
  [1, 1],
  [2, 1],
  [3, 2],
  [4, 3],
  [24, 23],
])('a frame in a terminal of %i rows has %i, so that nothing scrolls', (rows, lines) => {
  const run = runOf({ tasks: [{ id: 'cart' }] });
  for (const zoomed of [false, true]) {
    for (const screen of ['tasks', 'graph'] as const) {
      expect(partsOf(screenOf(viewOf(run, { rows, zoomed, screen })))).toHaveLength(lines);
    }
  }
});

test('the parts share the rows: the list keeps three, and a panel of less than two is none', () => {
  const run = runOf({ tasks: [{ id: 'cart' }] });
  const shares = (rows: number, ui: Partial<UiState>) => {
    const { body, tabs, panel, footer } = screenOf(viewOf(run, { rows, ...ui }));
    return [body.length, tabs.length, panel.length, footer.length];
  };
  expect(shares(24, { panelShare: 0 })).toEqual([21, 0, 0, 1]);
  expect(shares(24, { panelShare: 4 })).toEqual([13, 1, 7, 1]);
  expect(shares(24, { panelShare: 8 })).toEqual([4, 1, 16, 1]);
  expect(shares(9, { panelShare: 8 })).toEqual([3, 1, 2, 1]);
  expect(shares(8, { panelShare: 8 })).toEqual([5, 0, 0, 1]);
  expect(shares(24, { zoomed: true })).toEqual([0, 1, 20, 1]);
  expect(shares(3, { zoomed: true })).toEqual([1, 0, 0, 0]);
});

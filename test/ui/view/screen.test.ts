import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyRunState } from '../../../src/core/run-state.ts';
import { ASCII, UNICODE } from '../../../src/ui/glyphs.ts';
import { screenOf } from '../../../src/ui/view/screen.ts';
import { anyStanding, anyText, anyUi } from '../any-ui.ts';
import { happen, newRun } from '../happenings.ts';
import { expectExact, viewOf } from './views.ts';

test('x', () => {
  const sizes = {
    columns: fc.integer({ min: +(process.env.MINC ?? 20), max: +(process.env.MAXC ?? 300) }),
    rows: fc.integer({ min: +(process.env.MINR ?? 5), max: +(process.env.MAXR ?? 100) }),
  };
  const picks = fc.noBias(fc.array(fc.nat(1_000_000), { maxLength: 400, size: 'max' }));
  const stats = new Map<string, number>();
  fc.assert(
    fc.property(
      fc.nat(20),
      picks,
      fc.array(anyText, { minLength: 1, maxLength: 5 }),
      fc.gen(),
      fc.boolean(),
      (count, order, texts, gen, isAscii) => {
        const run = emptyRunState();
        newRun(run, count);
        const text = (pick: number) => texts[pick % texts.length] ?? '';
        for (const pick of order) {
          const k = happen(run, pick, { text }).kind;
          stats.set(k, (stats.get(k) ?? 0) + 1);
        }
        for (let at = 0; at < 10; at++) {
          const ui = gen(anyUi, run, sizes);
          const view = viewOf(run, ui, { standing: gen(() => anyStanding), glyphs: isAscii ? ASCII : UNICODE });
          const { header, body, tabs, panel, footer, dialog } = screenOf(view);
          const all = [...header, ...body, ...tabs, ...panel, ...footer];
          expect(all).toHaveLength(Math.max(1, ui.rows - 1));
          expectExact(all, ui.columns);
          if (dialog === null) continue;
          const width = Math.min(84, ui.columns);
          expectExact(dialog.lines, width);
          expect(dialog.left + width).toBeLessThanOrEqual(ui.columns);
          expect(dialog.left).toBeGreaterThanOrEqual(0);
          expect(dialog.top).toBeGreaterThanOrEqual(0);
          expect(dialog.top + dialog.lines.length).toBeLessThanOrEqual(Math.max(1, ui.rows - 1));
        }
      },
    ),
    { numRuns: +(process.env.RUNS ?? 100), ...(process.env.SEED ? { seed: +process.env.SEED } : {}) },
  );
  console.log(stats);
}, 300_000);

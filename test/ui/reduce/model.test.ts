import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyRunState } from '../../../src/core/run-state.ts';
import { COMMANDS } from '../../../src/ui/keymap/commands.ts';
import type { Standing } from '../../../src/ui/ports.ts';
import { paste, press } from '../../../src/ui/reduce/press.ts';
import { settled } from '../../../src/ui/reduce/settled.ts';
import type { Effect } from '../../../src/ui/reduce/step.ts';
import { frameRows, layoutOf } from '../../../src/ui/view/layout.ts';
import { topOf } from '../../../src/ui/view/list.ts';
import { cursorRow, rowsOf } from '../../../src/ui/view/rows.ts';
import { screenOf } from '../../../src/ui/view/screen.ts';
import type { View } from '../../../src/ui/view/view.ts';
import { anyStanding, anyText } from '../any-ui.ts';
import { happen, newRun } from '../happenings.ts';
import { expectExact, HOSTILE, viewOf } from '../view/views.ts';
import { pressed } from './pressing.ts';

const KEYS = [...new Set(COMMANDS.flatMap(({ keys }) => keys))];

/** What may come next: a key, mostly. */
const step = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...KEYS).map((key) => ({ key })) },
  { weight: 2, arbitrary: fc.constantFrom('a', '1', 'space', 'x', '界', 'left', 'backspace').map((key) => ({ key })) },
  { weight: 4, arbitrary: fc.noBias(fc.nat(1_000_000)).map((pick) => ({ pick })) },
  { weight: 1, arbitrary: anyText.map((text) => ({ text })) },
  {
    weight: 1,
    arbitrary: fc.record({ columns: fc.integer({ min: 20, max: 300 }), rows: fc.integer({ min: 5, max: 100 }) }),
  },
);
type Happens = typeof step extends fc.Arbitrary<infer T> ? T : never;

test('whatever is pressed while the run goes on, nothing that is chosen is lost or cannot be', () => {
  fc.assert(
    fc.property(fc.nat(12), anyStanding, fc.boolean(), fc.array(step, { maxLength: 120, size: 'max' }), (...given) => {
      const [count, standing, readOnly, steps] = given;
      const run = emptyRunState();
      newRun(run, count);
      let view = viewOf(run, { readOnly, rows: 30 }, { standing });
      for (const [at, what] of steps.entries()) {
        const { view: next, effects } = taken(view, what);
        expectFit(next, view, effects);
        if (at % 13 === 0) expectDrawn(next);
        view = next;
      }
      expectBare(pressed(view, ...Array.from({ length: 9 }, () => 'esc')).view);
    }),
    { numRuns: 70, seed: 21 },
  );
});

function taken(view: View, what: Happens): { readonly view: View; readonly effects: readonly Effect[] } {
  const { run } = view;
  if ('pick' in what) happen(run, what.pick, { text: (pick) => (pick % 3 === 0 ? HOSTILE : `text ${pick % 9}`) });
  const { ui, effects } =
    'key' in what
      ? press(view, what.key)
      : 'text' in what
        ? paste(view, what.text)
        : { ui: 'columns' in what ? { ...view.ui, ...what } : view.ui, effects: [] };
  return { view: { ...view, ui: settled(run, { ...ui, now: ui.now + 100 }) }, effects };
}

function expectFit(view: View, before: View, effects: readonly Effect[]): void {
  const { run, ui } = view;
  const { cursor, marked, dialog } = ui;
  const known = [
    ...[...run.tasks.keys()].map((id) => `task:${id}`),
    ...[...run.workstreams.keys()].map((id) => `lane:${id}`),
  ];
  if (cursor !== null) expect(known).toContain(cursor);
  for (const id of marked) expect(run.tasks.has(id)).toBe(true);
  const rows = rowsOf(run, ui);
  const row = cursorRow(run, ui);
  expect(row === null).toBe(rows.rows.length === 0);
  if (cursor !== null && rows.at.has(cursor)) expect(row?.row.key).toBe(cursor);
  const { body } = layoutOf(ui);
  if (row !== null && body > 0) {
    const top = topOf(rows, row.index, ui, body);
    expect(row.index >= top && row.index < top + body).toBe(true);
  }
  if (dialog?.kind === 'retry' || dialog?.kind === 'confirm') expect(dialog.tasks.length).toBeGreaterThan(0);
  expectAllowed(effects, before);
}

/** Looking alone changes nothing, and a replay only itself. */
function expectAllowed(effects: readonly Effect[], { ui, standing }: View): void {
  const looks: Effect['kind'][] = ['leave', 'suspend', 'redraw', 'play'];
  for (const effect of effects) {
    if (ui.readOnly || standing.kind === 'replay' || standing.kind === 'opening') expect(looks).toContain(effect.kind);
    if (effect.kind === 'play') expect(standing.kind).toBe('replay');
    if (effect.kind === 'leave' && !mayOwn(standing, ui.readOnly)) expect(effect.how).toBe('look');
    if (effect.kind === 'ask') expect(effect.wishes.length).toBeGreaterThan(0);
  }
}

function mayOwn({ kind }: Standing, readOnly: boolean): boolean {
  return kind === 'mine' || (kind === 'opening' && !readOnly);
}

function expectDrawn(view: View): void {
  const { header, body, tabs, panel, footer, dialog } = screenOf(view);
  const lines = [...header, ...body, ...tabs, ...panel, ...footer];
  expect(lines).toHaveLength(frameRows(view.ui.rows));
  expectExact(lines, view.ui.columns);
  expectExact(dialog?.lines ?? [], Math.min(84, view.ui.columns));
}

function expectBare({ ui }: View): void {
  expect(ui).toMatchObject({ screen: 'tasks', zoomed: false, dialog: null, filter: '', filterField: null });
  expect(ui).toMatchObject({ statuses: null, toast: null, marked: new Set() });
}

test('the cursor stays on its task while the run goes on, whatever else comes and goes', () => {
  const picks = fc.noBias(fc.array(fc.nat(1_000_000), { maxLength: 60, size: 'max' }));
  const looks = fc.constantFrom<readonly string[]>([], ['s'], ['s', 's'], ['+'], ['/', 'a', 'enter'], ['f', 'enter']);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(20), looks, picks, (count, down, keys, order) => {
      const run = emptyRunState();
      newRun(run, count);
      const moves = Array.from({ length: down }, () => 'j');
      let { view } = pressed(viewOf(run), ...moves, ...keys);
      const { cursor } = view.ui;
      for (const pick of order) {
        happen(run, pick);
        view = { ...view, ui: settled(run, view.ui) };
        const isThere = cursor?.startsWith('lane:') || run.tasks.has(cursor?.slice('task:'.length) ?? '');
        if (!isThere) return;
        expect(view.ui.cursor).toBe(cursor);
        if (rowsOf(run, view.ui).at.has(cursor ?? 'task:')) expect(cursorRow(run, view.ui)?.row.key).toBe(cursor);
      }
    }),
    { numRuns: 80, seed: 22 },
  );
});

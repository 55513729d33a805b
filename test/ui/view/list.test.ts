import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fact } from '../../../src/core/events.ts';
import type { Line } from '../../../src/ui/line.ts';
import { cut } from '../../../src/ui/text/cut.ts';
import type { RowKey, UiState } from '../../../src/ui/ui-state.ts';
import { columnsOf } from '../../../src/ui/view/columns.ts';
import { drawList, topOf } from '../../../src/ui/view/list.ts';
import { rowsOf } from '../../../src/ui/view/rows.ts';
import type { View } from '../../../src/ui/view/view.ts';
import type { GraphSpec } from '../../support/graphs.ts';
import { anyRun, anyUi } from '../any-ui.ts';
import { BEGIN } from '../happenings.ts';
import { blocked, facts, laneActive } from './happened.ts';
import { goOn, runOf, START, textOf, textsOf, viewOf } from './views.ts';

const SHOP: GraphSpec = {
  workstreams: [{ id: 'api' }, { id: 'web', parallel: true }],
  tasks: [
    { id: 'spec', ws: 'api', role: 'spec_writer', framework: 'claude_code' },
    { id: 'cart', ws: 'api', role: 'implementer', framework: 'claude_code', deps: ['spec'] },
    { id: 'tests', ws: 'api', role: 'test_writer', framework: 'codex', deps: ['cart'] },
    { id: 'page', ws: 'web' },
  ],
};
const [spec, cart, page] = [facts('spec'), facts('cart'), facts('page')];
const PULL = 'https://forge.example/shop/pull/32';
const BEFORE = [
  laneActive('api'),
  laneActive('web'),
  ...spec.working,
  spec.handedOver(PULL),
  spec.merged(PULL),
  ...cart.working,
  cart.failed('3 tests failed'),
  blocked('tests', 'cart'),
  ...page.working,
];
const NOW = START + 120_000;

function shopView(columns: number, ui: Partial<UiState> = {}, view: Partial<View> = {}): View {
  return viewOf(runOf(SHOP, BEFORE), { columns, now: NOW, cursor: 'task:cart', ...ui }, view);
}

function drawn(view: View, rows = 40): string[] {
  return textsOf(drawList(view, { columns: view.ui.columns, rows })).map((text) => text.trimEnd());
}

test.each<readonly [number, readonly string[]]>([
  [
    140,
    [
      '  api  agentrelay/shop/ws/api → main                                                                                                 active',
      '  ✔ spec      spec_writer  claude_code  ■■■■■■·  merged      #32    0:05  feedbeef',
      '❯ ✖ cart      implementer  claude_code  ■■■✖···  failed             0:04  3 tests failed · 1 wait',
      '  ◌ tests     test_writer  codex        ·······  blocked               —  by cart',
      '  web  agentrelay/shop/ws/web → main  parallel                                                                              1 agent at work',
      '  ● page      generic      command      ■■■◧···  working            1:45  agentrelay:page',
    ],
  ],
  [
    80,
    [
      '  api  agentrelay/shop/ws/api → main                                     active',
      '  ✔ spec      ■■■■■■·  merged        0:05  feedbeef',
      '❯ ✖ cart      ■■■✖···  failed        0:04  3 tests failed · 1 wait',
      '  ◌ tests     ·······  blocked          —  by cart',
      '  web  agentrelay/shop/ws/web → main  parallel                  1 agent at work',
      '  ● page      ■■■◧···  working       1:45  agentrelay:page',
    ],
  ],
  [
    40,
    [
      '  api                            active',
      '  ✔ spec              merged        0:05',
      '❯ ✖ cart              failed        0:04',
      '  ◌ tests             blocked          —',
      '  web                   1 agent at work',
      '  ● page              working       1:45',
    ],
  ],
  [20, ['  api        active', '  ✔ spec', '❯ ✖ cart', '  ◌ tests', '  web', '  ● page']],
])('the list at %i columns', (columns, lines) => {
  expect(drawn(shopView(columns))).toEqual(lines);
});

test('the row of the cursor is marked, and lies on another ground; marked tasks have their own mark', () => {
  const lines = drawList(shopView(80, { marked: new Set(['page']) }), { columns: 80, rows: 40 });
  expect(lines.map(({ ground }) => ground ?? '')).toEqual(['', '', 'selected', '', '', '']);
  expect(textOf(lines[5])).toMatch(/^ {2}◆ page/);
});

test('letters that a filter has found stand out, and nothing else does', () => {
  const lines = drawList(shopView(80, { filter: 'cart' }), { columns: 80, rows: 40 });
  const lit = lines.flatMap(({ words }) => words.filter(({ tone }) => tone === 'match').map(({ text }) => text));
  expect(lit).toEqual(['cart']);
});

test.each([
  [{ filter: 'nothing' }, {}, '  no task matches; Esc shows all'],
  [{ statuses: new Set(['needs'] as const) }, {}, '  no task matches; Esc shows all'],
])('a list of nothing says why', (ui, view, text) => {
  expect(drawn(shopView(80, ui, view))).toEqual([text]);
});

test('a run without tasks says so, and one that is being opened too', () => {
  const empty = runOf({ tasks: [], workstreams: [] });
  expect(drawn(viewOf(empty))).toEqual(['  no tasks']);
  expect(drawn(viewOf(empty, {}, { standing: { kind: 'opening' } }))).toEqual(['  opening the run']);
});

test('a second attempt has its number beside the name', () => {
  const view = shopView(80);
  goOn(view.run, [cart.retrying(), ...facts('cart', 2).started]);
  expect(drawn(view)[2]).toMatch(/^❯ ● cart #2 {3}◧······ {2}preparing/);
});

test.each([
  ['auto_merge_off', 'held: auto merge off'],
  ['concerns', 'held: concerns'],
] as const)('a lane that is held says why: %s', (reason, text) => {
  const view = shopView(80);
  const workstream = 'web';
  goOn(view.run, [
    { kind: 'workstream_merge_ready', workstream, commit: 'beef' },
    { kind: 'workstream_pr_created', workstream, pr: 'local:x', branch: 'x', target: 'main', commit: 'beef' },
    { kind: 'workstream_held', workstream, reason, details: [], merge_command: 'git merge x' },
  ]);
  expect(drawn(view)[4]).toBe(`  web  agentrelay/shop/ws/web → main  parallel${text.padStart(33)}`);
});

test('what is on the screen is a part of the whole list, whatever is scrolled: no column moves', () => {
  const sizes = { columns: fc.integer({ min: 20, max: 200 }), rows: fc.constant(24) };
  fc.assert(
    fc.property(anyRun, fc.gen(), fc.integer({ min: 1, max: 12 }), (run, gen, rows) => {
      const view = viewOf(run, gen(anyUi, run, sizes));
      const { columns } = view.ui;
      const whole = drawList(view, { columns, rows: 1_000 });
      const seen = drawList(view, { columns, rows });
      expect(seen.length).toBe(Math.min(rows, whole.length));
      const texts = textsOf(whole);
      const at = whole.findIndex(({ ground }) => ground === 'selected');
      expect(texts.join('\n')).toContain(textsOf(seen).join('\n'));
      // The cursor is always to be seen.
      expect(seen.filter(({ ground }) => ground === 'selected')).toHaveLength(at < 0 ? 0 : 1);
    }),
    { numRuns: 40, seed: 8 },
  );
});

test('while time goes on nothing but the time changes, and it stays in its column', () => {
  const sizes = { columns: fc.integer({ min: 36, max: 200 }), rows: fc.constant(24) };
  const hour = 3_600_000;
  const times = [0, 9_000, 61_000, hour - 1_000, hour, 24 * hour, 100 * 24 * hour, 40_000 * 24 * hour];
  fc.assert(
    fc.property(anyRun, fc.gen(), (run, gen) => {
      const ui = gen(anyUi, run, sizes);
      const { columns } = ui;
      const { note, time } = columnsOf(run, columns);
      const end = columns - (note === 0 ? 0 : note + 2);
      const without = (line: Line) => `${cut(textOf(line), 0, end - time)}|${cut(textOf(line), end, columns)}`;
      const at = (now: number) => drawList(viewOf(run, { ...ui, now: BEGIN + now }), { columns, rows: 60 });
      const first = at(0);
      for (const now of times) {
        const lines = at(now);
        for (const [row, line] of lines.entries()) {
          const isLane = rowsOf(run, ui).rows[row]?.kind !== 'task';
          expect(isLane ? textOf(line) : without(line)).toBe(isLane ? textOf(first[row]) : without(first[row] as Line));
        }
      }
    }),
    { numRuns: 25, seed: 9 },
  );
});

test('the cursor stays on its line of the screen as rows come before it, as far as the list allows', () => {
  const keys = Array.from({ length: 30 }, (_, at): RowKey => `task:t${at}`);
  const rows = { rows: keys.map((key) => ({ key, kind: 'task' as const, id: key, lane: 'x' })) };
  const top = (cursor: number, cursorLine: number) =>
    topOf({ ...rows, at: new Map(), shown: 30, found: new Map() }, cursor, { cursorLine }, 10);
  expect(top(12, 4)).toBe(8);
  expect(top(13, 4)).toBe(9);
  expect(top(2, 4)).toBe(0);
  expect(top(29, 4)).toBe(20);
  expect(top(29, 99)).toBe(20);
  expect(top(0, -1)).toBe(0);
});

test.each<[string, readonly Fact[], number, string]>([
  [
    'one that asks comes before one at work',
    [...cart.working, cart.asks('Which?'), ...page.working],
    100,
    '1 needs you',
  ],
  ['parked ones are not at work', [...cart.working, cart.parked('2030-01-01T00:00:00Z')], 100, '1 parked'],
  ['some of each', [...cart.working, cart.asks(null), ...spec.working], 100, '1 needs you, 1 agent at work'],
  ['where there is little room', [...cart.working, cart.asks(null), ...spec.working], 32, '1 needs you'],
])('a lane tells what its agents do: %s', (_, happened, columns, words) => {
  const [lane = ''] = drawn(viewOf(runOf(SHOP, [laneActive('api'), ...happened]), { columns, now: NOW }));
  expect(lane.trimEnd().endsWith(`  ${words}`)).toBe(true);
});

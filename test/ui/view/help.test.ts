import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ASCII, UNICODE } from '../../../src/ui/glyphs.ts';
import { COMMANDS } from '../../../src/ui/keymap/commands.ts';
import { createKeymap } from '../../../src/ui/keymap/keymap.ts';
import { widthOf } from '../../../src/ui/text/fit.ts';
import { fieldOf } from '../../../src/ui/text-field.ts';
import type { UnderDialog } from '../../../src/ui/ui-state.ts';
import { drawHelp, helpScroll } from '../../../src/ui/view/help.ts';
import type { View } from '../../../src/ui/view/view.ts';
import { runOf, textOf, textsOf, viewOf } from './views.ts';

const run = runOf({ tasks: [{ id: 'cart' }] });

function helpView(typed: string, more: { from?: UnderDialog; top?: number } = {}, view: Partial<View> = {}): View {
  const { from = null, top = 0 } = more;
  return viewOf(run, { cursor: 'task:cart', dialog: { kind: 'help', field: fieldOf(typed), top, from } }, view);
}

function helpText(view: View, columns: number): string {
  const scroll = helpScroll(view, columns);
  return textsOf(scroll.lines(0, scroll.count)).join('\n');
}

/** What stands beside keys: what they do, and the reason why they do nothing. */
function entries(view: View): string[] {
  return helpText(view, 200)
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .map((line) => line.trim().replace(/ {2,}/, '  '));
}

test.each([
  ['unicode', UNICODE],
  ['ascii', ASCII],
])('every key of every command is there, with what it does (%s)', (_, glyphs) => {
  const view = helpView('', {}, { glyphs });
  const found = entries(view);
  expect(found).toHaveLength(COMMANDS.length);
  for (const [at, { id, does }] of COMMANDS.toSorted(byGroup).entries()) {
    const keys = view.keymap.keysOf(id).map((key) => view.keymap.keyText(key, glyphs));
    expect(found[at]?.replace(/ \((?!.* \().*\)$/, '')).toBe(`${keys.join(' ')}  ${does}`);
  }
});

function byGroup(a: { readonly group: string }, b: { readonly group: string }): number {
  const order = ['move', 'look', 'act', 'run', 'dialog'];
  return order.indexOf(a.group) - order.indexOf(b.group);
}

test('a key that does nothing just now says why, where the help was asked for', () => {
  const inList = entries(helpView('attach'));
  expect(inList).toEqual(["↵  into the agent's window; the dashboard comes back (cart has not been started)"]);
  const [mark] = entries(helpView('mark', { from: { kind: 'quit', at: 0 } }));
  expect(mark).toBe('Space  mark the task: acts are for all that are marked (only in: list)');
  expect(entries(helpView('half a page up'))).toEqual(['Ctrl-U  half a page up']);
  const dim = helpScroll(helpView('mark', { from: { kind: 'quit', at: 0 } }), 80).lines(1, 1)[0]?.words ?? [];
  const tones = dim.filter(({ text }) => text.trim() !== '').map(({ tone }) => tone);
  expect([...new Set(tones)]).toEqual(['quiet', 'warn']);
});

test.each([
  ['r', ['retry']],
  ['?', ['help']],
  ['ctrl-d', ['half_page_down']],
  ['pgdn', ['page_down']],
  ['REPLAY twice', ['faster']],
  ['tab_next', ['tab_next']],
  ['no such thing', []],
])('what is typed finds keys, names and words: %s', (typed, ids) => {
  const found = entries(helpView(typed));
  expect(found).toEqual(ids.map((id) => expect.stringContaining(COMMANDS.find((one) => one.id === id)?.does ?? '?')));
  if (ids.length === 0) expect(helpText(helpView(typed), 80)).toContain('no key does that');
});

test("a person's own keys are shown, and a command without one says so", () => {
  const keymap = createKeymap({ retry: ['R'], mark: [] });
  expect(entries(helpView('again retry', {}, { keymap }))[0]).toMatch(/^R {2}try/);
  expect(entries(helpView('marked', {}, { keymap }))[0]).toMatch(/^— {2}mark the task.*has no key in your config file/);
});

test('what is typed stands first, and a window over more than fits tells where it is', () => {
  const area = { columns: 36, rows: 10 };
  const top = textsOf(drawHelp(helpView('pa'), area));
  expect(top[0]?.trimEnd()).toBe(' find: pa');
  const all = helpScroll(helpView(''), area.columns);
  const end = drawHelp(helpView('', { top: 10_000 }), area);
  expect(end).toHaveLength(10);
  expect(end.slice(1, -1)).toEqual(all.lines(all.count - 8, 8));
  expect(textOf(end.at(-1))).toContain(`${all.count - 7}-${all.count} of ${all.count}`);
});

test('every line is as wide as its place, whatever is typed', () => {
  const typed = fc.oneof(fc.constantFrom('', 'page', 'tab'), fc.string({ unit: 'grapheme', maxLength: 60 }));
  const sizes = fc.record({ columns: fc.integer({ min: 1, max: 200 }), rows: fc.integer({ min: 0, max: 60 }) });
  fc.assert(
    fc.property(typed, sizes, fc.nat(300), (text, area, top) => {
      const lines = drawHelp(helpView(text, { top }), area);
      expect(lines.length).toBeLessThanOrEqual(area.rows);
      for (const line of lines) expect(widthOf(line.words)).toBe(area.columns);
    }),
    { numRuns: 60, seed: 5 },
  );
});

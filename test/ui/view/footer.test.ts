import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ASCII, UNICODE } from '../../../src/ui/glyphs.ts';
import { COMMANDS, type Mode } from '../../../src/ui/keymap/commands.ts';
import { createKeymap } from '../../../src/ui/keymap/keymap.ts';
import { unavailable } from '../../../src/ui/keymap/unavailable.ts';
import { cells } from '../../../src/ui/text/width.ts';
import { fieldOf } from '../../../src/ui/text-field.ts';
import type { UiState } from '../../../src/ui/ui-state.ts';
import { drawFooter, fieldWords } from '../../../src/ui/view/footer.ts';
import type { View } from '../../../src/ui/view/view.ts';
import { anyText } from '../any-ui.ts';
import { facts } from './happened.ts';
import { expectExact, HOSTILE, runOf, START, textOf, viewOf } from './views.ts';

const cart = facts('cart');

function shop(ui: Partial<UiState> = {}, view: Partial<View> = {}): View {
  return viewOf(runOf({ tasks: [{ id: 'cart' }] }, [...cart.working, cart.failed('no')]), ui, view);
}

function footer(view: View, width: number, mode: Mode = 'tasks'): string {
  return textOf(drawFooter(view, mode, width)).trimEnd();
}

test.each([
  [100, ' r retry  t teardown  n next that needs you  d diff  / filter  v zoom  ? keys  q quit'],
  [80, ' r retry  t teardown  n next that needs you  d diff  / filter  ? keys  q quit'],
  [60, ' r retry  t teardown  d diff  / filter  ? keys  q quit'],
  [40, ' r retry  t teardown  ? keys  q quit'],
  [20, ' ? keys  q quit'],
  [9, ' ? keys'],
])('the keys that do something now, as many as there is room for: %i', (width, text) => {
  expect(footer(shop(), width)).toBe(text);
});

test('what a person may not do is not offered', () => {
  expect(footer(shop({ readOnly: true }), 100)).toBe(
    ' n next that needs you  d diff  / filter  v zoom  ? keys  q quit',
  );
});

test("a person's own keys are shown", () => {
  const keymap = createKeymap({ retry: ['R'] });
  expect(footer(shop({}, { keymap }), 100)).toMatch(/^ R retry {2}t teardown/);
});

test('only keys that work in this mode are offered, and none twice, at any width', () => {
  const modes = [...new Set(COMMANDS.flatMap((command) => command.modes))];
  for (const mode of modes) {
    for (const width of [1, 9, 20, 33, 47, 80, 120]) {
      const view = shop();
      expectExact([drawFooter(view, mode, width)], width);
      const shown = footer(view, width, mode)
        .trim()
        .split(/ {2,}/)
        .filter((text) => text !== '');
      expect(new Set(shown).size).toBe(shown.length);
      for (const text of width < 12 ? [] : shown) {
        const [key = '', ...label] = text.split(' ');
        const command = COMMANDS.find(({ footer }) => footer?.label === label.join(' '));
        expect([text, command?.modes.includes(mode)]).toEqual([text, true]);
        expect(command && view.keymap.keyText(view.keymap.keysOf(command.id)[0] ?? '', UNICODE)).toBe(key);
        expect(command && unavailable(command.id, view)).toBeNull();
      }
    }
  }
});

test('what there is to say for a moment takes the place of the keys, safe and cut with a sign', () => {
  const say = (text: string) => shop({ toast: { text, tone: 'bad', until: START } });
  expect(footer(say('no task matches'), 40)).toBe(' no task matches');
  expect(footer(say('a'.repeat(60)), 20)).toBe(` ${'a'.repeat(18)}…`);
  expectExact([drawFooter(say(HOSTILE), 'tasks', 20)], 20);
});

test('a filter that is typed stands where the keys were', () => {
  const typed = shop({ filterField: fieldOf('cart'), toast: { text: 'x', tone: 'bad', until: START } });
  const line = drawFooter(typed, 'filter', 40);
  expect(textOf(line).trimEnd()).toBe(' / cart');
  expect(line.words.find(({ sgr }) => sgr === '7')?.text).toBe(' ');
});

test('the letter under the cursor is always to be seen, whatever is typed and however wide the letters are', () => {
  const glyphs = fc.constantFrom(UNICODE, ASCII);
  const label = fc.constantFrom('', ' / ', '  note to the agent  ');
  fc.assert(
    fc.property(
      anyText,
      fc.nat(300),
      fc.integer({ min: 25, max: 120 }),
      label,
      glyphs,
      (text, back, width, before, of) => {
        const typed = fieldOf(text.replace(/\p{Cc}+/gu, ' '));
        const words = fieldWords(before, { ...typed, at: Math.max(0, typed.at - back) }, width, of);
        expectExact([{ words }], width);
        const cursor = words.filter(({ sgr }) => sgr === '7');
        expect(cursor).toHaveLength(1);
        expect(cells(cursor[0]?.text ?? '')).toBeGreaterThan(0);
        expect(cursor[0]?.text).not.toBe(of.ellipsis);
        expect(words[0]?.text).toBe(before);
      },
    ),
    { numRuns: 300, seed: 6 },
  );
});

test('a long text moves along with its cursor, and says that it goes on', () => {
  const field = { text: 'abcdefghijklmnopqrstuvwxyz', at: 26 };
  const shown = (at: number) => textOf({ words: fieldWords('> ', { ...field, at }, 12, UNICODE) });
  expect(shown(26)).toBe('> rstuvwxyz ');
  expect(shown(25)).toBe('> qrstuvwxyz');
  expect(shown(20)).toBe('> mnopqrstu…');
  expect(shown(0)).toBe('> abcdefghi…');
});

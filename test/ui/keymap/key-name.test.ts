import { expect, test } from 'vitest';
import { UNICODE } from '../../../src/ui/glyphs.ts';
import { COMMANDS } from '../../../src/ui/keymap/commands.ts';
import { parseKeyName } from '../../../src/ui/keymap/key-name.ts';
import { keyText } from '../../../src/ui/keymap/key-text.ts';

test.each([
  ['j', 'j'],
  ['J', 'J'],
  ['shift+j', 'J'],
  ['+', '+'],
  ['-', '-'],
  ['<', '<'],
  ['^', '^'],
  [' ', 'space'],
  ['Space', 'space'],
  ['Esc', 'esc'],
  ['Escape', 'esc'],
  ['<esc>', 'esc'],
  ['Return', 'enter'],
  ['<CR>', 'enter'],
  ['PgDn', 'pagedown'],
  ['Page Down', 'pagedown'],
  ['page_up', 'pageup'],
  ['Ctrl-D', 'ctrl+d'],
  ['ctrl + d', 'ctrl+d'],
  ['C-d', 'ctrl+d'],
  ['<c-d>', 'ctrl+d'],
  ['^D', 'ctrl+d'],
  ['Control+]', 'ctrl+]'],
  ['ctrl+space', 'ctrl+space'],
  ['M-x', 'alt+x'],
  ['Alt-X', 'alt+X'],
  ['alt+shift+x', 'alt+X'],
  ['Alt--', 'alt+-'],
  ['C-M-d', 'ctrl+alt+d'],
  ['S-Tab', 'shift+tab'],
  ['shift+tab', 'shift+tab'],
  ['Shift-Up', 'shift+up'],
  ['alt+ctrl+left', 'ctrl+alt+left'],
  ['日', '日'],
])('%j is %s', (written, key) => {
  expect(parseKeyName(written)).toEqual({ key });
});

test.each([
  ['F5', 'no one way'],
  ['Ctrl-F12', 'no one way'],
  ['Insert', 'no one way'],
  ['Cmd-K', 'desktop'],
  ['Ctrl-I', 'tab'],
  ['c-m', 'enter'],
  ['<c-[>', 'esc'],
  ['ctrl+h', 'backspace'],
  ['ctrl+1', 'letters only'],
  ['ctrl+shift+d', 'ctrl+d'],
  ['shift+1', 'sign itself'],
  ['alt+[', 'sequences'],
  ['shift+enter', 'from enter'],
  ['ctrl+tab', 'from tab'],
  ['', 'no key'],
  ['jj', 'no key'],
  ['ctrl+', 'no key'],
  ['constructor', 'no key'],
  ['constructor+x', 'no key'],
])('%j is refused: %s', (written, why) => {
  expect(parseKeyName(written)).toEqual({ refused: expect.stringContaining(why) });
});

test('every key of the table can be written as it is shown, and is a name of its own', () => {
  for (const key of COMMANDS.flatMap(({ keys }) => keys)) {
    expect(parseKeyName(key)).toEqual({ key });
    expect(parseKeyName(keyText(key)), keyText(key)).toEqual({ key });
  }
});

test.each([
  ['j', 'j', 'j'],
  ['enter', '↵', 'Enter'],
  ['shift+down', 'Shift-↓', 'Shift-Down'],
  ['ctrl+d', 'Ctrl-D', 'Ctrl-D'],
  ['ctrl+alt+d', 'Ctrl-Alt-D', 'Ctrl-Alt-D'],
  ['alt+x', 'Alt-x', 'Alt-x'],
  ['alt++', 'Alt-+', 'Alt-+'],
  ['+', '+', '+'],
])('%s is shown as %s, or %s where there are no glyphs', (key, text, plain) => {
  expect(keyText(key, UNICODE)).toBe(text);
  expect(keyText(key)).toBe(plain);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EMPTY_FIELD, edit, fieldOf, insert, letters, type TextField } from '../../src/ui/text-field.ts';

/** As a person sees it: a bar where the next letter goes. */
function shown({ text, at }: TextField): string {
  const all = letters(text);
  return `${all.slice(0, at).join('')}|${all.slice(at).join('')}`;
}

function typed(text: string): TextField {
  const at = letters(text).indexOf('|');
  return { text: text.replace('|', ''), at };
}

test.each([
  ['ab|c', 'left', 'a|bc'],
  ['|abc', 'left', '|abc'],
  ['a|bc', 'right', 'ab|c'],
  ['abc|', 'right', 'abc|'],
  ['ab|c', 'home', '|abc'],
  ['ab|c', 'ctrl+a', '|abc'],
  ['a|bc', 'end', 'abc|'],
  ['a|bc', 'ctrl+e', 'abc|'],
  ['ab|c', 'backspace', 'a|c'],
  ['|abc', 'backspace', '|abc'],
  ['a|bc', 'delete', 'a|c'],
  ['abc|', 'delete', 'abc|'],
  ['one two  |x', 'ctrl+w', 'one |x'],
  ['one|', 'ctrl+w', '|'],
  ['one t|wo', 'ctrl+u', '|wo'],
  ['one t|wo', 'ctrl+k', 'one t|'],
  ['界👨‍👩‍👧|e\u0301', 'backspace', '界|e\u0301'],
  ['界|e\u0301x', 'delete', '界|x'],
])('%s and %s: %s', (before, key, after) => {
  expect(shown(edit(typed(before), key) ?? EMPTY_FIELD)).toBe(after);
});

test('other keys are none of a text', () => {
  for (const key of ['enter', 'esc', 'tab', 'up', 'x', 'ctrl+x', 'pageup']) expect(edit(typed('a|b'), key)).toBeNull();
});

test('what is typed or pasted goes where the cursor is, on one line, without what a terminal would act on', () => {
  expect(shown(insert(typed('a|d'), 'bc'))).toBe('abc|d');
  expect(shown(insert(typed('a|d'), 'b\r\nc\t\x1b[2J\x07'))).toBe('ab c [2J |d');
  expect(shown(insert(typed('e|x'), '\u0301'))).toBe('e\u0301|x');
  expect(insert(EMPTY_FIELD, 'x'.repeat(1_000_000)).text).toHaveLength(20_000);
});

test('whatever is done to it, the cursor is in the text', () => {
  const keys = fc.constantFrom('left', 'right', 'home', 'end', 'backspace', 'delete', 'ctrl+w', 'ctrl+u', 'ctrl+k');
  const step = fc.oneof(
    keys.map((key) => ({ key })),
    fc.string({ unit: 'binary' }).map((text) => ({ text })),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.array(step, { maxLength: 12 }), (begin, steps) => {
      let field = fieldOf(begin);
      for (const one of steps) {
        field = 'key' in one ? (edit(field, one.key) ?? field) : insert(field, one.text);
        expect(field.at).toBeGreaterThanOrEqual(0);
        expect(field.at).toBeLessThanOrEqual(letters(field.text).length);
      }
    }),
    { numRuns: 20, seed: 1 },
  );
});

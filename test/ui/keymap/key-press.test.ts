import { expect, test } from 'vitest';
import { keyPresses, textOf } from '../../../src/ui/keymap/key-press.ts';
import { pressesOf } from './ink-keys.ts';

const NO_KEY = {
  ...{ upArrow: false, downArrow: false, leftArrow: false, rightArrow: false, pageDown: false, pageUp: false },
  ...{ home: false, end: false, return: false, escape: false, tab: false, backspace: false, delete: false },
  ...{ ctrl: false, shift: false, meta: false },
};

test.each([
  ['j', ['j']],
  ['jjj', ['j', 'j', 'j']],
  ['J', ['J']],
  ['gG?', ['g', 'G', '?']],
  [' ', ['space']],
  ['  a', ['space', 'space', 'a']],
  ['\r', ['enter']],
  ['\n', ['enter']],
  ['jj\r', ['j', 'j', 'enter']],
  ['a\r\nb', ['a', 'enter', 'b']],
  ['\t', ['tab']],
  ['\u001b[Z', ['shift+tab']],
  ['\u0003', ['ctrl+c']],
  ['j\u0003', ['j', 'ctrl+c']],
  ['\u0004', ['ctrl+d']],
  ['\u0004\u0004', ['ctrl+d', 'ctrl+d']],
  ['\u001c', ['ctrl+\\']],
  ['\u0000', ['ctrl+space']],
  ['\u007f', ['backspace']],
  ['\u0008', ['backspace']],
  ['\u001b[3~', ['delete']],
  ['\u001b[A', ['up']],
  ['\u001bOB', ['down']],
  ['\u001b[A\u001b[A', ['up', 'up']],
  ['\u001b[1;2B', ['shift+down']],
  ['\u001b[1;5C', ['ctrl+right']],
  ['\u001b[5~', ['pageup']],
  ['\u001b[6~', ['pagedown']],
  ['\u001b[H', ['home']],
  ['\u001b[4~', ['end']],
  ['\u001b', ['esc']],
  ['\u001bx', ['alt+x']],
  ['\u001bX', ['alt+X']],
  ['\u001b\r', ['alt+enter']],
  ['\u001b\u0004', ['ctrl+alt+d']],
  ['é', ['é']],
  ['e\u0301', ['e\u0301']],
  ['👩‍🚀日', ['👩‍🚀', '日']],
  // Keys that are none here: they press no others.
  ['\u001b[15~', []],
  ['\u001bOP', []],
  ['\u001b[2~', []],
  ['\u001b[27;5;9~', []],
  ['\u001b[?62;4c', []],
  ['[1]', ['[', '1', ']']],
])('the bytes %j are %j', async (bytes, presses) => {
  expect(await pressesOf(bytes)).toEqual(presses);
});

test('a key that is let go presses nothing', () => {
  expect(keyPresses('j', { ...NO_KEY, eventType: 'release' })).toEqual([]);
  expect(keyPresses('j', { ...NO_KEY, eventType: 'repeat' })).toEqual(['j']);
});

test('two escapes in one read are two', () => {
  expect(keyPresses('\u001b', { ...NO_KEY, escape: true, meta: true })).toEqual(['esc', 'esc']);
});

test.each([
  ['j', 'j'],
  ['?', '?'],
  ['space', ' '],
  ['日', '日'],
  ['enter', null],
  ['up', null],
  ['ctrl+d', null],
  ['alt+x', null],
])('%s types %j', (press, text) => {
  expect(textOf(press)).toBe(text);
});

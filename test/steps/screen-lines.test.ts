import { expect, test } from 'vitest';
import { cutLine, lastLines, standingAlone } from '../../src/steps/screen-lines.ts';

test('each line begins with the colours that the one before has left', () => {
  expect(standingAlone(['\u001b[31mred', 'still red', '\u001b[1mbold too', '\u001b[48;5;20mand blue', 'all'])).toEqual([
    '\u001b[31mred',
    '\u001b[31mstill red',
    '\u001b[31m\u001b[1mbold too',
    '\u001b[31;1m\u001b[48;5;20mand blue',
    '\u001b[31;1;48;5;20mall',
  ]);
});

test.each([
  ['\u001b[0m', ''],
  ['\u001b[m', ''],
  ['\u001b[0;4m', '\u001b[4m'],
  ['\u001b[39m', '\u001b[1;48;2;1;2;3m'],
  ['\u001b[49m', '\u001b[1;38;5;1m'],
  ['\u001b[38;2;4;5;6m', '\u001b[1;48;2;1;2;3;38;2;4;5;6m'],
  ['\u001b[92m', '\u001b[1;48;2;1;2;3;92m'],
  ['\u001b[4:3m\u001b[58:2::7:8:9m', '\u001b[1;38;5;1;48;2;1;2;3;4:3;58:2::7:8:9m'],
])('after %j the next line begins with %j', (sequence, start) => {
  expect(standingAlone([`\u001b[1m\u001b[38;5;1m\u001b[48;2;1;2;3mx${sequence}`, 'y'])[1]).toBe(`${start}y`);
});

test('line drawing becomes its characters, also on the next line, and sequences in it stay', () => {
  expect(standingAlone(['lq\u000elq\u001b[31mqk', 'xx\u000fx'])).toEqual(['lq┌─\u001b[31m─┐', '\u001b[31m││x']);
});

test('the last lines end where something is shown, and are no longer than they may be', () => {
  const lines = ['a', 'b', '', 'c\u001b[0m', ' \u001b[31m ', ''];
  expect(lastLines(lines, { count: 3, length: 10 })).toEqual(['b', '', 'c\u001b[0m']);
  expect(lastLines(['', '  '], { count: 3, length: 10 })).toEqual([]);
  expect(cutLine('abcdef', 3)).toBe('abc');
  expect(cutLine('abc\u001b[38;5;1mdef', 7)).toBe('abc');
  expect(cutLine('ab\u{1f642}', 3)).toBe('ab');
});

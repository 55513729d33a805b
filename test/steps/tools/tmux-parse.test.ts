import { expect, test } from 'vitest';
import { ControlParser, commandLine, quoteArgument } from '../../../src/steps/tools/tmux-parse.ts';

function parse(...lines: string[]) {
  const parser = new ControlParser();
  return lines.map((line) => parser.line(line)).filter((message) => message !== null);
}

test('a reply is what stands between its guards', () => {
  expect(parse('%begin 17 5 1', 'one', '', '%end 17 5 1')).toEqual([
    { kind: 'reply', ok: true, lines: ['one', ''], ours: true },
  ]);
  expect(parse('%begin 17 5 1', "can't find pane: %9", '%error 17 5 1')).toEqual([
    { kind: 'reply', ok: false, lines: ["can't find pane: %9"], ours: true },
  ]);
});

test('what hooks and the attach itself answer is not ours', () => {
  expect(parse('%begin 17 5 0', '%end 17 5 0')).toMatchObject([{ ours: false }]);
});

test('output that looks like guards or events stays output', () => {
  const output = ['%begin 17 6 1', '%end 17 6 1', '%error 16 5 1', '%end 17 5', '%exit', '%window-close @1'];
  expect(parse('%begin 17 5 1', ...output, '%end 17 5 1')).toMatchObject([{ kind: 'reply', lines: output }]);
});

test('events have a name and a rest', () => {
  expect(parse('%exit', '%window-close @3', '%subscription-changed a $0 @1 1 %5 : 1', 'noise')).toEqual([
    { kind: 'notification', name: 'exit', rest: '' },
    { kind: 'notification', name: 'window-close', rest: '@3' },
    { kind: 'notification', name: 'subscription-changed', rest: 'a $0 @1 1 %5 : 1' },
  ]);
});

test('a command line is one line, whatever is in it', () => {
  expect(commandLine([['a', 'b\nc'], ['d;']])).toBe('"a" "b\\012c" ; "d;"\n');
});

test('NUL cannot be said', () => {
  expect(() => quoteArgument('a\0b')).toThrow(TypeError);
});

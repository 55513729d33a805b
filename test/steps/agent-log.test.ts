import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { plainLines, readLogTail } from '../../src/steps/agent-log.ts';
import { temporaryFolder } from '../support/git-repository.ts';

function logOf(content: string | Buffer): string {
  const path = join(temporaryFolder(), 'agent.raw.log');
  writeFileSync(path, content);
  return path;
}

test.each<[string, string, string[]]>([
  ['lines of a terminal', 'a\r\nb\r\n', ['a', 'b']],
  ['an empty line', 'a\n\nb\n', ['a', '', 'b']],
  ['colours and moves', '\u001b[31mred\u001b[0m \u001b[2K\u001b[1;1Htext\n', ['red text']],
  ['titles and links', '\u001b]0;a title\u0007x\u001b]8;;http://h/p\u001b\\y\u001b]8;;\u001b\\\n', ['xy']],
  ['a line that was written over', '10%\r50%\r100%\r\ndone\n', ['100%', 'done']],
  ['other control characters', 'bell\u0007 back\u0008 tab\t. \u009b\u0000\n', ['bell back tab\t.']],
  ['a line without its end', 'a\nb', ['a', 'b']],
  ['nothing', '', []],
])('%s as text', (_, bytes, lines) => {
  expect(plainLines(Buffer.from(bytes))).toEqual(lines);
});

test('the last lines of a log, whole ones alone or to the end', () => {
  const path = logOf('a\nb\nc\nhalf');
  expect(readLogTail(path, 2, 'whole_lines')).toEqual({ lines: ['b', 'c'], cut: true, end: 6 });
  expect(readLogTail(path, 2, 'to_the_end')).toEqual({ lines: ['c', 'half'], cut: true, end: 10 });
  expect(readLogTail(path, 9, 'whole_lines')).toEqual({ lines: ['a', 'b', 'c'], cut: false, end: 6 });
});

test('of a large log only the end is read, from the first whole line on', () => {
  const path = logOf(`${'first '.repeat(200_000)}\n${'\u20ac'.repeat(100_000)}\n${'x'.repeat(800_000)}\nlast\n`);
  expect(readLogTail(path, 100, 'to_the_end')).toMatchObject({ lines: ['x'.repeat(800_000), 'last'], cut: true });
  // One that has no line break in it is still followed from its end.
  const single = logOf('y'.repeat(2_000_000));
  expect(readLogTail(single, 1, 'to_the_end')?.lines[0]).toHaveLength(1024 * 1024);
});

test('an empty log has no lines, one that is not there is null', () => {
  expect(readLogTail(logOf(''), 5, 'to_the_end')).toEqual({ lines: [], cut: false, end: 0 });
  expect(readLogTail(join(temporaryFolder(), 'none'), 5, 'to_the_end')).toBeNull();
});

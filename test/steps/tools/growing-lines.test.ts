import { execFileSync } from 'node:child_process';
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GrowingLines } from '../../../src/steps/tools/growing-lines.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

function file() {
  const path = join(temporaryFolder(), 'lines');
  return { path, lines: new GrowingLines(path), add: (text: string) => appendFileSync(path, text) };
}

test('each line is handed out once, when it is whole', () => {
  const { lines, add } = file();
  expect(lines.read()).toEqual({ lines: [], anew: false, more: false });
  add('one\ntw');
  expect(lines.read().lines).toEqual(['one']);
  expect(lines.read().lines).toEqual([]);
  add('o\n\nthree\n');
  expect(lines.read()).toEqual({ lines: ['two', '', 'three'], anew: false, more: false });
});

test('a character that was written in two parts is one', () => {
  const { path, lines } = file();
  const bytes = Buffer.from('ü€😀\n');
  for (const byte of bytes.subarray(0, -1)) {
    appendFileSync(path, Buffer.from([byte]));
    expect(lines.read().lines).toEqual([]);
  }
  appendFileSync(path, bytes.subarray(-1));
  expect(lines.read().lines).toEqual(['ü€😀']);
});

test('a file that was cut or replaced is read from its beginning, and says so', () => {
  const { path, lines, add } = file();
  add('one\ntwo\nhal');
  lines.read();
  writeFileSync(path, 'new\n');
  expect(lines.read()).toEqual({ lines: ['new'], anew: true, more: false });
  writeFileSync(`${path}.next`, 'other\nlonger than before\n');
  renameSync(`${path}.next`, path);
  expect(lines.read()).toEqual({ lines: ['other', 'longer than before'], anew: true, more: false });
  add('more\n');
  expect(lines.read()).toEqual({ lines: ['more'], anew: false, more: false });
});

test('a file that is large is read in parts, and a line that is too long is passed over', () => {
  const { lines, add } = file();
  const long = 'x'.repeat(1024 * 1024 + 1);
  add(`first\n${long}\n${`${'y'.repeat(1023)}\n`.repeat(5_000)}last\n`);
  const read: string[] = [];
  let parts = 0;
  for (let more = true; more; parts++) {
    const part = lines.read();
    read.push(...part.lines);
    more = part.more;
  }
  expect(parts).toBe(2);
  expect([read.length, read[0], read.at(-1)]).toEqual([5_002, 'first', 'last']);
});

test('what is no file, or is a pipe that nobody writes to, stops nobody', () => {
  const folder = temporaryFolder();
  expect(new GrowingLines(folder).read().lines).toEqual([]);
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  expect(new GrowingLines(pipe).read().lines).toEqual([]);
});

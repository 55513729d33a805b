import { closeSync, mkdtempSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makePipe, openBothEnds, writePipe } from '../../../../src/steps/environments/process/stdin-pipe.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';

let folder: string;
let pipe: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agentrelay-stdin-'));
  pipe = join(folder, 'stdin.fifo');
});
afterEach(() => rmSync(folder, { recursive: true }));

const { signal } = new AbortController();
const write = (line: string) => writePipe(pipe, line, { clock: new SimulatedClock(), patience: 0, signal });

test('what is written waits for its reader, also when whoever wrote it is gone', async () => {
  await makePipe(pipe);
  expect(await write('nobody reads\n')).toBe('gone');
  const reader = openBothEnds(pipe);
  await makePipe(pipe);
  expect([await write('one\n'), await write('two\n')]).toEqual(['written', 'written']);
  const bytes = Buffer.alloc(100);
  expect(bytes.toString('utf8', 0, readSync(reader, bytes))).toBe('one\ntwo\n');
  closeSync(reader);
  expect(await write('three\n')).toBe('gone');
});

test('a pipe that is full takes no more', async () => {
  await makePipe(pipe);
  const reader = openBothEnds(pipe);
  const line = `${'x'.repeat(4095)}\n`;
  for (let at = 0; at < 16; at++) expect(await write(line)).toBe('written');
  expect(await write(line)).toBe('failed');
  closeSync(reader);
});

test('what an agent has put in its place is nobody', async () => {
  expect(await write('x\n')).toBe('gone');
  writeFileSync(pipe, '');
  expect(await write('x\n')).toBe('gone');
});

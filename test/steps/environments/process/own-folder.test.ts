import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { requireOwnFolder } from '../../../../src/steps/environments/process/own-folder.ts';
import { TurnFiles } from '../../../../src/steps/environments/process/turn-files.ts';

let folder: string;
let signals: string;
let away: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agentrelay-turns-'));
  [signals, away] = [join(folder, 'signals'), join(folder, 'away')];
  for (const path of [signals, away]) mkdirSync(path);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each(['turns', 'turns/1'])('a turn never goes where its agent has made a link of %s', (name) => {
  if (name !== 'turns') mkdirSync(join(signals, 'turns'));
  symlinkSync(away, join(signals, name));
  const { folder: turn } = new TurnFiles(signals).add('go on');
  expect(readdirSync(away)).toEqual([]);
  expect(existsSync(join(turn, 'prompt.txt'))).toBe(true);
  requireOwnFolder(turn, signals);
});

test('a folder that leads away since then is refused', () => {
  symlinkSync(away, join(signals, 'turns'));
  mkdirSync(join(away, '1'));
  expect(() => requireOwnFolder(join(signals, 'turns/1'), signals)).toThrow(
    expect.objectContaining({ code: 'foreign_folder' }),
  );
});

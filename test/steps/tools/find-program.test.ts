import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findFirstProgram, findProgram } from '../../../src/steps/tools/find-program.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

function program(folder: string, name: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, mode);
  return path;
}

test('a name is looked for on the path, in its order; a file that cannot run is none', () => {
  const [first, second] = [temporaryFolder(), temporaryFolder()];
  const path = `${first}:${second}`;
  mkdirSync(join(first, 'folder'));
  program(first, 'plain', 0o644);
  const [there, here] = [program(second, 'plain'), program(first, 'both')];
  program(second, 'both');
  expect(findProgram('both', '/', path)).toBe(here);
  expect(findProgram('plain', '/', path)).toBe(there);
  for (const name of ['folder', 'none', '', '..']) expect(findProgram(name, '/', path)).toBeNull();
});

test('one with a slash is taken from the folder, and an empty entry of the path is it', () => {
  const folder = temporaryFolder();
  const path = program(folder, 'agent');
  expect(findProgram('./agent', folder, '')).toBe(path);
  expect(findProgram(path, '/', '')).toBe(path);
  expect(findProgram('./agent', '/', folder)).toBeNull();
  expect(findProgram('agent', folder, '/none:')).toBe(path);
});

test('of several names the first that is there', () => {
  const folder = temporaryFolder();
  const path = program(folder, 'second');
  program(folder, 'third');
  expect(findFirstProgram(['first', 'second', 'third'], '/', folder)).toEqual({ name: 'second', path });
  expect(findFirstProgram(['first'], '/', folder)).toBeNull();
});

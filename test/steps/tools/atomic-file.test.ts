import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFileAtomic, ensureFile, readIfThere, writeFileAtomic } from '../../../src/steps/tools/atomic-file.ts';
import { temporaryFolder } from '../instructions/briefing-fixture.ts';

test('createFileAtomic makes a file once and leaves nothing beside it', () => {
  const folder = temporaryFolder();
  const path = join(folder, '.done');
  expect(createFileAtomic(path, 'first')).toBe(true);
  expect(createFileAtomic(path, 'second')).toBe(false);
  expect(readFileSync(path, 'utf8')).toBe('first');
  expect(readdirSync(folder)).toEqual(['.done']);
});

test('writeFileAtomic replaces, with the mode that was asked for', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'file');
  writeFileSync(path, 'old');
  chmodSync(path, 0o444);
  writeFileAtomic(path, 'new', { mode: 0o775 });
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(statSync(path).mode & 0o777).toBe(0o775);
  expect(readdirSync(folder)).toEqual(['file']);
});

test('a write that fails leaves nothing behind', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'taken/x'), { recursive: true });
  expect(() => writeFileAtomic(join(folder, 'taken'), 'text')).toThrow();
  expect(() => writeFileAtomic(join(folder, 'missing/file'), 'text')).toThrow('ENOENT');
  expect(readdirSync(folder)).toEqual(['taken']);
});

test('ensureFile leaves a file alone that is right', () => {
  const path = join(temporaryFolder(), 'file');
  const inode = () => statSync(path).ino;
  ensureFile(path, 'text', { mode: 0o600 });
  const before = inode();
  ensureFile(path, 'text', { mode: 0o600 });
  expect(inode()).toBe(before);
  ensureFile(path, 'other', { mode: 0o600 });
  expect(readFileSync(path, 'utf8')).toBe('other');
  ensureFile(path, 'other', { mode: 0o644 });
  expect(statSync(path).mode & 0o777).toBe(0o644);
});

test('readIfThere tells a missing file from one that cannot be read', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), 'text');
  expect(readIfThere(join(folder, 'file'))).toBe('text');
  expect(readIfThere(join(folder, 'none'))).toBeNull();
  expect(readIfThere(join(folder, 'file/none'))).toBeNull();
  expect(() => readIfThere(folder)).toThrow('EISDIR');
});

test('readIfThere waits for no pipe, and reads no device, that an agent has put there', () => {
  const folder = temporaryFolder();
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  symlinkSync('/dev/zero', join(folder, 'device'));
  expect([readIfThere(join(folder, 'pipe')), readIfThere(join(folder, 'device'))]).toEqual([null, null]);
});

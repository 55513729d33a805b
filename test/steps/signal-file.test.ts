import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConcerns, readSignal } from '../../src/steps/signal-file.ts';
import { temporaryFolder } from '../support/git-repository.ts';

const AT = '2026-01-02T03:04:05Z';

function written(content: string | Uint8Array): string {
  const path = join(temporaryFolder(), '.done');
  writeFileSync(path, content);
  return path;
}

describe('readSignal', () => {
  test.each([
    [`${AT}\nNO_PR\ntoken\n`, { at: AT, payload: 'NO_PR', token: 'token' }],
    [`${AT}\nNO_PR\n`, { at: AT, payload: 'NO_PR', token: null }],
    [`${AT}\n\n`, { at: AT, payload: null, token: null }],
    [`${AT}\n  \n  \n`, { at: AT, payload: null, token: null }],
    [`${AT}\r\nNO_PR\r\ntoken\r\n`, { at: AT, payload: 'NO_PR', token: 'token' }],
    [`\ufeff${AT}\n NO_PR \n token \nmore\nlines`, { at: AT, payload: 'NO_PR', token: 'token' }],
    ['2026-01-02T03:04:05.678+02:00\nünï €\n', { at: '2026-01-02T03:04:05.678+02:00', payload: 'ünï €', token: null }],
  ])('takes %j', (content, file) => {
    expect(readSignal(written(content))).toEqual({ kind: 'whole', file });
  });

  test.each([
    ['', null],
    ['2026', null],
    [AT, null],
    [`${AT}\n`, { at: AT, payload: null, token: null }],
    [`${AT}\nNO_P`, { at: AT, payload: 'NO_P', token: null }],
    [`${AT}\nNO_PR\ntok`, { at: AT, payload: 'NO_PR', token: 'tok' }],
  ])('%j may be being written', (content, file) => {
    expect(readSignal(written(content))).toMatchObject({ kind: 'partial', file });
  });

  test('half a character at the end is being written too', () => {
    const bytes = Buffer.from(`${AT}\nfailed: €`).subarray(0, -1);
    expect(readSignal(written(bytes))).toMatchObject({ kind: 'partial' });
  });

  test.each([
    ['done\nNO_PR\n', 'line 1 is not an ISO timestamp: "done"'],
    ['2026-01-02\nNO_PR\n', 'line 1 is not an ISO timestamp'],
    ['\nNO_PR\n', 'line 1 is not an ISO timestamp: ""'],
    [`${AT}\na\0b\n`, 'it is not text'],
    [Buffer.from([0xff, 0xfe, 0x0a]), 'it is not text'],
    [`${AT}\n${'x'.repeat(64 * 1024)}\n`, 'it is larger than 64 KiB'],
  ])('refuses %j', (content, problem) => {
    expect(readSignal(written(content))).toEqual({ kind: 'malformed', problem: expect.stringContaining(problem) });
  });

  test('takes one of exactly 64 KiB', () => {
    const head = `${AT}\n`;
    expect(readSignal(written(`${head}${'x'.repeat(64 * 1024 - head.length - 1)}\n`))).toMatchObject({ kind: 'whole' });
  });

  test('refuses what is no file, and does not wait for it', () => {
    const folder = temporaryFolder();
    expect(readSignal(join(folder, '.done'))).toEqual({ kind: 'missing' });
    mkdirSync(join(folder, 'folder'));
    execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', join(folder, 'pipe')]);
    symlinkSync('loop', join(folder, 'loop'));
    symlinkSync('/dev/zero', join(folder, 'device'));
    // It may lead to what its agent may not read.
    symlinkSync(written('secret\n'), join(folder, 'link'));
    symlinkSync('nowhere', join(folder, 'dangling'));
    for (const name of ['folder', 'pipe', 'device', 'loop', 'link', 'dangling']) {
      expect(readSignal(join(folder, name))).toEqual({ kind: 'malformed', problem: 'it is not a file' });
    }
  });
});

describe('readConcerns', () => {
  test('gives the lines that say something', () => {
    expect(readConcerns(written(' one \n\n\r\ntwo €\nthree'))).toEqual(['one', 'two €', 'three']);
    expect(readConcerns(written(''))).toEqual([]);
    expect(readConcerns(join(temporaryFolder(), 'concerns.log'))).toEqual([]);
  });

  test('has limits', () => {
    expect(readConcerns(written('x\n'.repeat(1_000)))).toHaveLength(1_000);
    expect(readConcerns(written('x\n'.repeat(1_001)))).toBeNull();
    expect(readConcerns(written('x'.repeat(1024 * 1024)))).toHaveLength(1);
    expect(readConcerns(written('x'.repeat(1024 * 1024 + 1)))).toBeNull();
    expect(readConcerns(temporaryFolder())).toBeNull();
  });
});

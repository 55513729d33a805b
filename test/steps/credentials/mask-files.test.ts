import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMasker } from '../../../src/core/credentials/mask.ts';
import { maskFolder } from '../../../src/steps/credentials/mask-files.ts';

const TOKEN = 'ghp_0123456789abcdefghij';
const masker = createMasker([TOKEN]);

let parent: string;
let folder: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'agentrelay-mask-'));
  folder = join(parent, 'signals');
  mkdirSync(folder);
});

afterEach(() => rmSync(parent, { recursive: true }));

test('secrets are written over in all files, byte for byte', async () => {
  mkdirSync(join(folder, 'deep'));
  const broken = Buffer.concat([
    Buffer.from([0xff, 0xfe]),
    Buffer.from(`x${TOKEN}\n${TOKEN.slice(0, 9)}\r\n${TOKEN.slice(9)}`),
  ]);
  writeFileSync(join(folder, 'agent.raw.log'), broken);
  writeFileSync(join(folder, 'deep', 'hooks.jsonl'), `{"text":"${TOKEN}"}\n`);
  writeFileSync(join(folder, '.secrets'), TOKEN);
  await maskFolder(folder, masker);
  const masked = readFileSync(join(folder, 'agent.raw.log'));
  expect(masked.length).toBe(broken.length);
  expect(masked.subarray(2).toString()).toBe(`x${'*'.repeat(24)}\n${'*'.repeat(9)}\r\n${'*'.repeat(15)}`);
  expect(JSON.parse(readFileSync(join(folder, 'deep', 'hooks.jsonl'), 'utf8'))).toEqual({ text: '*'.repeat(24) });
  // Its wrapper has not read it yet.
  expect(readFileSync(join(folder, '.secrets'), 'utf8')).toBe(TOKEN);
});

test('a secret that stands across two looks at a large file is found', async () => {
  const path = join(folder, 'stream.jsonl');
  const before = 'x'.repeat(256 * 1024 - 10);
  writeFileSync(path, `${before}${TOKEN}${before}${TOKEN}`);
  await maskFolder(folder, masker);
  const masked = readFileSync(path, 'utf8');
  expect(masked.includes('ghp_')).toBe(false);
  expect(masked.length).toBe(2 * before.length + 48);
});

test('what is behind a link is not touched', async () => {
  const own = join(parent, 'own.yaml');
  writeFileSync(own, `token: ${TOKEN}\n`, { mode: 0o600 });
  symlinkSync(own, join(folder, 'symbolic'));
  linkSync(own, join(folder, 'hard'));
  await maskFolder(folder, masker);
  expect(readFileSync(own, 'utf8')).toBe(`token: ${TOKEN}\n`);
  expect(readFileSync(join(folder, 'hard'), 'utf8')).toBe(`token: ${'*'.repeat(24)}\n`);
  expect(statSync(join(folder, 'hard')).mode & 0o777).toBe(0o600);
});

import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { followFile } from '../../../src/steps/tools/file-follow.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

/** Reads until `length` characters have come. */
async function take(chunks: AsyncGenerator<Buffer>, length: number): Promise<string> {
  let text = '';
  while (text.length < length) {
    const { value, done } = await chunks.next();
    if (done) throw new Error(`it ended after ${text}`);
    text += value;
  }
  return text;
}

test('brings what is added, from a byte on, and ends when it is told to', async () => {
  const path = join(temporaryFolder(), 'log');
  writeFileSync(path, 'before');
  const leave = new AbortController();
  const chunks = followFile(path, 3, leave.signal);
  expect(await take(chunks, 3)).toBe('ore');
  const next = take(chunks, 5);
  appendFileSync(path, 'after');
  expect(await next).toBe('after');
  appendFileSync(path, 'last');
  leave.abort();
  expect(await take(chunks, 4)).toBe('last');
  expect(await chunks.next()).toEqual({ value: undefined, done: true });
});

test('waits for a file that is not there yet', async () => {
  const path = join(temporaryFolder(), 'log');
  const leave = new AbortController();
  const chunks = followFile(path, 0, leave.signal);
  const first = take(chunks, 2);
  writeFileSync(path, 'ab');
  expect(await first).toBe('ab');
  leave.abort();
  expect((await chunks.next()).done).toBe(true);
});

test('a large file comes whole', async () => {
  const path = join(temporaryFolder(), 'log');
  const content = 'line\n'.repeat(200_000);
  writeFileSync(path, content);
  let text = '';
  for await (const bytes of followFile(path, 0, AbortSignal.abort())) text += bytes;
  expect(text).toBe(content);
});

test('a file that never was brings nothing', async () => {
  const chunks = followFile(join(temporaryFolder(), 'none'), 0, AbortSignal.abort());
  expect((await chunks.next()).done).toBe(true);
});

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { lockHolder, tryLock, withLock } from '../../../src/steps/tools/lock-file.ts';
import { ownIdentity } from '../../../src/steps/tools/process-identity.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

const MODULE = new URL('../../../src/steps/tools/lock-file.ts', import.meta.url).href;
/** For each path that it reads it tries to lock it, and keeps it until it ends. */
const CONTENDER = `
  const { tryLock } = await import(${JSON.stringify(MODULE)});
  const { createInterface } = await import('node:readline');
  console.log('ready');
  createInterface({ input: process.stdin }).on('line', (path) => {
    const attempt = tryLock(path);
    console.log(attempt.kind === 'held' ? 'held' : String(attempt.by.pid));
  });`;

class Contender {
  readonly #process: ChildProcess & { pid?: number | undefined };
  readonly #lines: AsyncIterator<string>;

  constructor() {
    this.#process = spawn(process.execPath, ['--input-type=module', '-e', CONTENDER], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface({ input: this.#process.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  }

  get pid(): string {
    return String(this.#process.pid);
  }

  async answer(): Promise<string> {
    return String((await this.#lines.next()).value);
  }

  async lock(path: string): Promise<string> {
    this.#process.stdin?.write(`${path}\n`);
    return await this.answer();
  }

  kill(): Promise<void> {
    return new Promise((resolve) => {
      this.#process.on('close', () => resolve());
      this.#process.kill('SIGKILL');
    });
  }
}

const dead = () => ({ ...ownIdentity(), start: '1' });
const lockIn = (folder: string) => join(folder, 'owner.lock');

test('of 30 processes that ask at once one gets it, free, left by a dead one, or garbage', async () => {
  const folder = temporaryFolder();
  const contenders = Array.from({ length: 30 }, () => new Contender());
  try {
    expect(await Promise.all(contenders.map((contender) => contender.answer()))).toEqual(Array(30).fill('ready'));
    const leavings = [null, 'no JSON', '', ...Array.from({ length: 20 }, () => JSON.stringify(dead()))];
    for (const [round, left] of leavings.entries()) {
      const path = join(folder, `${round}.lock`);
      if (left !== null) writeFileSync(path, left);
      const answers = await Promise.all(contenders.map((contender) => contender.lock(path)));
      const holders = contenders.filter((_, at) => answers[at] === 'held');
      expect(holders).toHaveLength(1);
      const others = answers.filter((answer) => answer !== 'held');
      expect(new Set(others)).toEqual(new Set([holders[0]?.pid]));
      expect(String(lockHolder(path)?.pid)).toBe(holders[0]?.pid);
    }
    expect(readdirSync(folder).filter((name) => !/^\d+\.lock$/.test(name))).toEqual([]);
    const [killed] = contenders.splice(
      contenders.findIndex(({ pid }) => pid === String(lockHolder(join(folder, '0.lock'))?.pid)),
      1,
    );
    await killed?.kill();
    const answers = await Promise.all(contenders.map((contender) => contender.lock(join(folder, '0.lock'))));
    expect(answers.filter((answer) => answer === 'held')).toHaveLength(1);
  } finally {
    await Promise.all(contenders.map((contender) => contender.kill()));
  }
});

test('names its holder while it is held, and nobody after', () => {
  const path = lockIn(temporaryFolder());
  const first = tryLock(path);
  expect(first.kind).toBe('held');
  expect(tryLock(path)).toEqual({ kind: 'taken', by: ownIdentity() });
  expect(lockHolder(path)).toEqual(ownIdentity());
  if (first.kind === 'held') first.lock.release();
  expect(lockHolder(path)).toBeNull();
  expect(readdirSync(dirname(path))).toEqual([]);
});

test('is not taken from a process on another host', () => {
  const path = lockIn(temporaryFolder());
  const holder = { ...dead(), host: `not-${hostname()}` };
  writeFileSync(path, JSON.stringify(holder));
  expect(tryLock(path)).toEqual({ kind: 'taken', by: holder });
  expect(lockHolder(path)).toEqual(holder);
});

test('release leaves the lock of a later holder alone', () => {
  const path = lockIn(temporaryFolder());
  const first = tryLock(path);
  const later = JSON.stringify({ ...ownIdentity(), start: '7' });
  writeFileSync(path, later);
  if (first.kind === 'held') first.lock.release();
  expect(readFileSync(path, 'utf8')).toBe(later);
});

test('throws where the folder is missing, or a folder has the name', () => {
  const folder = temporaryFolder();
  expect(() => tryLock(join(folder, 'none', 'owner.lock'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  mkdirSync(lockIn(folder));
  expect(() => tryLock(lockIn(folder))).toThrow(expect.objectContaining({ code: 'EISDIR' }));
  expect(existsSync(lockIn(folder))).toBe(true);
});

test('withLock lets one in after the other and gives the lock back after an error', async () => {
  const path = lockIn(temporaryFolder());
  let inside = 0;
  const enter = () =>
    withLock(path, 10_000, async () => {
      inside++;
      await new Promise((resolve) => setImmediate(resolve));
      expect(inside).toBe(1);
      inside--;
    });
  await Promise.all([enter(), enter(), enter()]);
  const failed = withLock(path, 0, () => Promise.reject(new Error('mine')));
  await expect(failed).rejects.toThrow('mine');
  expect(existsSync(path)).toBe(false);
});

test('withLock says who holds it when its time is over', async () => {
  const path = lockIn(temporaryFolder());
  const held = tryLock(path);
  const late = withLock(path, 1, async () => 'never');
  await expect(late).rejects.toThrow(`held by process ${process.pid} on ${hostname()}`);
  if (held.kind === 'held') held.lock.release();
  expect(await withLock(path, 1, async () => 'now')).toBe('now');
});

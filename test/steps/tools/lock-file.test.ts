import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { lockHolder, tryLock, withLock } from '../../../src/steps/tools/lock-file.ts';
import { ownIdentity } from '../../../src/steps/tools/process-identity.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

const MODULE = new URL('../../../src/steps/tools/lock-file.ts', import.meta.url).href;
/** For each path that it reads it tries to lock it, and keeps it until it ends. `AS_IT_TAKES_OVER` is done just before. */
const CONTENDER = `
  const fs = await import('node:fs');
  const { renameSync } = fs.default;
  fs.default.renameSync = (...paths) => {
    const signal = process.env.AS_IT_TAKES_OVER;
    if (signal) process.kill(process.pid, signal);
    renameSync(...paths);
  };
  (await import('node:module')).syncBuiltinESMExports();
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

  constructor(asItTakesOver: NodeJS.Signals | '' = '') {
    this.#process = spawn(process.execPath, ['--input-type=module', '-e', CONTENDER], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, AS_IT_TAKES_OVER: asItTakesOver },
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
    this.ask(path);
    return await this.answer();
  }

  ask(path: string): void {
    this.#process.stdin?.write(`${path}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  ended(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#process.signalCode !== null) resolve();
      this.#process.on('close', () => resolve());
    });
  }

  kill(): Promise<void> {
    this.signal('SIGKILL');
    return this.ended();
  }
}

const dead = () => ({ ...ownIdentity(), start: '1' });
const lockIn = (folder: string) => join(folder, 'owner.lock');

test('of 16 processes that ask at once one gets it, free, left by a dead one, or garbage', async () => {
  const folder = temporaryFolder();
  const contenders = Array.from({ length: 16 }, () => new Contender());
  try {
    expect(await Promise.all(contenders.map((contender) => contender.answer()))).toEqual(Array(16).fill('ready'));
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
  expect(tryLock(path)).toEqual({ kind: 'taken', by: ownIdentity(), liveness: 'alive' });
  expect(lockHolder(path)).toEqual(ownIdentity());
  if (first.kind === 'held') first.lock.release();
  expect(lockHolder(path)).toBeNull();
  expect(readdirSync(dirname(path))).toEqual([]);
});

test.each([
  ['on another host', { host: `not-${hostname()}` }],
  ['of another namespace', { namespace: 'pid:[1]' }],
])('is not taken from a process %s', (_, change) => {
  const path = lockIn(temporaryFolder());
  const holder = { ...dead(), ...change };
  writeFileSync(path, JSON.stringify(holder));
  expect(tryLock(path)).toEqual({ kind: 'taken', by: holder, liveness: 'unknown' });
  expect(lockHolder(path)).toEqual(holder);
  expect(readdirSync(dirname(path))).toEqual(['owner.lock']);
});

test('is taken from the same pid with the same start of an earlier boot', () => {
  const path = lockIn(temporaryFolder());
  writeFileSync(path, JSON.stringify({ ...ownIdentity(), boot: 'an earlier one' }));
  expect(lockHolder(path)).toBeNull();
  expect(tryLock(path).kind).toBe('held');
  expect(lockHolder(path)).toEqual(ownIdentity());
});

test('a file of an older version counts, alive or dead', () => {
  const path = lockIn(temporaryFolder());
  const { pid, start, host } = ownIdentity();
  writeFileSync(path, JSON.stringify({ pid, start, host }));
  expect(tryLock(path)).toMatchObject({ kind: 'taken', by: { pid, start, host, boot: null } });
  writeFileSync(path, JSON.stringify({ pid, start: '1', host }));
  expect(tryLock(path).kind).toBe('held');
});

test.each([
  ['long ago', 0],
  ['in the future, before the clock was set back', 4_000_000_000],
])('owners that were killed while they took over, %s, are taken over from', async (_, seconds) => {
  const folder = temporaryFolder();
  const path = lockIn(folder);
  writeFileSync(path, JSON.stringify(dead()));
  for (const left of [1, 2, 3]) {
    const killed = new Contender('SIGKILL');
    await killed.answer();
    killed.ask(path);
    await killed.ended();
    // The lock itself is still the first one's; each has left the draft and the guard that it held.
    expect(readdirSync(folder)).toHaveLength(1 + 2 * left);
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), seconds, seconds);
  }
  expect(lockHolder(path)).toBeNull();
  expect(tryLock(path).kind).toBe('held');
  expect(readdirSync(folder)).toEqual(['owner.lock']);
});

test('an owner that is stopped while it takes over holds the lock', async () => {
  const path = lockIn(temporaryFolder());
  writeFileSync(path, JSON.stringify(dead()));
  const stopped = new Contender('SIGSTOP');
  try {
    await stopped.answer();
    stopped.ask(path);
    await expect.poll(() => String(lockHolder(path)?.pid)).toBe(stopped.pid);
    expect(String((tryLock(path) as { by?: { pid: number } }).by?.pid)).toBe(stopped.pid);
    stopped.signal('SIGCONT');
    expect(await stopped.answer()).toBe('held');
    expect(String(lockHolder(path)?.pid)).toBe(stopped.pid);
    expect(readdirSync(dirname(path))).toEqual(['owner.lock']);
  } finally {
    await stopped.kill();
  }
});

test('release leaves the lock of a later holder alone', () => {
  const path = lockIn(temporaryFolder());
  const first = tryLock(path);
  const later = JSON.stringify({ ...ownIdentity(), start: '7' });
  writeFileSync(path, later);
  if (first.kind === 'held') first.lock.release();
  expect(readFileSync(path, 'utf8')).toBe(later);
});

test('throws where the folder is missing', () => {
  const path = join(temporaryFolder(), 'none', 'owner.lock');
  expect(() => tryLock(path)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  expect(lockHolder(path)).toBeNull();
});

test.each([
  ['a folder', (path: string) => mkdirSync(path)],
  ['no file', (path: string) => symlinkSync('nowhere', path)],
])('says what stands in the way: %s', (what, make) => {
  const path = lockIn(temporaryFolder());
  make(path);
  const refused = expect.objectContaining({ name: 'UserError', message: expect.stringContaining(`${path} cannot`) });
  expect(() => tryLock(path)).toThrow(refused);
  expect(() => tryLock(path)).toThrow(what);
  expect(() => lockHolder(path)).toThrow(refused);
  expect(readdirSync(dirname(path))).toEqual(['owner.lock']);
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
  await expect(late).rejects.toMatchObject({
    name: 'WorkspaceError',
    code: 'lock_taken',
    message: expect.stringContaining(`held by process ${process.pid} on ${hostname()}`),
  });
  if (held.kind === 'held') held.lock.release();
  expect(await withLock(path, 1, async () => 'now')).toBe('now');
});

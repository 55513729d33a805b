import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../../src/core/events.ts';
import { followJournal, type JournalOwner } from '../../../src/steps/tools/journal-follow.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

const line = (seq: number, text = '') =>
  `${JSON.stringify({ v: 1, seq, at: '2026-01-01T00:00:00.000Z', kind: 'run_resumed', pid: 1, text })}\n`;

/** Reads events one at a time, and ends when the test is told to. */
class Follower {
  readonly #leave = new AbortController();
  readonly #events: AsyncGenerator<RunEvent>;

  constructor(path: string, owner: JournalOwner | null = null) {
    this.#events = followJournal(path, this.#leave.signal, owner);
  }

  async next(count: number): Promise<number[]> {
    const seqs: number[] = [];
    while (seqs.length < count) {
      const { value } = await this.#events.next();
      seqs.push((value as RunEvent).seq);
    }
    return seqs;
  }

  /** A pending question is answered with the end. */
  ask(): Promise<IteratorResult<RunEvent>> {
    return this.#events.next();
  }

  async stop(): Promise<void> {
    this.#leave.abort();
    expect(await this.#events.next()).toEqual({ value: undefined, done: true });
  }
}

test('hears every event of another process, in order, also torn in the middle of a character', async () => {
  const path = join(temporaryFolder(), 'events.jsonl');
  writeFileSync(path, line(1) + line(2));
  const follower = new Follower(path);
  expect(await follower.next(2)).toEqual([1, 2]);
  const source = `
    const { appendFileSync } = require('node:fs');
    for (let seq = 3; seq <= 200; seq++) {
      const text = '\u20ac\u00fc'.repeat(seq % 50);
      const event = { v: 1, seq, at: '2026-01-01T00:00:00.000Z', kind: 'run_resumed', pid: 1, text };
      const bytes = Buffer.from(JSON.stringify(event) + '\\n');
      const half = Math.floor(bytes.length / 2);
      appendFileSync(process.argv[1], bytes.subarray(0, half));
      appendFileSync(process.argv[1], bytes.subarray(half));
    }`;
  const writer = spawn(process.execPath, ['-e', source, path], { stdio: 'inherit' });
  expect(await follower.next(198)).toEqual(Array.from({ length: 198 }, (_, at) => at + 3));
  await follower.stop();
  expect(writer.exitCode ?? 0).toBe(0);
});

test('reads lines that are longer than a chunk, and characters on its border', async () => {
  const path = join(temporaryFolder(), 'events.jsonl');
  writeFileSync(path, line(1, '€'.repeat(700_000)) + line(2, 'x'.repeat(256 * 1024)) + line(3));
  const follower = new Follower(path);
  const first = await follower.ask();
  expect((first.value as unknown as { text: string }).text).toBe('€'.repeat(700_000));
  expect(await follower.next(2)).toEqual([2, 3]);
  await follower.stop();
});

test('forgets a torn line that the next owner cut off, whatever stands there now', async () => {
  const path = join(temporaryFolder(), 'events.jsonl');
  writeFileSync(path, `${line(1)}{"seq":2,"kind":"torn by a crash"`);
  const follower = new Follower(path);
  expect(await follower.next(1)).toEqual([1]);
  const next = follower.next(1);
  // It is asleep behind the torn line now, or about to be.
  await new Promise((resolve) => setImmediate(resolve));
  truncateSync(path, Buffer.byteLength(line(1)));
  appendFileSync(path, line(2, 'much longer than what was torn: '.repeat(10)));
  expect(await next).toEqual([2]);
  await follower.stop();
});

test('ends at once when it is told to, also while nothing happens', async () => {
  const path = join(temporaryFolder(), 'events.jsonl');
  writeFileSync(path, '');
  const leave = new AbortController();
  const events = followJournal(path, leave.signal);
  const next = events.next();
  leave.abort();
  expect(await next).toEqual({ value: undefined, done: true });
});

test('names the damaged line', async () => {
  const path = join(temporaryFolder(), 'events.jsonl');
  writeFileSync(path, line(1));
  const follower = new Follower(path);
  expect(await follower.next(1)).toEqual([1]);
  appendFileSync(path, `${line(2)}damage\n`);
  const rest = (async () => {
    await follower.next(2);
  })();
  await expect(rest).rejects.toMatchObject({ name: 'UserError', message: expect.stringContaining(`${path}:3:`) });
});

describe('an owner', () => {
  /** A journal, and a lock file that says who is there by being there. */
  function ownedJournal(): { path: string; owner: JournalOwner } {
    const folder = temporaryFolder();
    const path = join(folder, 'events.jsonl');
    const lockFile = join(folder, 'owner.lock');
    writeFileSync(path, line(1));
    writeFileSync(lockFile, '');
    return { path, owner: { lockFile, isThere: () => existsSync(lockFile) } };
  }

  test('that is gone ends it, after all that it wrote', async () => {
    const { path, owner } = ownedJournal();
    const follower = new Follower(path, owner);
    expect(await follower.next(1)).toEqual([1]);
    const next = follower.ask();
    appendFileSync(path, line(2) + line(3));
    rmSync(owner.lockFile);
    expect((await next).value?.seq).toBe(2);
    expect(await follower.next(1)).toEqual([3]);
    expect(await follower.ask()).toEqual({ value: undefined, done: true });
  });

  test('that another follows at once is no end', async () => {
    const { path, owner } = ownedJournal();
    let looks = 0;
    let onLook = () => {};
    const isThere = () => {
      looks++;
      onLook();
      return owner.isThere();
    };
    const look = (count: number) =>
      new Promise<void>((resolve) => {
        onLook = () => looks >= count && resolve();
      });
    const follower = new Follower(path, { ...owner, isThere });
    expect(await follower.next(1)).toEqual([1]);
    rmSync(owner.lockFile);
    const gone = look(looks + 1);
    const next = follower.ask();
    await gone;
    writeFileSync(owner.lockFile, '');
    // The looks that find the new owner, and the one after as long as a run may be without any.
    await Promise.race([look(looks + 3), next.then(() => expect.unreachable('it has ended'))]);
    appendFileSync(path, line(2));
    expect((await next).value?.seq).toBe(2);
    await follower.stop();
  });

  test('that was never there ends it too', async () => {
    const { path, owner } = ownedJournal();
    rmSync(owner.lockFile);
    const follower = new Follower(path, owner);
    expect(await follower.next(1)).toEqual([1]);
    expect(await follower.ask()).toEqual({ value: undefined, done: true });
  });
});

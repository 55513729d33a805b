import { linkSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { readIfThere } from './atomic-file.ts';
import { livenessOf, ownIdentity, type ProcessIdentity } from './process-identity.ts';

const Holder = z.object({ pid: z.number().int(), start: z.string().nullable(), host: z.string() });

export interface HeldLock {
  release(): void;
}

export type LockAttempt =
  | { readonly kind: 'held'; readonly lock: HeldLock }
  | { readonly kind: 'taken'; readonly by: ProcessIdentity };

/**
 * Takes the lock if nobody alive holds it. The file appears whole, by link(2), so that of two who ask at the same
 * moment one gets it; a dead holder's file is removed by exactly one of those who find it.
 */
export function tryLock(path: string): LockAttempt {
  const own = ownIdentity();
  const draft = `${path}.${own.pid}`;
  for (;;) {
    writeFileSync(draft, `${JSON.stringify(own)}\n`, { mode: 0o600 });
    try {
      linkSync(draft, path);
      return { kind: 'held', lock: { release: () => release(path, own) } };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    const holder = readHolder(path);
    if (holder !== null && livenessOf(holder) !== 'dead') return { kind: 'taken', by: holder };
    removeDead(path);
  }
}

/** Who holds the lock now; null for nobody alive. */
export function lockHolder(path: string): ProcessIdentity | null {
  const holder = readHolder(path);
  return holder === null || livenessOf(holder) === 'dead' ? null : holder;
}

/** Waits for the lock, up to `timeout` milliseconds; throws when it stays taken. */
export async function withLock<T>(path: string, timeout: number, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const attempt = tryLock(path);
    if (attempt.kind === 'held') {
      try {
        return await work();
      } finally {
        attempt.lock.release();
      }
    }
    if (Date.now() > deadline) {
      throw new Error(`${path} is held by process ${attempt.by.pid} on ${attempt.by.host} for over ${timeout} ms`);
    }
    await delay(10);
  }
}

function release(path: string, own: ProcessIdentity): void {
  const holder = readHolder(path);
  if (holder?.pid === own.pid && holder.start === own.start) rmSync(path, { force: true });
}

/** One remover at a time: while it looks, the dead file keeps everybody else from taking the lock. */
function removeDead(path: string): void {
  const guard = `${path}.takeover`;
  try {
    mkdirSync(guard);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const made = statSync(guard, { throwIfNoEntry: false })?.mtimeMs;
    if (made !== undefined && Date.now() - made > 10_000) rmSync(guard, { recursive: true, force: true });
    return;
  }
  try {
    // Not where it is gone: another's lock may stand there by the time it is removed.
    const text = readIfThere(path);
    const holder = text === null ? null : parseHolder(text);
    if (text !== null && (holder === null || livenessOf(holder) === 'dead')) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { recursive: true, force: true });
  }
}

/** Null for a file that is gone or that no owner of ours wrote. One that we may not read has a holder: it throws. */
function readHolder(path: string): ProcessIdentity | null {
  const text = readIfThere(path);
  return text === null ? null : parseHolder(text);
}

function parseHolder(text: string): ProcessIdentity | null {
  try {
    return Holder.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

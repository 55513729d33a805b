import { createHash, randomBytes } from 'node:crypto';
import { existsSync, linkSync, lstatSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { UserError, WorkspaceError } from '../../core/errors.ts';
import { readIfThere } from './atomic-file.ts';
import { writing } from './file-error.ts';
import { livenessOf, ownIdentity, type ProcessIdentity } from './process-identity.ts';

/** Files of older versions hold less. */
const Holder = z.object({
  pid: z.number().int().positive(),
  start: z.string().nullable(),
  host: z.string(),
  boot: z.string().nullable().default(null),
  namespace: z.string().nullable().default(null),
});

export interface HeldLock {
  release(): void;
}

export interface LockHolder {
  readonly by: ProcessIdentity;
  /** `unknown` for a process that cannot be seen from here: nobody but a person can say that it is gone. */
  readonly liveness: 'alive' | 'unknown';
}

export type LockAttempt =
  | { readonly kind: 'held'; readonly lock: HeldLock }
  | ({ readonly kind: 'taken' } & LockHolder);

/**
 * Takes the lock if nobody holds it who may be alive. The file appears whole, by link(2), so that of two who ask at the
 * same moment one gets it. Throws `UserError` where something else has the name, `FileError` when the disk says no.
 */
export function tryLock(path: string): LockAttempt {
  const own = ownIdentity();
  const draft = `${path}.${own.pid}-${randomBytes(4).toString('hex')}`;
  try {
    const holder = writing(path, () => {
      writeFileSync(draft, `${JSON.stringify(own)}\n`, { mode: 0o600, flag: 'wx' });
      return acquire(path, path, draft);
    });
    if (holder !== null) return { kind: 'taken', ...holder };
    return { kind: 'held', lock: { release: () => release(path, own) } };
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Who holds the lock now, as `tryLock` would say; null for nobody. */
export function lockHolder(path: string): ProcessIdentity | null {
  return holderOf(path, path)?.by ?? null;
}

/** Waits for the lock, up to `timeout` milliseconds. Throws `WorkspaceError` `lock_taken` when it stays taken. */
export async function withLock<T>(path: string, timeout: number, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const attempt = tryLock(path);
    if (attempt.kind === 'held') {
      try {
        return await work();
      } finally {
        attempt.lock.release();
      }
    }
    if (performance.now() > deadline) {
      const { by, liveness } = attempt;
      const seen = liveness === 'alive' ? '' : ', which cannot be seen from here; if it is gone, remove the file';
      throw new WorkspaceError(
        'lock_taken',
        `${path} is held by process ${by.pid} on ${by.host} for over ${timeout} ms${seen}`,
      );
    }
    await delay(10);
  }
}

function release(path: string, own: ProcessIdentity): void {
  const found = readLock(path);
  const by = found?.holder?.by;
  if (by?.pid === own.pid && by.start === own.start && by.host === own.host) rmSync(path, { force: true });
}

/** A takeover lasts microseconds; one that lasts longer than this was stopped in the middle. */
const TAKEOVER_PATIENCE = 100;

/**
 * Null when `path` is ours now, else who has it. What a dead process left is replaced by whoever holds the guard of
 * that very content, itself a lock that a death in the middle leaves to the next: no clock tells who is alive.
 */
function acquire(lock: string, path: string, draft: string): LockHolder | null {
  for (let waited = 0; ; ) {
    if (linked(draft, path)) return null;
    const found = readLock(path);
    if (found === null) continue;
    if (found.holder !== null) return found.holder;
    const guard = guardOf(lock, found.text);
    const taker = acquire(lock, guard, draft);
    if (taker !== null) {
      if (waited++ === TAKEOVER_PATIENCE) return taker;
      pause();
      continue;
    }
    // As long as we hold the guard nobody else replaces the file; it may have been replaced just before.
    if (readLock(path)?.text === found.text) {
      renameSync(guard, path);
      if (path === lock) removeLeavings(lock);
      return null;
    }
    rmSync(guard, { force: true });
  }
}

function holderOf(lock: string, path: string): LockHolder | null {
  const found = readLock(path);
  if (found === null) return null;
  return found.holder ?? holderOf(lock, guardOf(lock, found.text));
}

/** The right to replace a dead holder's file, which says the same as long as it stands. */
function guardOf(lock: string, text: string): string {
  return `${lock}.takeover-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}

function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    throw new UserError(`the file system of ${path} has no hard links, and who runs what is settled with them`, {
      hint: 'keep the repository on another file system',
      cause: error,
    });
  }
}

interface FoundLock {
  readonly text: string;
  /** Null when who wrote it is dead, or no process of ours. */
  readonly holder: LockHolder | null;
}

/** Null when there is none. */
function readLock(path: string): FoundLock | null {
  const text = readText(path);
  if (text === null) return null;
  const by = parseHolder(text);
  if (by === null) return { text, holder: null };
  const liveness = livenessOf(by);
  return { text, holder: liveness === 'dead' ? null : { by, liveness } };
}

function readText(path: string): string | null {
  // Where a part of its path is no folder, nobody can have it.
  if (!existsSync(dirname(path))) return null;
  const what = lstatSync(path, { throwIfNoEntry: false });
  if (what === undefined) return null;
  if (!what.isFile()) throw unusable(path, `it is ${what.isDirectory() ? 'a folder' : 'no file'}`);
  try {
    return readIfThere(path);
  } catch (error) {
    throw unusable(path, error instanceof Error ? error.message : String(error), error);
  }
}

function unusable(path: string, why: string, cause?: unknown): UserError {
  return new UserError(`the lock ${path} cannot be read: ${why}`, {
    hint: 'if nothing runs there, move it away',
    cause,
  });
}

function parseHolder(text: string): ProcessIdentity | null {
  try {
    return Holder.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Drafts and guards of those that were killed in the middle. Only the lock's holder may do this. */
function removeLeavings(lock: string): void {
  const prefix = `${basename(lock)}.`;
  for (const entry of readdirSync(dirname(lock), { withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.startsWith(prefix)) continue;
    const path = join(dirname(lock), entry.name);
    const by = parseHolder(readIfThere(path) ?? '');
    if (by !== null && livenessOf(by) === 'dead') rmSync(path, { force: true });
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Masker } from '../../core/credentials/mask.ts';
import { SECRETS_FILE } from '../agent-wrapper.ts';

/** Bytes that are looked at in one go. */
const CHUNK = 256 * 1024;
/** Of the ones before, for a secret that stands in two pieces. */
const OVERLAP = 16 * 1024;
/** Deeper no program of ours writes. */
const MAX_DEPTH = 8;

/**
 * Puts asterisks over every secret in the files of a folder, byte for byte: whoever writes to one or follows it meanwhile
 * goes on as before. Never throws for a file that is gone or not ours. Any number of times.
 */
export async function maskFolder(folder: string, masker: Masker, depth = 0): Promise<void> {
  if (masker.isEmpty || depth > MAX_DEPTH) return;
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await maskFolder(path, masker, depth + 1);
    // An agent whose wrapper has not read it yet needs it as it is.
    else if (entry.isFile() && entry.name !== SECRETS_FILE) await maskFile(path, masker);
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isOutOfReach(error)) return [];
    throw error;
  }
}

/** The same for one file; what an agent has put there as a link is left alone. */
async function maskFile(path: string, masker: Masker): Promise<void> {
  if (masker.isEmpty) return;
  let file = openOwn(path);
  if (file === null) return;
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) return;
    if (stats.nlink > 1 && (await findsIn(file, masker))) {
      // Its other name may be a file of the user's.
      closeSync(file);
      file = null;
      separate(path);
      file = openOwn(path);
    }
    if (file !== null) await overwrite(file, masker);
  } finally {
    if (file !== null) closeSync(file);
  }
}

function openOwn(path: string): number | null {
  try {
    return openSync(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isOutOfReach(error)) return null;
    throw error;
  }
}

function separate(path: string): void {
  const copy = `${path}.${process.pid}.masked`;
  try {
    copyFileSync(path, copy, constants.COPYFILE_EXCL);
    renameSync(copy, path);
  } finally {
    rmSync(copy, { force: true });
  }
}

async function findsIn(file: number, masker: Masker): Promise<boolean> {
  for await (const { ranges } of secretsIn(file, masker)) if (ranges.length > 0) return true;
  return false;
}

async function overwrite(file: number, masker: Masker): Promise<void> {
  for await (const { bytes, start, ranges } of secretsIn(file, masker)) {
    for (const [from, to] of ranges) {
      const secret = bytes.subarray(from, to);
      // Lines stay lines.
      secret.forEach((byte, at) => {
        if (byte !== 0x0a && byte !== 0x0d) secret[at] = 0x2a;
      });
      writeSync(file, secret, 0, secret.length, start + from);
    }
  }
}

interface Found {
  readonly bytes: Buffer;
  /** Of `bytes` in the file. */
  readonly start: number;
  readonly ranges: ReturnType<Masker['find']>;
}

async function* secretsIn(file: number, masker: Masker): AsyncGenerator<Found, void> {
  const buffer = Buffer.alloc(CHUNK + OVERLAP);
  let [start, kept] = [0, 0];
  for (;;) {
    const count = readSync(file, buffer, kept, CHUNK, start + kept);
    if (count === 0) return;
    const bytes = buffer.subarray(0, kept + count);
    yield { bytes, start, ranges: masker.find(bytes.toString('latin1')) };
    const keep = Math.min(OVERLAP, bytes.length);
    buffer.copyWithin(0, bytes.length - keep, bytes.length);
    start += bytes.length - keep;
    kept = keep;
    await turn();
  }
}

const OUT_OF_REACH = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENXIO', 'EISDIR', 'EROFS', 'ETXTBSY']);

function isOutOfReach(error: unknown): boolean {
  return OUT_OF_REACH.has(String((error as NodeJS.ErrnoException).code));
}

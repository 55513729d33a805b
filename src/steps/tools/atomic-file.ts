import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writing } from './file-error.ts';

export interface AtomicFileOptions {
  /** Permission bits, whatever the umask; the umask's own unless told. */
  readonly mode?: number;
  /** False where a power cut may leave the file empty: it is made again before anybody reads it. */
  readonly sync?: boolean;
}

/** Replaces `path` as a whole: a reader sees the old bytes or the new ones. Throws `FileError` when the disk says no. */
export function writeFileAtomic(path: string, content: string, options: AtomicFileOptions = {}): void {
  writing(path, () => withTemporaryFile(path, content, options, (temporary) => renameSync(temporary, path)));
}

/**
 * The same for a file that is made anew at each start, but leaves one that is right already alone, so that nobody who
 * watches it wakes up. Not forced to the disk: what a power cut spoils, the next start mends.
 */
export function ensureFile(path: string, content: string, options: AtomicFileOptions = {}): void {
  if (readIfThere(path) === content && (options.mode === undefined || modeOf(path) === options.mode)) return;
  writeFileAtomic(path, content, { ...options, sync: false });
}

/** Makes `path` with all of its content at once; false, and nothing is changed, when somebody was first. */
export function createFileAtomic(path: string, content: string, options: AtomicFileOptions = {}): boolean {
  return writing(path, () => withTemporaryFile(path, content, options, (temporary) => publishNew(temporary, path)));
}

/** Makes a folder and those above it; does nothing where it is. Throws `FileError` when the disk says no. */
export function makeFolder(path: string): void {
  writing(path, () => mkdirSync(path, { recursive: true }));
}

/** A name stays after a power cut once its folder is on the disk. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** The file's text; null when there is none. What an agent may have put there instead is never waited for. */
export function readIfThere(path: string): string | null {
  return read(path, 0, (stats) => stats.isFile() || stats.isDirectory());
}

/** Bytes; nobody means to write more. */
const MOST_OF_AN_AGENT = 64 * 1024 * 1024;

/**
 * The same of what an agent has written: a link is none, since it may lead to what the agent itself may not read, nor is a
 * folder, or what is too large for us.
 */
export function readUnlinked(path: string): string | null {
  return read(path, constants.O_NOFOLLOW, (stats) => stats.isFile() && stats.size <= MOST_OF_AN_AGENT);
}

function read(path: string, flags: number, isWanted: (stats: Stats) => boolean): string | null {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | flags);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error) ?? '')) return null;
    throw error;
  }
  try {
    // Pipes and devices have no end.
    return isWanted(fstatSync(file)) ? readFileSync(file, 'utf8') : null;
  } finally {
    closeSync(file);
  }
}

/** File systems without hard links (FAT, some network mounts) say one of these. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

function publishNew(temporary: string, path: string): boolean {
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!NO_LINKS.has(codeOf(error) ?? '')) throw error;
    return copyIfAbsent(temporary, path);
  }
}

function copyIfAbsent(from: string, to: string): boolean {
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function withTemporaryFile<T>(
  path: string,
  content: string,
  options: AtomicFileOptions,
  publish: (temporary: string) => T,
): T {
  // In the same directory, because a rename or a link does not cross file systems.
  const temporary = join(dirname(path), `.tmp-${basename(path)}-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    const file = openSync(temporary, 'wx', options.mode ?? 0o666);
    try {
      writeFileSync(file, content);
      if (options.mode !== undefined) fchmodSync(file, options.mode);
      // Some file systems publish a name before the bytes behind it; a power cut would then leave an empty file.
      if (options.sync !== false) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return publish(temporary);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

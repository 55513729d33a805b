import { closeSync, fdatasync, fdatasyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { JournalError } from '../../core/event-log.ts';
import { asFileError, FileError } from './file-error.ts';

/** A disk that is told to keep the lines at most this often (milliseconds); a killed process loses none either way. */
const SYNC_INTERVAL = 200;

/** The file that one owner appends to. */
export interface Journal {
  /** The line is in the file when this returns. Throws `JournalError` when it cannot be. */
  write(line: string): void;
  /** Throws `JournalError` when the disk did not keep all lines. */
  close(): void;
}

export interface JournalOptions {
  /** The disk says, between two lines, that it may not have kept the last ones: the owner has to end. */
  readonly onLost?: (error: JournalError) => void;
}

/** Opens the journal for appending, at `length` bytes: what stands behind a torn last line is cut off. */
export function openJournal(path: string, length: number, options: JournalOptions = {}): Journal {
  const file = attempt(path, () => openAt(path, length));
  let end = length;
  let closed = false;
  let lost: JournalError | null = null;
  let timer: NodeJS.Timeout | null = null;
  const synced = (error: NodeJS.ErrnoException | null) => {
    // The descriptor that went meanwhile was synced once more as it was closed.
    if (error === null || closed || lost !== null) return;
    lost = journalError(path, error);
    options.onLost?.(lost);
  };
  const sync = () => {
    timer = null;
    fdatasync(file, synced);
  };
  return {
    write(line) {
      if (lost !== null) throw lost;
      // Its descriptor may be another file's by now.
      if (closed) throw new JournalError(`the journal ${path} is closed`);
      try {
        end += writeWhole(file, line);
      } catch (error) {
        const failure = journalError(path, error);
        // Half a line would damage the next one. Where it cannot be cut off now, the next owner does.
        if (!cutBack(file, end)) lost = failure;
        throw failure;
      }
      timer ??= setTimeout(sync, SYNC_INTERVAL).unref();
    },
    close() {
      if (closed) return;
      closed = true;
      if (timer !== null) clearTimeout(timer);
      try {
        if (lost === null) attempt(path, () => fdatasyncSync(file));
      } finally {
        closeSync(file);
      }
    },
  };
}

function openAt(path: string, length: number): number {
  const file = openSync(path, 'a', 0o600);
  try {
    ftruncateSync(file, length);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Returns how many bytes it was. */
function writeWhole(file: number, line: string): number {
  const bytes = Buffer.from(line);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  return bytes.length;
}

function cutBack(file: number, end: number): boolean {
  try {
    ftruncateSync(file, end);
    return true;
  } catch {
    return false;
  }
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw journalError(path, error);
  }
}

function journalError(path: string, error: unknown): JournalError {
  const known = asFileError(path, error);
  const reason = error instanceof Error ? error.message : String(error);
  return new JournalError(
    known instanceof FileError ? `the journal ${known.message}` : `the journal ${path} cannot be written: ${reason}`,
    { hint: known instanceof FileError ? known.hint : null, cause: error },
  );
}

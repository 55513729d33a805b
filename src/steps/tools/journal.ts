import { closeSync, fdatasync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { UserError } from '../../core/errors.ts';
import type { RunEvent } from '../../core/events.ts';

/** A disk that is told to keep the lines at most this often (milliseconds); a killed process loses none either way. */
const SYNC_INTERVAL = 200;

/** The file that one owner appends to. */
export interface Journal {
  /** The line is in the file when this returns; throws when it cannot be. */
  write(line: string): void;
  close(): void;
}

/** Opens the journal for appending, at `length` bytes: what stands behind a torn last line is cut off. */
export function openJournal(path: string, length: number): Journal {
  const file = openSync(path, 'a', 0o600);
  ftruncateSync(file, length);
  let end = length;
  let timer: NodeJS.Timeout | null = null;
  const sync = () => {
    timer = null;
    fdatasync(file, () => {});
  };
  return {
    write(line) {
      try {
        end += writeWhole(file, line);
      } catch (error) {
        // A line that the disk took half of would damage the next one.
        ftruncateSync(file, end);
        throw error;
      }
      timer ??= setTimeout(sync, SYNC_INTERVAL).unref();
    },
    close() {
      if (timer !== null) clearTimeout(timer);
      fdatasyncSync(file);
      closeSync(file);
    },
  };
}

/** Returns how many bytes it was. */
function writeWhole(file: number, line: string): number {
  const bytes = Buffer.from(line);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  return bytes.length;
}

export interface JournalContent {
  readonly events: readonly RunEvent[];
  /** Bytes of whole lines. */
  readonly length: number;
  /** A last line that was cut short by a crash; empty when there is none. */
  readonly torn: string;
}

/** Reads a journal. A torn last line is left out and told; damage before it is a `UserError`. */
export function readJournal(path: string): JournalContent {
  const bytes = readFileSync(path);
  const length = bytes.lastIndexOf(0x0a) + 1;
  const events = parseLines(bytes.toString('utf8', 0, length), path, 1);
  return { events, length, torn: bytes.toString('utf8', length) };
}

/** The events of whole lines; `firstLine` is for the message. */
export function parseLines(text: string, path: string, firstLine: number): RunEvent[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line, at) => parseLine(line, `${path}:${firstLine + at}`));
}

function parseLine(line: string, place: string): RunEvent {
  try {
    const event = JSON.parse(line) as RunEvent;
    if (typeof event.seq === 'number' && typeof event.kind === 'string' && typeof event.at === 'string') return event;
  } catch {
    // Said below, as for JSON that is no event.
  }
  throw new UserError(`${place}: this line of the journal is damaged`, {
    hint: 'start over with --new-run, which keeps the old run and its branches',
  });
}

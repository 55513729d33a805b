import { open } from 'node:fs/promises';
import { watch } from 'chokidar';
import type { RunEvent } from '../../core/events.ts';
import { parseLines } from './read-journal.ts';

/** Behind the watcher, for file systems that give no events and for an owner that dies without a word. */
const POLL = 2_000;
/** A run that has lost its owner may get the next one at once. */
const GRACE = 1_500;
/** Bytes that are read at once; more where a single line is longer. */
const CHUNK = 256 * 1024;

/** Who writes the journal. */
export interface JournalOwner {
  /** Changes when the owner does. */
  readonly lockFile: string;
  isThere(): boolean;
}

/** The end of a whole line: bytes from the beginning, and the number of the next line. */
export interface JournalPlace {
  readonly at: number;
  readonly line: number;
}

/**
 * Every event of a journal that another process writes, from the first on, or from the place behind those that are
 * known. Ends when `signal` is aborted, and, where an owner is given, when there is none any more and nothing is left to
 * read.
 */
export async function* followJournal(
  path: string,
  signal: AbortSignal,
  owner: JournalOwner | null = null,
  from: JournalPlace = { at: 0, line: 1 },
): AsyncGenerator<RunEvent> {
  const file = await open(path, 'r');
  const changes = new Changes(owner === null ? [path] : [path, owner.lockFile], signal);
  try {
    let { at, line } = from;
    let buffer = Buffer.alloc(CHUNK);
    const ownership = new Ownership(owner);
    while (!signal.aborted) {
      const changed = changes.next();
      // Asked before the file is read: what an owner writes, it writes before it goes.
      const wait = ownership.wait();
      // From the end of the last whole line: a torn one may have been cut off, and others may stand there now.
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      const bytes = buffer.subarray(0, bytesRead);
      const length = bytes.lastIndexOf(0x0a) + 1;
      if (length === 0 && bytesRead === buffer.length) {
        buffer = Buffer.alloc(2 * buffer.length);
        continue;
      }
      if (length === 0) {
        if (wait <= 0) return;
        await changed(wait);
        continue;
      }
      const events = parseLines(bytes.toString('utf8', 0, length), path, line);
      at += length;
      line += events.length;
      yield* events;
    }
  } finally {
    await changes.close();
    await file.close();
  }
}

/** How long to go on without an owner. */
class Ownership {
  readonly #owner: JournalOwner | null;
  #goneSince: number | null = null;

  constructor(owner: JournalOwner | null) {
    this.#owner = owner;
  }

  /** Milliseconds until the next look; 0 when nobody has owned the run for the time of grace. */
  wait(): number {
    if (this.#owner?.isThere() !== false) {
      this.#goneSince = null;
      return POLL;
    }
    this.#goneSince ??= performance.now();
    return Math.max(0, this.#goneSince + GRACE - performance.now());
  }
}

/** Wakes who waits when one of the files changes, comes or goes. */
class Changes {
  readonly #signal: AbortSignal;
  readonly #watcher: ReturnType<typeof watch>;
  #wake = () => {};

  constructor(paths: string[], signal: AbortSignal) {
    this.#signal = signal;
    // A system that has no watch left to give is no reason to end: there is the poll.
    const watcher = watch(paths, { ignoreInitial: true }).on('error', () => {});
    this.#watcher = watcher.on('all', () => this.#wake());
  }

  /** From now on; the answer waits for the change, for a time in milliseconds, or for the signal. */
  next(): (limit: number) => Promise<void> {
    const changed = Promise.withResolvers<void>();
    this.#wake = changed.resolve;
    return async (limit) => {
      const timer = setTimeout(changed.resolve, limit);
      this.#signal.addEventListener('abort', this.#wake);
      if (this.#signal.aborted) this.#wake();
      await changed.promise;
      clearTimeout(timer);
      this.#signal.removeEventListener('abort', this.#wake);
    };
  }

  async close(): Promise<void> {
    await this.#watcher.close();
  }
}

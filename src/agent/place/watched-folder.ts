import { closeSync, constants, type FSWatcher, fstatSync, openSync, readSync, type Stats, watch } from 'node:fs';
import { join } from 'node:path';
import { type FollowNews, GROWING, MAX_GROWN, WHOLE } from './wire.ts';

/** Bytes of one message, and of a file that is told as a whole. */
const MAX_CHUNK = 256 * 1024;
const MAX_WHOLE = 1024 * 1024;

/** The signal directory of one attempt, as far as it has been told. */
export class WatchedFolder {
  readonly #id: string;
  readonly #folder: string;
  readonly #told: Map<string, number>;
  /** How each file that is told as a whole was when it was. */
  readonly #shapes = new Map<string, string>();
  readonly #onChange: () => void;
  #watcher: FSWatcher | null = null;

  constructor(id: string, folder: string, known: Readonly<Record<string, number>>, onChange: () => void) {
    this.#id = id;
    this.#folder = folder;
    this.#told = new Map(Object.entries(known));
    this.#onChange = onChange;
  }

  close(): void {
    this.#watcher?.close();
  }

  /** What is new. True where there is more than was told. */
  look(tell: (news: FollowNews) => void): boolean {
    this.#watch();
    // The last of them is looked at first: what an agent wrote before it is there by then, and is told before it.
    const whole = WHOLE.toReversed().map((name) => ({ name, news: this.#wholeOf(name) }));
    let isMore = false;
    for (const name of GROWING) isMore = this.#tellGrown(name, tell) || isMore;
    if (isMore) {
      // Looked at once more after it.
      for (const { name, news } of whole) if (news !== null) this.#forget(name, news);
      return true;
    }
    for (const { news } of whole.toReversed()) if (news !== null) tell(news);
    return false;
  }

  #forget(name: string, news: FollowNews): void {
    if ('gone' in news) this.#shapes.set(name, 'told');
    else this.#shapes.delete(name);
  }

  /** The folder may be made after us. */
  #watch(): void {
    if (this.#watcher !== null) return;
    try {
      const watcher = watch(this.#folder, this.#onChange);
      watcher.on('error', () => watcher.close());
      this.#watcher = watcher;
    } catch {
      // It is looked at from time to time anyway.
    }
  }

  #wholeOf(name: string): FollowNews | null {
    const found = this.#open(name, (file, stats) => {
      const shape = `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
      if (this.#shapes.get(name) === shape) return null;
      this.#shapes.set(name, shape);
      const bytes = read(file, 0, Math.min(stats.size, MAX_WHOLE));
      return { id: this.#id, name, whole: bytes.toString('base64') };
    });
    if (found !== 'missing') return found;
    return this.#shapes.delete(name) ? { id: this.#id, name, gone: true } : null;
  }

  #tellGrown(name: string, tell: (news: FollowNews) => void): boolean {
    const isMore = this.#open(name, (file, { size }) => {
      let at = this.#told.get(name) ?? 0;
      if (size < at) at = 0;
      const bytes = read(file, at, Math.min(size - at, MAX_CHUNK));
      if (bytes.length > 0 && at < MAX_GROWN) tell({ id: this.#id, name, at, data: bytes.toString('base64') });
      this.#told.set(name, at + bytes.length);
      return at + bytes.length < size && at < MAX_GROWN;
    });
    return isMore === true;
  }

  /** Never through a link, and nothing but files: an agent may have put anything there. */
  #open<T>(name: string, work: (file: number, stats: Stats) => T): T | 'missing' {
    let file: number;
    try {
      file = openSync(join(this.#folder, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch {
      return 'missing';
    }
    try {
      const stats = fstatSync(file);
      return stats.isFile() ? work(file, stats) : 'missing';
    } finally {
      closeSync(file);
    }
  }
}

function read(file: number, at: number, length: number): Buffer {
  const buffer = Buffer.alloc(Math.max(0, length));
  let filled = 0;
  while (filled < buffer.length) {
    const count = readSync(file, buffer, filled, buffer.length - filled, at + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

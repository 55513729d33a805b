import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

const CHUNK = 256 * 1024;
/** Bytes that one look reads, unless told; who asks for more asks again. */
const MAX_LOOK = 4 * 1024 * 1024;
/** Bytes of a line that is handed out; a longer one is passed over. */
const MAX_LINE = 1024 * 1024;
const LINE_BREAK = 0x0a;
/** Nobody waits while it is in use, so that all share it: many small files cost no memory of their own. */
const scratch = Buffer.alloc(CHUNK);

export interface NewLines {
  readonly lines: readonly string[];
  /** The file is another one than at the last look, or was cut: its lines come from the first again. */
  readonly anew: boolean;
  /** There is more to be read already. */
  readonly more: boolean;
}

const NOTHING: NewLines = { lines: [], anew: false, more: false };

/** Reads a file of lines that somebody else writes, each whole line once, and never waits for it. */
export class GrowingLines {
  readonly #path: string;
  #inode: bigint | null = null;
  #at = 0;
  /** The beginning of a line whose end is not there yet. */
  #rest: Buffer[] = [];
  #restLength = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Bytes that were read. */
  get position(): number {
    return this.#at;
  }

  /**
   * What has come since the last look, `most` bytes of it. Of a file that is not there, or cannot be read, nothing.
   */
  read(most = MAX_LOOK): NewLines {
    const file = openQuietly(this.#path);
    if (file === null) return NOTHING;
    try {
      const stats = fstatSync(file, { bigint: true });
      if (!stats.isFile()) return NOTHING;
      const size = Number(stats.size);
      const anew = this.#inode !== null && (stats.ino !== this.#inode || size < this.#at);
      if (anew) this.#restart();
      this.#inode = stats.ino;
      if (size === this.#at) return { lines: [], anew, more: false };
      const lines = this.#readUpTo(file, Math.min(size, this.#at + most));
      return { lines, anew, more: this.#at < size };
    } finally {
      closeSync(file);
    }
  }

  #restart(): void {
    this.#at = 0;
    this.#forgetRest();
  }

  #readUpTo(file: number, end: number): string[] {
    const lines: string[] = [];
    while (this.#at < end) {
      const length = readSync(file, scratch, 0, Math.min(CHUNK, end - this.#at), this.#at);
      if (length === 0) break;
      this.#at += length;
      this.#split(scratch.subarray(0, length), lines);
    }
    return lines;
  }

  #split(bytes: Buffer, lines: string[]): void {
    let from = 0;
    for (let end = bytes.indexOf(LINE_BREAK); end !== -1; end = bytes.indexOf(LINE_BREAK, from)) {
      const line = this.#lineWith(bytes.subarray(from, end));
      if (line !== null) lines.push(line);
      from = end + 1;
    }
    if (from < bytes.length) this.#keep(Buffer.from(bytes.subarray(from)));
  }

  /** The line that these bytes end; null for one that is too long. */
  #lineWith(bytes: Buffer): string | null {
    const length = this.#restLength + bytes.length;
    const line = this.#rest.length === 0 ? bytes : Buffer.concat([...this.#rest, bytes]);
    this.#forgetRest();
    return length > MAX_LINE ? null : line.toString('utf8');
  }

  #keep(bytes: Buffer): void {
    this.#restLength += bytes.length;
    if (this.#restLength <= MAX_LINE) this.#rest.push(bytes);
    else this.#rest = [];
  }

  #forgetRest(): void {
    this.#rest = [];
    this.#restLength = 0;
  }
}

/** Null for what is not there, or is not for us to read: it belongs to another program. */
function openQuietly(path: string): number | null {
  try {
    // Without waiting: there may be a pipe that nobody writes to.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
}

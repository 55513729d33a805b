import { statSync } from 'node:fs';
import type { Told, TranscriptFormat, TranscriptPlace } from '../frameworks/framework.ts';
import { GrowingLines } from '../tools/growing-lines.ts';

interface OpenTranscript {
  readonly path: string;
  readonly lines: GrowingLines;
  read: (line: string) => Told | null;
  /** What is in it without a time was written before we came. */
  isFirstLook: boolean;
}

export interface TranscriptNews {
  readonly told: readonly { readonly told: Told; readonly at: number }[];
  readonly more: boolean;
}

const NOTHING: TranscriptNews = { told: [], more: false };

/** The transcript of one agent's session: looked for until it is there, and again when the session is another one. */
export class TranscriptFile {
  readonly #format: TranscriptFormat;
  readonly #place: Omit<TranscriptPlace, 'told'>;
  #open: OpenTranscript | null = null;
  #foundFor: string | null = null;

  constructor(format: TranscriptFormat, place: Omit<TranscriptPlace, 'told'>) {
    this.#format = format;
    this.#place = place;
  }

  /** Absolute; null while there is none. */
  get path(): string | null {
    return this.#open?.path ?? null;
  }

  /** What has come since the last look. `session` and `path` as the program has told them. */
  read(session: string | null, path: string | null, now: number): TranscriptNews {
    const open = this.#find(session, path);
    if (open === null) return NOTHING;
    const { lines, anew, more } = open.lines.read();
    if (anew) open.read = this.#format.reader();
    const written = open.isFirstLook ? changedAt(open.path, now) : now;
    if (!more) open.isFirstLook = false;
    const told = lines.flatMap((line) => {
      const one = open.read(line);
      return one === null ? [] : [{ told: one, at: one.at ?? written }];
    });
    return { told, more };
  }

  #find(session: string | null, told: string | null): OpenTranscript | null {
    const wanted = JSON.stringify([session, told]);
    if (this.#open !== null && this.#foundFor === wanted) return this.#open;
    const path = this.#format.find({ ...this.#place, session: session ?? this.#place.session, told });
    // One that was found stays until there is another.
    if (path === null) return this.#open;
    this.#foundFor = wanted;
    if (path !== this.#open?.path) {
      this.#open = { path, lines: new GrowingLines(path), read: this.#format.reader(), isFirstLook: true };
    }
    return this.#open;
  }
}

function changedAt(path: string, now: number): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
}

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';

/** What stands in a `.done` or `.failed`. */
export interface SignalFile {
  /** Line 1, an ISO timestamp. */
  readonly at: string;
  /** Line 2: the pull request, `NO_PR`, or the error; null when the file has no such line. */
  readonly payload: string | null;
  /** Line 3, the attempt's token; null when the file has no such line. */
  readonly token: string | null;
}

export type SignalReading =
  | { readonly kind: 'missing' }
  /** Being written, or never going to be more. */
  | { readonly kind: 'partial'; readonly problem: string; readonly file: SignalFile | null }
  | { readonly kind: 'malformed'; readonly problem: string }
  | { readonly kind: 'whole'; readonly file: SignalFile };

const MAX_SIGNAL_BYTES = 64 * 1024;
const Timestamp = z.iso.datetime({ offset: true });

/** Reads a signal file. Whole is one whose payload line is there and ended. */
export function readSignal(path: string): SignalReading {
  const bytes = readAtMost(path, MAX_SIGNAL_BYTES);
  if (bytes === null) return { kind: 'missing' };
  if (bytes.length === 0) return { kind: 'partial', problem: 'it is empty', file: null };
  if (bytes.length > MAX_SIGNAL_BYTES) {
    return { kind: 'malformed', problem: `it is larger than ${MAX_SIGNAL_BYTES / 1024} KiB` };
  }
  const text = decode(bytes);
  if (text === null) return { kind: 'malformed', problem: 'it is not text' };
  const lines = text.split('\n');
  const [at = '', payload, token] = lines.slice(0, -1);
  if (lines.length === 1) return { kind: 'partial', problem: 'its first line has no end', file: null };
  if (!Timestamp.safeParse(at.trim()).success) {
    return { kind: 'malformed', problem: `line 1 is not an ISO timestamp: ${JSON.stringify(at.slice(0, 60))}` };
  }
  const file = { at: at.trim(), payload: payload?.trim() || null, token: token?.trim() || null };
  if (payload === undefined) return { kind: 'partial', problem: 'it has no second line', file };
  return { kind: 'whole', file };
}

const MAX_CONCERN_BYTES = 1024 * 1024;
const MAX_CONCERNS = 1_000;

/** One concern a line; null when there is more than anybody could have meant (1 MiB, 1,000 concerns). */
export function readConcerns(path: string): string[] | null {
  const bytes = readAtMost(path, MAX_CONCERN_BYTES);
  if (bytes === null) return [];
  if (bytes.length > MAX_CONCERN_BYTES) return null;
  const lines = bytes.toString('utf8').split('\n');
  const concerns = lines.map((line) => line.trim()).filter((line) => line !== '');
  return concerns.length > MAX_CONCERNS ? null : concerns;
}

/** Up to one byte more than `limit`, so that the caller sees that there is more. Null when there is no such file. */
function readAtMost(path: string, limit: number): Buffer | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const bytes = Buffer.alloc(Math.min(fstatSync(file).size, limit + 1));
    const length = readSync(file, bytes, 0, bytes.length, 0);
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

function decode(bytes: Buffer): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

import { z } from 'zod';
import { readAtMost } from './tools/bounded-file.ts';

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

/** Reads a signal file. Whole is one whose payload line is there and ended, and the token's line if it has begun. */
export function readSignal(path: string): SignalReading {
  const bytes = readAtMost(path, MAX_SIGNAL_BYTES);
  if (bytes === null) return { kind: 'missing' };
  if (typeof bytes === 'string') return { kind: 'malformed', problem: bytes };
  if (bytes.length === 0) return { kind: 'partial', problem: 'it is empty', file: null };
  if (bytes.length > MAX_SIGNAL_BYTES) {
    return { kind: 'malformed', problem: `it is larger than ${MAX_SIGNAL_BYTES / 1024} KiB` };
  }
  // A character may be half-written too, but never in a line that has its end.
  const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
  if (whole.length === 0) return { kind: 'partial', problem: 'its first line has no end', file: null };
  const text = decode(whole);
  if (text === null) return { kind: 'malformed', problem: 'it is not text' };
  const rest = bytes.toString('utf8', whole.length);
  const lines = text.split('\n').slice(0, -1);
  const [at = '', payload, token] = rest === '' ? lines : [...lines, rest];
  if (!Timestamp.safeParse(at.trim()).success) {
    return { kind: 'malformed', problem: `line 1 is not an ISO timestamp: ${JSON.stringify(at.slice(0, 60))}` };
  }
  const file = { at: at.trim(), payload: payload?.trim() || null, token: token?.trim() || null };
  if (lines.length === 1) return { kind: 'partial', problem: 'its second line has no end', file };
  if (lines.length === 2 && rest !== '') return { kind: 'partial', problem: 'its third line has no end', file };
  return { kind: 'whole', file };
}

const MAX_CONCERN_BYTES = 1024 * 1024;
const MAX_CONCERNS = 1_000;

/** One concern a line; null for no file, or more than anybody could have meant (1 MiB, 1,000 concerns). */
export function readConcerns(path: string): string[] | null {
  const bytes = readAtMost(path, MAX_CONCERN_BYTES);
  if (bytes === null) return [];
  if (typeof bytes === 'string' || bytes.length > MAX_CONCERN_BYTES) return null;
  const lines = bytes.toString('utf8').split('\n');
  const concerns = lines.map((line) => line.trim()).filter((line) => line !== '');
  return concerns.length > MAX_CONCERNS ? null : concerns;
}

function decode(bytes: Buffer): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

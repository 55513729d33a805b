import { closeSync, existsSync, fstatSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { openUnlinked } from './tools/open-unlinked.ts';

/** The text of the agent's screen, made when its attempt is torn down. */
export const LOG = 'agent.log';
/** All that it has written to its terminal, as it comes. */
export const RAW_LOG = 'agent.raw.log';

/** The same of a program that works without a terminal, in its own format for scripts. */
export const STREAM = 'stream.jsonl';

/** The log in an attempt's folder that tells most; null for none. Until the teardown there is only the stream. */
export function findLog(folder: string, { ended, raw }: { ended: boolean; raw: boolean }): string | null {
  const names = ended && !raw ? [LOG, RAW_LOG, STREAM] : [RAW_LOG, STREAM, LOG];
  return names.map((name) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** What the commands before an agent have printed, those of the last phase that has begun; null where there were none. */
export function findSetupLog(folder: string): string | null {
  return ['verify.log', 'setup.log'].map((name) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** Bytes from the end of a log that are looked through for its last lines. */
const MAX_TAIL = 1024 * 1024;

/** The end of a log. */
export interface LogTail {
  /** As they are to be shown. */
  readonly lines: readonly string[];
  /** The log has more before them. */
  readonly cut: boolean;
  /** The byte behind them. */
  readonly end: number;
}

/**
 * The last `count` lines of a log, out of its last MiB; null where there is no such file. What stands behind the last
 * line break is a line that may still grow: it is left out unless the log is read `to_the_end`. `toLines` makes lines for
 * people of whole lines of the log.
 */
export function readLogTail(
  path: string,
  count: number,
  upTo: 'whole_lines' | 'to_the_end',
  toLines: (bytes: Buffer) => string[] = plainLines,
): LogTail | null {
  const tail = readTail(path);
  if (tail === null) return null;
  const { bytes, start } = tail;
  // A first line that begins before what was read is left out.
  const from = start === 0 ? 0 : bytes.indexOf(0x0a) + 1;
  const to = upTo === 'to_the_end' ? bytes.length : Math.max(from, bytes.lastIndexOf(0x0a) + 1);
  const lines = toLines(bytes.subarray(from, to));
  const shown = lines.slice(-count);
  return { lines: shown, cut: from > 0 || shown.length < lines.length, end: start + to };
}

function readTail(path: string): { bytes: Buffer; start: number } | null {
  const file = openUnlinked(path);
  if (file === null) return null;
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) return null;
    const { size } = stats;
    const start = Math.max(0, size - MAX_TAIL);
    const bytes = Buffer.alloc(size - start);
    return { bytes: bytes.subarray(0, readSync(file, bytes, 0, bytes.length, start)), start };
  } finally {
    closeSync(file);
  }
}

const CONTROL_CHARACTERS = /[^\P{Cc}\t]/gu;

/** What a program has written to its terminal, as lines of text; of one that was written over, its last state. */
export function plainLines(bytes: Buffer): string[] {
  return bytes.length === 0 ? [] : plainText(bytes.toString('utf8'));
}

/** The same of what is text already. */
export function plainText(written: string): string[] {
  const text = stripVTControlCharacters(written);
  return text.replace(/\n$/, '').split('\n').map(lastState);
}

function lastState(line: string): string {
  const written = line.split('\r').findLast((state) => state !== '') ?? '';
  return written.replace(CONTROL_CHARACTERS, '').trimEnd();
}

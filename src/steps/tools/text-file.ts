import { open } from 'node:fs/promises';

/** Why a file cannot be read as a text. */
export interface Unreadable {
  /** Of the system; empty where it is the text that is at fault. */
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly cause?: unknown;
}

const MAX_BYTES = 8 * 1024 * 1024;

/** The text of a file, or why there is none. `kind`: what it should be, such as `graph file`. */
export async function readTextFile(path: string, kind: string): Promise<string | Unreadable> {
  try {
    return decode(await readBounded(path), kind);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return { code, message: whyUnreadable(code, kind, error), hint: null, cause: error };
  }
}

/** One byte more than there may be, so that it can be told. */
async function readBounded(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  const chunks: Buffer[] = [];
  // Not `readFile`: the file may grow, or be a pipe that never ends. The stream closes the file.
  for await (const chunk of file.createReadStream({ end: MAX_BYTES, highWaterMark: 256 * 1024 })) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file: a part of its path is not a folder',
  EACCES: 'cannot be read: permission denied',
  EPERM: 'cannot be read: permission denied',
  ELOOP: 'cannot be read: its symbolic links go round in a circle',
};

function whyUnreadable(code: string, kind: string, error: unknown): string {
  if (code === 'EISDIR') return `is a folder, not a ${kind}`;
  return REASONS[code] ?? (error instanceof Error ? `cannot be read: ${error.message}` : 'cannot be read');
}

function decode(bytes: Buffer, kind: string): string | Unreadable {
  if (bytes.length > MAX_BYTES) return refused('the file is larger than 8 MiB', `is it a ${kind}?`);
  const mark = bytes.length < 2 ? 0 : bytes.readUInt16BE(0);
  if (mark === 0xfffe || mark === 0xfeff) return refused('the text is UTF-16', 'save it as UTF-8');
  if (bytes.includes(0)) return refused(`is binary, not a ${kind}`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    return { ...refused('is not UTF-8 text', 'save it as UTF-8'), cause };
  }
}

function refused(message: string, hint: string | null = null): Unreadable {
  return { code: '', message, hint };
}

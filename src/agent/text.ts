import { stripVTControlCharacters } from 'node:util';

/** Agents' words, made fit for files that are read line by line and shown on terminals. */

/** Bytes of one message in UTF-8; the rest is cut off. */
export const MAX_MESSAGE = 16 * 1024;

/** Stands for a line break in a file that has one message a line. */
const FOLDED_LINE_BREAK = ' ⏎ ';

// biome-ignore lint/suspicious/noControlCharactersInRegex: taking them out is the point
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
const LINE_BREAK = /\r\n|[\r\n\u2028\u2029]/g;

/** Several lines, at most `MAX_MESSAGE` bytes. */
export function cleanText(text: string): string {
  return cut(stripVTControlCharacters(text).replace(LINE_BREAK, '\n').replace(CONTROL, '').trim());
}

/** One line: breaks become `FOLDED_LINE_BREAK`. */
export function foldLines(text: string): string {
  return cleanText(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(FOLDED_LINE_BREAK);
}

/** At most so many UTF-16 units, never half a character; the last one says that there was more. */
export function cutTo(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = text.codePointAt(length - 2) === text.charCodeAt(length - 2) ? length - 1 : length - 2;
  return `${text.slice(0, end)}…`;
}

function cut(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_MESSAGE) return text;
  let end = MAX_MESSAGE;
  // Not in the middle of a character: 10xxxxxx continues one.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${bytes.toString('utf8', 0, end)} … (cut: ${bytes.length} bytes)`;
}

import { dirname } from 'node:path';
import { plainLines, plainText, STREAM } from '../../agent-log.ts';
import type { HeadlessMode } from '../../frameworks/framework.ts';
import { SHIPPED } from '../../frameworks/shipped.ts';
import { TurnFiles } from './turn-files.ts';

/** Makes lines for people of bytes that begin and end with lines. */
export type ToLines = (bytes: Buffer) => string[];

/** How a log in an attempt's folder is read: the stream of a program in its own words, anything else as it is. */
export function linesOf(log: string): ToLines {
  if (!log.endsWith(`/${STREAM}`)) return plainLines;
  const framework = new TurnFiles(dirname(log)).list()[0]?.begun?.framework;
  const headless = framework === undefined ? undefined : SHIPPED[framework]?.headless;
  return headless === undefined ? plainLines : streamLines(headless);
}

/** What the lines of a stream say to people. */
export function streamLines({ show }: Pick<HeadlessMode, 'show'>): ToLines {
  return (bytes) => {
    const lines = bytes.toString('utf8').split('\n');
    return lines.filter((line) => line.trim() !== '').flatMap((line) => shown(show, line));
  };
}

/** A line that no preset can read, such as the last words of a shell, is shown as it is. */
function shown(show: HeadlessMode['show'], line: string): string[] {
  let said: readonly string[];
  try {
    said = show(line);
  } catch {
    said = [line];
  }
  return said.flatMap((text) => (/\p{Cc}/u.test(text) ? plainText(text) : [text]));
}

import { type AttentionReport, MAX_QUESTION } from '../../core/attention.ts';
import type { ScreenReader } from './read-screen.ts';

const FRAME = /^[\s│┃|]+|[\s│┃|]+$/gu;

/**
 * For programs that show what a question is about beside it: `words` finds that in the lines of the screen, without frames;
 * null leaves the question as it is. Two questions after each other could not be told apart without.
 */
export function withAskedAbout(
  read: ScreenReader,
  state: AttentionReport['state'],
  words: (lines: readonly string[]) => string | null,
): ScreenReader {
  return (screen, now) => {
    const reading = read(screen, now);
    if (reading.report?.state !== state) return reading;
    const question = words(screen.lines.map((line) => line.replace(FRAME, '')));
    if (question === null || question === '') return reading;
    return { ...reading, report: { ...reading.report, question: question.slice(0, MAX_QUESTION) } };
  };
}

/** The lines between the last one that fits and the first blank one, or the first that fits `end`, after it. */
export function linesBehind(lines: readonly string[], begin: RegExp, end: RegExp = /^$/u): string | null {
  const from = lines.findLastIndex((line) => begin.test(line)) + 1;
  if (from === 0) return null;
  const to = lines.findIndex((line, at) => at >= from && end.test(line));
  return lines
    .slice(from, to === -1 ? lines.length : to)
    .filter((line) => line !== '')
    .join(' ');
}

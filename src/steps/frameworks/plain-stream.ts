import type { HeadlessStream, Told } from './framework.ts';
import { providerReport } from './provider-error.ts';
import { report } from './report.ts';
import { shownLines } from './stream-words.ts';

/** Of a program whose lines are just words: it works while it prints them. */
export const plainStream: HeadlessStream = {
  reader: () => (line) => (shownLines(line).length === 0 ? null : { report: report('working') }),
  show: shownLines,
};

/** How programs begin what they say of an error of their own. */
const ERROR =
  /^\s*(?:[⚠✗✕■●!] *)?(?:\w+)?(?:error|exception)\b|^\s*(?:[⚠✗✕!] |\[(?:unauthenticated|resource_exhausted)\])/iu;

/**
 * What a line that is no JSON tells among lines that are: a program says so why it cannot go on. Null for other words of
 * it, such as warnings.
 */
export function plainTrouble(line: string, at: number): Told | null {
  const [words = ''] = shownLines(line);
  const trouble = ERROR.test(words) ? providerReport({ message: words, status: null }, at) : null;
  return trouble === null ? null : { report: trouble, at };
}

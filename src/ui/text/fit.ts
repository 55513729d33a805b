import type { Word } from '../line.ts';
import { cut, head } from './cut.ts';
import { cells } from './width.ts';

/** On which side a text stands that is narrower than its place. */
export type Align = 'left' | 'right';

const ELLIPSIS = '…';

/** How many cells words take together. */
export function widthOf(words: readonly Word[]): number {
  let width = 0;
  for (const word of words) width += cells(word.text);
  return width;
}

/** The words in exactly `width` cells: cut with an ellipsis at the end, or filled with blanks. */
export function fit(words: readonly Word[], width: number, align: Align = 'left', ellipsis: string = ELLIPSIS): Word[] {
  if (width <= 0) return [];
  const missing = width - widthOf(words);
  if (missing < 0) return shortened(words, width, ellipsis);
  if (missing === 0) return [...words];
  const blanks: Word = { text: ' '.repeat(missing), tone: 'plain' };
  return align === 'left' ? [...words, blanks] : [blanks, ...words];
}

/** One text in exactly `width` cells: cut with an ellipsis at the end, or filled with blanks. */
export function fitText(text: string, width: number, align: Align = 'left', ellipsis: string = ELLIPSIS): string {
  if (width <= 0) return '';
  const missing = width - cells(text);
  if (missing < 0) {
    const mark = head(ellipsis, width);
    return padded(head(text, width - cells(mark)) + mark, width);
  }
  return align === 'left' ? text + ' '.repeat(missing) : ' '.repeat(missing) + text;
}

/** A path in exactly `width` cells: folders go from the left, whole, so that the file's name stays. */
export function fitPath(path: string, width: number, align: Align = 'left', ellipsis: string = ELLIPSIS): string {
  if (cells(path) <= width) return fitText(path, width, align, ellipsis);
  const nameStart = path.lastIndexOf('/', path.length - 2);
  let start = -1;
  let slash = nameStart;
  while (slash > 0 && cells(ellipsis + path.slice(slash)) <= width) {
    start = slash;
    slash = path.lastIndexOf('/', slash - 1);
  }
  const shown = start < 0 ? path.slice(nameStart + 1) : ellipsis + path.slice(start);
  return fitText(shown, width, align, ellipsis);
}

/** The cells [from, to) of the words, exactly: half a wide character is a blank, and so is what lies behind the words. */
export function clip(words: readonly Word[], from: number, to: number): Word[] {
  const kept: Word[] = [];
  let at = 0;
  for (const word of words) {
    if (at >= to) break;
    const width = cells(word.text);
    const text = at >= from && at + width <= to ? word.text : cut(word.text, from - at, to - at);
    if (text !== '') kept.push(text === word.text ? word : { ...word, text });
    at += width;
  }
  const missing = to - Math.max(at, from);
  if (missing > 0) kept.push({ text: ' '.repeat(missing), tone: 'plain' });
  return kept;
}

function shortened(words: readonly Word[], width: number, ellipsis: string): Word[] {
  const mark = head(ellipsis, width);
  const room = width - cells(mark);
  const kept: Word[] = [];
  let used = 0;
  for (const word of words) {
    const text = head(word.text, room - used);
    used += cells(text);
    if (text === word.text) {
      kept.push(word);
      continue;
    }
    kept.push({ ...word, text: padded(text + mark, width - used + cells(text)) });
    break;
  }
  return kept;
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - cells(text)));
}

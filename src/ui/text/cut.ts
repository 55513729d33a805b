import { cells } from './width.ts';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const PRINTABLE_ASCII = /^[ -~]*$/;

/** The cells [from, to) of a safe text. Of a wide character that is cut through, the cells inside are blank. */
export function cut(text: string, from: number, to: number): string {
  if (PRINTABLE_ASCII.test(text)) return text.slice(Math.max(0, from), Math.max(0, to));
  let kept = '';
  let at = 0;
  for (const { segment } of graphemes.segment(text)) {
    if (at >= to) break;
    const end = at + cells(segment);
    if (at >= from && end <= to) kept += segment;
    else if (end > from) kept += ' '.repeat(Math.min(end, to) - Math.max(at, from));
    at = end;
  }
  return kept;
}

/** The longest beginning of a safe text that takes at most `width` cells and ends between two characters. */
export function head(text: string, width: number): string {
  if (PRINTABLE_ASCII.test(text)) return text.slice(0, Math.max(0, width));
  let end = 0;
  let at = 0;
  for (const { segment } of graphemes.segment(text)) {
    at += cells(segment);
    if (at > width) break;
    end += segment.length;
  }
  return text.slice(0, end);
}

/** The first character of a text, with its marks. */
export function firstCharacter(text: string): string {
  for (const { segment } of graphemes.segment(text)) return segment;
  return '';
}

import { type Word, word } from '../line.ts';
import { firstCharacter, head } from './cut.ts';
import { widthOf } from './fit.ts';
import { cells } from './width.ts';

/** Words, or parts of them, that stand together: all blanks, or none. */
interface Chunk {
  readonly blank: boolean;
  readonly words: Word[];
}

/** The text in rows of at most `width` cells, broken at blanks; what is longer than a row is broken where it must. */
export function wrap(text: string, width: number): string[] {
  return wrapWords([word(text)], width).map((row) => row.map((part) => part.text).join(''));
}

/** Words in rows of at most `width` cells; there is always one row. The blanks at a break go. */
export function wrapWords(words: readonly Word[], width: number): Word[][] {
  const room = Math.max(1, width);
  const rows: Word[][] = [[]];
  let used = 0;
  let gap: Word[] = [];
  for (const chunk of chunksOf(words)) {
    if (chunk.blank) {
      gap = chunk.words;
      continue;
    }
    const gapWidth = widthOf(gap);
    const chunkWidth = widthOf(chunk.words);
    if (used + gapWidth + chunkWidth <= room) {
      rows.at(-1)?.push(...gap, ...chunk.words);
      used += gapWidth + chunkWidth;
    } else {
      if (used > 0) rows.push([]);
      used = broken(chunk.words, room, rows);
    }
    gap = [];
  }
  return rows;
}

/** Puts words on the last row, which is empty, and on as many more as they need; how much of the last one they take. */
function broken(words: readonly Word[], room: number, rows: Word[][]): number {
  let used = 0;
  for (const part of words) {
    let rest = part.text;
    while (rest !== '') {
      const text = head(rest, room - used);
      if (text === '' && used > 0) {
        rows.push([]);
        used = 0;
        continue;
      }
      // A wide character that not even an empty row has room for becomes a blank.
      const shown = text === '' ? ' ' : text;
      rows.at(-1)?.push({ ...part, text: shown });
      used += cells(shown);
      rest = rest.slice((text === '' ? firstCharacter(rest) : text).length);
    }
  }
  return used;
}

function chunksOf(words: readonly Word[]): Chunk[] {
  const chunks: Chunk[] = [];
  for (const part of words) {
    for (const text of part.text.match(/ +|[^ ]+/g) ?? []) {
      const blank = text.startsWith(' ');
      const last = chunks.at(-1);
      const piece = { ...part, text };
      if (last?.blank === blank) last.words.push(piece);
      else chunks.push({ blank, words: [piece] });
    }
  }
  return chunks;
}

import type { BoxGlyphs, Glyphs } from '../glyphs.ts';
import { type Line, line, type Word, word } from '../line.ts';
import { clip, fit, fitText } from '../text/fit.ts';
import { cells } from '../text/width.ts';

/** Cells that a frame takes from left to right, with a blank beside what it holds. */
export const FRAME_COLUMNS = 4;
export const FRAME_ROWS = 2;

/** The lines with a frame around them; each becomes `columns` cells wide, frame and all. */
export function framed(title: string, lines: readonly Line[], columns: number, glyphs: Glyphs): Line[] {
  const { box } = glyphs;
  const inner = columns - FRAME_COLUMNS;
  const side = (text: string): Word => word(text, 'accent');
  const inside = lines.map(({ words, ground }) => {
    const body = fit(words, inner, 'left', glyphs.ellipsis);
    const padded = [word(' '), ...body, word(' ')];
    return line([side(box.vertical), ...padded, side(box.vertical)], ground ?? 'dialog');
  });
  const frame = [edge(title, columns, box, glyphs.ellipsis), ...inside, lastEdge(columns, box)];
  return columns < NARROWEST ? frame.map(({ words, ground }) => line(clip(words, 0, columns), ground)) : frame;
}

/** Cells of the corners, and of a title of one. */
const NARROWEST = 6;

function edge(title: string, columns: number, box: BoxGlyphs, ellipsis: string): Line {
  const room = Math.max(0, columns - 6);
  const name = cells(title) > room ? fitText(title, room, 'left', ellipsis) : title;
  const rest = Math.max(0, columns - 5 - cells(name));
  return line(
    [
      word(`${box.topLeft}${box.horizontal} `, 'accent'),
      word(name, 'strong'),
      word(` ${box.horizontal.repeat(rest)}${box.topRight}`, 'accent'),
    ],
    'dialog',
  );
}

function lastEdge(columns: number, box: BoxGlyphs): Line {
  return line(
    [word(`${box.bottomLeft}${box.horizontal.repeat(Math.max(0, columns - 2))}${box.bottomRight}`, 'accent')],
    'dialog',
  );
}

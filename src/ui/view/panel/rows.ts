import { type Ground, type Line, line, type Tone, type Word, word } from '../../line.ts';
import { clip, fit, widthOf } from '../../text/fit.ts';
import { safeText } from '../../text/safe.ts';
import { wrapWords } from '../../text/wrap.ts';
import type { View } from '../view.ts';

/** One line of the panel, in exactly so many cells. */
export function row(view: View, words: readonly Word[], columns: number, ground?: Ground): Line {
  return line(fit(words, columns, 'left', view.glyphs.ellipsis), ground);
}

/** A line that a person reads sideways: the cells from `ui.panelLeft` on, with an ellipsis where there is more. */
export function shiftedRow(view: View, words: readonly Word[], columns: number, ground?: Ground): Line {
  const { ui, glyphs } = view;
  if (ui.panelLeft === 0) return row(view, words, columns, ground);
  const width = widthOf(words);
  const rest = clip(words, ui.panelLeft + 1, Math.max(width, ui.panelLeft + 1));
  const start = width === 0 ? word(' ') : word(glyphs.ellipsis, 'quiet');
  return row(view, [start, ...rest], columns, ground);
}

/** Text of the world as one word that can be drawn. */
export function told(text: string, tone: Tone = 'plain', limit?: number): Word {
  return word(safeText(text, limit), tone);
}

/** Text of the world, each of its lines in as many rows as it needs. */
export function wrappedRows(view: View, text: string, columns: number, tone: Tone = 'plain'): Line[] {
  return text.split(/\r?\n/).flatMap((part) => wordRows(view, [told(part, tone)], columns));
}

function wordRows(view: View, words: readonly Word[], columns: number): Line[] {
  return wrapWords(words, columns).map((part) => row(view, part, columns));
}

/** A fact with its mark and its name; what does not fit goes on below, under its beginning. */
export interface FactRow {
  readonly mark?: Word;
  readonly label: string;
  readonly words: readonly Word[];
}

/** Facts with their names in one column. */
export function factRows(view: View, facts: readonly FactRow[], columns: number): Line[] {
  const longest = facts.reduce((most, { label }) => Math.max(most, label.length), 0);
  const hasMarks = facts.some(({ mark }) => mark !== undefined);
  return facts.flatMap(({ mark, label, words }) => {
    const marks = hasMarks ? [mark ?? word(' '), word(' ')] : [];
    const first = [word(' '), ...marks, word(label.padEnd(longest), 'quiet'), word('  ')];
    const indent = widthOf(first);
    if (columns - indent < NARROWEST) {
      const title = [word(' '), ...marks, word(label, 'quiet')];
      const below = wrapWords(words, Math.max(1, columns - 3)).map((part) =>
        row(view, [word('   '), ...part], columns),
      );
      return [row(view, title, columns), ...below];
    }
    return wrapWords(words, columns - indent).map((part, at) =>
      row(view, [...(at === 0 ? first : [word(' '.repeat(indent))]), ...part], columns),
    );
  });
}

/** Cells that a fact needs to stand beside its name. */
const NARROWEST = 16;

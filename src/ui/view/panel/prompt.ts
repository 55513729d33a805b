import { EMPTY_LINE, type Line } from '../../line.ts';
import type { Detail } from '../../ports.ts';
import type { Scroll, View } from '../view.ts';
import { row, told, wrappedRows } from './rows.ts';
import { listScroll, remembered } from './scroll.ts';

const HEADING = /^#{1,6} /;

/** What the agent was told, word by word. */
export function promptScroll(detail: Extract<Detail, { tab: 'prompt' }>, view: View, columns: number): Scroll {
  return remembered(detail, [columns, view.glyphs], () => {
    const { path, note, lines } = detail;
    const about = [note, path]
      .filter((text) => text !== null)
      .map((text) => row(view, [told(` ${text}`, 'quiet')], columns));
    let isCode = false;
    const text = lines.flatMap((raw): Line[] => {
      if (raw.startsWith('```')) isCode = !isCode;
      return wrappedRows(view, raw, columns, !isCode && HEADING.test(raw) ? 'strong' : 'plain');
    });
    const gap = about.length > 0 && text.length > 0 ? [row(view, EMPTY_LINE.words, columns)] : [];
    return listScroll([...about, ...gap, ...text]);
  });
}

import { type Word, word } from '../../line.ts';
import type { Detail } from '../../ports.ts';
import { fitText } from '../../text/fit.ts';
import { clock } from '../../wording/clock.ts';
import { wordingOf } from '../../wording/event-words.ts';
import { timeOfDay } from '../../wording/moment.ts';
import type { Scroll, View } from '../view.ts';
import { row, shiftedRow, told } from './rows.ts';
import { joinedScroll, lazyScroll, listScroll, remembered } from './scroll.ts';

const WHAT_WIDTH = 14;
const NARROWEST_WITH_TIME_OF_DAY = 64;

/** What has happened to the task, the last thing last. */
export function eventsScroll(detail: Extract<Detail, { tab: 'events' }>, view: View, columns: number): Scroll {
  const { startedAt } = view.run;
  return remembered(detail, [columns, view.ui.panelLeft, view.glyphs, startedAt], () => {
    const { events, omitted } = detail;
    const { ellipsis } = view.glyphs;
    const before = omitted === 0 ? [] : [row(view, [word(` ${ellipsis} ${omitted} before`, 'quiet')], columns)];
    const none = events.length === 0 ? [row(view, [word(' nothing has happened to it yet', 'quiet')], columns)] : [];
    const start = Date.parse(startedAt ?? events[0]?.at ?? '');
    const lineAt = (index: number) => {
      const event = events[index];
      if (event === undefined) return row(view, [], columns);
      const { what, detail: more, tone } = wordingOf(event);
      const words: Word[] = [
        word(` ${clock(Date.parse(event.at) - start)}`, 'quiet'),
        ...(columns < NARROWEST_WITH_TIME_OF_DAY ? [] : [word(`  ${timeOfDay(event.at)}`, 'quiet')]),
        word('  '),
        told(fitText(what, Math.max(WHAT_WIDTH, what.length)), tone),
        word('  '),
        told(more, tone === 'quiet' ? 'quiet' : 'plain'),
      ];
      return shiftedRow(view, words, columns);
    };
    return joinedScroll([listScroll([...before, ...none]), lazyScroll(events.length, lineAt)]);
  });
}

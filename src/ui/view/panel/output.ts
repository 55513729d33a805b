import { currentAttempt } from '../../../core/run-state.ts';
import type { Word } from '../../line.ts';
import type { Detail } from '../../ports.ts';
import { chosenTask } from '../../subjects.ts';
import { styledLines } from '../../text/sgr.ts';
import type { Scroll, View } from '../view.ts';
import { row, shiftedRow, told } from './rows.ts';
import { joinedScroll, lazyScroll, listScroll, remembered } from './scroll.ts';

type Output = Extract<Detail, { tab: 'output' }>;

/** What the agent has printed, in its own colours; when it is over, how it ended. */
export function outputScroll(detail: Output, view: View, columns: number): Scroll {
  const { panelLeft } = view.ui;
  const note = noteOf(detail, view);
  return remembered(detail, [columns, panelLeft, view.glyphs, note], () => {
    const words = lazyWords(detail.lines, panelLeft + columns + BEYOND);
    const printed = lazyScroll(detail.lines.length, (index) => shiftedRow(view, words(index), columns));
    return joinedScroll([printed, listScroll(note === '' ? [] : [row(view, [told(` ${note}`, 'quiet')], columns)])]);
  });
}

/** So much more of a line is read than is shown that one that goes on is known to. */
const BEYOND = 64;

function noteOf({ live, note }: Output, view: View): string {
  if (live) return note ?? '';
  const task = chosenTask(view);
  const attempt = task === null ? null : currentAttempt(task);
  const ended = attempt?.endedAt == null ? [] : ['ended'];
  const exit = attempt?.exitCode == null ? [] : [`exit ${attempt.exitCode}`];
  return [...ended, ...exit, ...(note === null ? [] : [note])].join(` ${view.glyphs.dot} `);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for.
const RESETS = /^\x1b\[0?(?:;[\d;:]*)?m/;

/** Lines in the colours that they were printed in, read from the nearest line before at which all colours end. */
function lazyWords(lines: readonly string[], limit: number): (index: number) => readonly Word[] {
  const known = new Map<number, readonly Word[]>();
  return (index) => {
    const words = known.get(index);
    if (words !== undefined) return words;
    let from = index;
    while (from > 0 && !RESETS.test(lines[from] ?? '')) from--;
    const to = Math.min(lines.length, index + READ_AHEAD);
    styledLines(lines.slice(from, to), limit).forEach((read, at) => {
      known.set(from + at, read);
    });
    return known.get(index) ?? [];
  };
}

/** About a screen. */
const READ_AHEAD = 64;

import { type Line, line, type Word, word } from '../../line.ts';
import { TABS, type Tab } from '../../ports.ts';
import { chosenLane, chosenTask } from '../../subjects.ts';
import { fit, fitText, widthOf } from '../../text/fit.ts';
import { safeText } from '../../text/safe.ts';
import type { View } from '../view.ts';

/** The line above the panel: what it can show, what it shows, and of whom. The tab that is open stands in a gap. */
export function drawTabs(view: View, columns: number): Line {
  const lane = chosenLane(view);
  const task = chosenTask(view);
  const name = lane === null ? (task?.outline.id ?? '') : `lane ${lane.outline.id}`;
  const tabs = task === null ? [] : tabWords(view, columns);
  return line(
    fit([...tabs, ...nameWords(view, safeText(name), columns - widthOf(tabs))], columns, 'left', view.glyphs.ellipsis),
  );
}

/** All of them where there is room, closer together where there is less, else the open one between arrows. */
function tabWords(view: View, columns: number): Word[] {
  const wide = TABS.flatMap((tab) => tabWord(view, tab, ' '));
  if (widthOf(wide) <= columns) return wide;
  const close = TABS.flatMap((tab) => tabWord(view, tab, ''));
  if (widthOf(close) <= columns) return close;
  const { glyphs, ui } = view;
  const { left, right } = glyphs.arrow;
  const place = `${TABS.indexOf(ui.tab) + 1}/${TABS.length}`;
  const alone = [word(`${left} `, 'quiet'), ...tabWord(view, ui.tab, ' '), word(` ${right} ${place} `, 'quiet')];
  return widthOf(alone) <= columns ? alone : fit(tabWord(view, ui.tab, ''), columns, 'left', glyphs.ellipsis);
}

function tabWord({ ui, glyphs }: View, tab: Tab, pad: string): Word[] {
  const { horizontal, teeLeft, teeRight } = glyphs.box;
  if (tab === ui.tab) {
    return [word(teeRight, 'accent'), word(`${pad}${tab}${pad}`, 'accent'), word(teeLeft, 'accent')];
  }
  return [word(horizontal, 'quiet'), word(`${pad}${tab}${pad}`, 'plain'), word(horizontal, 'quiet')];
}

/** The rest of the line, with the name at its end as far as there is room. */
function nameWords({ glyphs }: View, name: string, room: number): Word[] {
  const { horizontal } = glyphs.box;
  const width = Math.min(widthOf([word(name)]), room - 4);
  if (width < Math.min(SHORTEST_NAME, name.length) || name === '')
    return [word(horizontal.repeat(Math.max(0, room)), 'quiet')];
  return [
    word(`${horizontal.repeat(room - width - 3)} `, 'quiet'),
    word(fitText(name, width, 'left', glyphs.ellipsis), 'strong'),
    word(` ${horizontal}`, 'quiet'),
  ];
}

const SHORTEST_NAME = 6;

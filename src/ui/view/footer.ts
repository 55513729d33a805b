import type { Glyphs } from '../glyphs.ts';
import { COMMANDS, type Command, type Mode } from '../keymap/commands.ts';
import { shownKey } from '../keymap/shown-key.ts';
import { unavailable } from '../keymap/unavailable.ts';
import { type Line, line, type Word, word } from '../line.ts';
import { fit, widthOf } from '../text/fit.ts';
import { safeText } from '../text/safe.ts';
import { cells } from '../text/width.ts';
import { letters, type TextField } from '../text-field.ts';
import type { View } from './view.ts';

/** The keys that matter now, or what there is to say for a moment. */
export function drawFooter(view: View, mode: Mode, width: number): Line {
  const { ui, glyphs } = view;
  if (ui.filterField !== null) return line(fieldWords(' / ', ui.filterField, width, glyphs), 'bar');
  if (ui.toast !== null) {
    const { text, tone } = ui.toast;
    return line(fit([word(' '), word(safeText(text, 2_000), tone)], width, 'left', glyphs.ellipsis), 'bar');
  }
  return line(fit(keyWords(view, mode, width), width, 'left', glyphs.ellipsis), 'bar');
}

/** Keys that do nothing just now are left out; the least important give way to the width. */
function keyWords(view: View, mode: Mode, width: number): Word[] {
  const useful = COMMANDS.filter(
    (command) => command.footer !== undefined && command.modes.includes(mode) && unavailable(command.id, view) === null,
  );
  const byRank = useful.toSorted((a, b) => rankOf(a) - rankOf(b));
  // Quit and the list of all keys are there at any width that has room for anything.
  const first = [
    ...byRank.filter(({ id }) => id === 'help' || id === 'quit'),
    ...byRank.filter(({ id }) => id !== 'help' && id !== 'quit'),
  ];
  const kept = new Set<Command>();
  let room = width - 1;
  for (const command of first) {
    const taken = widthOf(keyWord(view, command));
    if (taken > room) continue;
    kept.add(command);
    room -= taken;
  }
  return [word(' '), ...byRank.filter((command) => kept.has(command)).flatMap((command) => keyWord(view, command))];
}

function rankOf({ footer }: Command): number {
  return footer?.rank ?? 0;
}

function keyWord(view: View, { id, footer }: Command): Word[] {
  const key = shownKey(view, id);
  return key === null ? [] : [word(key, 'accent'), word(` ${footer?.label}  `, 'quiet')];
}

/** A text that is being typed, with its cursor; what is seen moves along with it. */
export function fieldWords(label: string, field: TextField, width: number, { ellipsis }: Glyphs): Word[] {
  const all = letters(field.text).map((letter) => safeText(letter, 8));
  const at = all[field.at] || ' ';
  let from = field.at;
  const after = all.slice(field.at + 1).join('');
  // Behind the cursor there is room for the sign that more follows.
  let room = width - cells(label) - cells(at) - (after === '' ? 0 : 1);
  while (from > 0 && cells(all[from - 1] ?? '') <= room) room -= cells(all[--from] ?? '');
  const before = all.slice(from, field.at).join('');
  return fit(
    [word(label, 'accent'), word(before, 'strong'), { text: at, tone: 'strong', sgr: '7' }, word(after, 'strong')],
    width,
    'left',
    ellipsis,
  );
}

import type { CommandId } from '../../keymap/commands.ts';
import { shownKey } from '../../keymap/shown-key.ts';
import { type Line, line, type Word, word } from '../../line.ts';
import { fit } from '../../text/fit.ts';
import type { View } from '../view.ts';

/** A row that can be chosen; the one under the cursor has a mark before it. */
export function choiceLine(words: readonly Word[], isChosen: boolean, { glyphs }: View, columns: number): Line {
  const mark = isChosen ? word(`${glyphs.cursor} `, 'accent') : word('  ');
  const fitted = fit([mark, ...words], columns, 'left', glyphs.ellipsis);
  return isChosen ? line(fitted, 'selected') : line(fitted);
}

/** Keys with what they do, below a dialog. */
export function keyLine(view: View, keys: readonly (readonly [command: CommandId, does: string])[]): Line {
  return line(
    keys.flatMap(([command, does]) => {
      const key = shownKey(view, command);
      return key === null ? [] : [word(key, 'accent'), word(` ${does}   `, 'quiet')];
    }),
  );
}

/** `[x]` and `[ ]`. */
export function box(isOn: boolean): Word {
  return word(isOn ? '[x] ' : '[ ] ', isOn ? 'accent' : 'quiet');
}

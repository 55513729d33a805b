import type { View } from '../view/view.ts';
import type { CommandId } from './commands.ts';

/** The key of a command that is named where there is room for one; null where a person has left it none. */
export function shownKey({ keymap, glyphs }: Pick<View, 'keymap' | 'glyphs'>, id: CommandId): string | null {
  const [key] = keymap.keysOf(id);
  return key === undefined ? null : keymap.keyText(key, glyphs);
}

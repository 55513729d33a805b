import type { Glyphs } from '../glyphs.ts';
import { isLetter, type KeyPress } from './key-press.ts';

const WORDS: Readonly<Record<string, string>> = {
  ctrl: 'Ctrl',
  alt: 'Alt',
  shift: 'Shift',
  enter: 'Enter',
  esc: 'Esc',
  space: 'Space',
  tab: 'Tab',
  backspace: 'Bksp',
  delete: 'Del',
  up: 'Up',
  down: 'Down',
  left: 'Left',
  right: 'Right',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  home: 'Home',
  end: 'End',
};

/** A key for the eyes of people: `Ctrl-D`, `Esc`, and `↵` and `↓` where there are glyphs for them. */
export function keyText(press: KeyPress, glyphs: Glyphs | null = null): string {
  if (isLetter(press)) return press;
  const parts = press.split(/\+(?=.)/);
  const held = parts.slice(0, -1).map((part) => `${WORDS[part] ?? part}-`);
  const last = parts.at(-1) ?? '';
  // Ctrl takes no notice of Shift, and is written with capitals everywhere.
  const letter = press.startsWith('ctrl+') && isLetter(last) ? last.toUpperCase() : last;
  return held.join('') + (signOf(last, glyphs) ?? WORDS[last] ?? letter);
}

function signOf(name: string, glyphs: Glyphs | null): string | null {
  if (glyphs?.name !== 'unicode') return null;
  if (name === 'enter') return glyphs.enter;
  return name === 'up' || name === 'down' || name === 'left' || name === 'right' ? glyphs.arrow[name] : null;
}

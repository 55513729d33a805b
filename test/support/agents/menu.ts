import type { Key } from './keys.ts';

/** Rows of which one is chosen, as the program takes its keys. */
export interface Menu {
  readonly name: string;
  readonly rows: readonly string[];
  /** The row that Enter takes when nothing was moved. */
  readonly preselected: number;
  /** Keys that choose a row at once. */
  readonly keys: Readonly<Record<string, number>>;
  /** Those keys only move to the row. */
  readonly digitsMove?: boolean;
  /** What Escape does: chooses a row, ends it without one, or nothing. */
  readonly escape: number | 'cancel' | 'nothing';
  readonly arrows: boolean;
  /** The rows stand beside each other: Left and Right as well. */
  readonly sideways?: boolean;
  readonly enter: boolean;
  /** The row in which words of one's own are typed. */
  readonly words?: number;
  /** Answers are typed as a line, by their beginnings in small letters; `''` is a bare Enter. */
  readonly line?: Readonly<Record<string, number>>;
  /** It stays on the screen when it is answered. */
  readonly stays?: boolean;
  /** Rows that do harm. */
  readonly bad?: readonly number[];
  draw(state: MenuState, width: number): readonly string[];
}

export interface MenuState {
  readonly selected: number;
  /** Null while none are being typed. */
  readonly words: string | null;
}

export type MenuStep =
  | { readonly kind: 'state'; readonly state: MenuState }
  | { readonly kind: 'chosen'; readonly row: number | null; readonly words: string | null; readonly key: string }
  | { readonly kind: 'mistake' };

/** What a key does in a menu. */
export function menuStep(menu: Menu, state: MenuState, key: Key): MenuStep {
  if (menu.line !== undefined) return lineStep(menu.line, state.words ?? '', key);
  if (key.kind === 'paste') return state.words === null ? { kind: 'mistake' } : typed(state, key.text);
  if (key.kind === 'text') return state.words === null ? byKey(menu, key.text) : typed(state, key.text);
  if (state.words !== null) return inWords(menu, state, state.words, key.name);
  const { name } = key;
  if (menu.keys[name] !== undefined) return choose(menu, menu.keys[name], name);
  if (name === 'Enter' && menu.enter) return choose(menu, state.selected, name);
  if (name === 'Escape' && menu.escape !== 'nothing') {
    return { kind: 'chosen', row: menu.escape === 'cancel' ? null : menu.escape, words: null, key: name };
  }
  const steps: Record<string, number> = menu.sideways === true ? { Left: -1, Right: 1, Tab: 1 } : { Up: -1, Down: 1 };
  const step = menu.arrows ? steps[name] : undefined;
  if (step === undefined) return { kind: 'mistake' };
  return {
    kind: 'state',
    state: { selected: (state.selected + step + menu.rows.length) % menu.rows.length, words: null },
  };
}

/** Several characters at once are not keys. */
function byKey(menu: Menu, text: string): MenuStep {
  const row = menu.keys[text];
  if (row === undefined) return { kind: 'mistake' };
  return menu.digitsMove === true ? { kind: 'state', state: { selected: row, words: null } } : choose(menu, row, text);
}

function choose(menu: Menu, row: number, key: string): MenuStep {
  if (row === menu.words) return { kind: 'state', state: { selected: row, words: '' } };
  return { kind: 'chosen', row, words: null, key };
}

function typed(state: MenuState, text: string): MenuStep {
  return { kind: 'state', state: { ...state, words: (state.words ?? '') + text } };
}

function inWords(menu: Menu, state: MenuState, words: string, name: string): MenuStep {
  if (name === 'Enter' && words !== '') return { kind: 'chosen', row: menu.words ?? null, words, key: name };
  if (name === 'Escape') return { kind: 'chosen', row: null, words: null, key: name };
  if (name === 'BSpace') return { kind: 'state', state: { ...state, words: words.slice(0, -1) } };
  return { kind: 'mistake' };
}

function lineStep(answers: Readonly<Record<string, number>>, line: string, key: Key): MenuStep {
  if (key.kind !== 'key') return { kind: 'state', state: { selected: 0, words: line + key.text } };
  if (key.name === 'BSpace') return { kind: 'state', state: { selected: 0, words: line.slice(0, -1) } };
  if (key.name !== 'Enter') return { kind: 'mistake' };
  const answer = Object.keys(answers).find((each) => each !== '' && line.trim().toLowerCase().startsWith(each));
  const row = answers[answer ?? (line.trim() === '' ? '' : line)];
  return row === undefined
    ? { kind: 'mistake' }
    : { kind: 'chosen', row, words: null, key: line === '' ? 'Enter' : line };
}

/**
 * A question: its choices, the row that takes words of one's own, and what else there is. The rows are drawn with the
 * words that are being typed in their place.
 */
export function questionMenu(
  choices: readonly string[],
  others: readonly [string, ...string[]],
  draw: (rows: readonly string[], state: MenuState, width: number) => readonly string[],
): Menu {
  const words = choices.length;
  const rows = [...choices, ...others];
  const shown = (state: MenuState) => rows.map((row, at) => (at === words ? (state.words ?? row) : row));
  return {
    name: 'question',
    rows,
    preselected: 0,
    keys: numberKeys(rows),
    escape: 'cancel',
    arrows: true,
    enter: true,
    words,
    draw: (state, width) => draw(shown(state), state, width),
  };
}

/** `1`, `2`, … for rows. */
export function numberKeys(rows: readonly string[]): Record<string, number> {
  return Object.fromEntries(rows.slice(0, 9).map((_, row) => [String(row + 1), row]));
}

/** What a word means; the theme gives it a colour, and no meaning is carried by colour alone. */
export type Tone =
  | 'plain'
  /** Beside what matters. */
  | 'quiet'
  /** Names and titles. */
  | 'strong'
  | 'good'
  | 'bad'
  | 'warn'
  /** At work now. */
  | 'live'
  /** What the eye is to find first: keys, the focus. */
  | 'accent'
  /** The letters that a search has found. */
  | 'match';

/** A piece of text of one look. Its text is safe to be drawn: it holds no control characters and stays on its line. */
export interface Word {
  readonly text: string;
  readonly tone: Tone;
  /** SGR parameters of the agent's own colours, such as `1;38;5;208`; they come before the tone. */
  readonly sgr?: string;
  /** Where it leads, for terminals that know links. */
  readonly link?: string;
}

/** What lies behind a line from edge to edge. */
export type Ground = 'selected' | 'bar' | 'dialog' | 'added' | 'removed';

/** One row of cells. */
export interface Line {
  readonly words: readonly Word[];
  readonly ground?: Ground;
}

export function word(text: string, tone: Tone = 'plain'): Word {
  return { text, tone };
}

export function line(words: readonly Word[], ground?: Ground): Line {
  return ground === undefined ? { words } : { words, ground };
}

export const EMPTY_LINE: Line = { words: [] };

/**
 * One press of a key by its name: `j`, `J`, `?`, `space`, `enter`, `esc`, `shift+tab`, `pageup`, `ctrl+c`, `alt+x`.
 * What is one letter to the eye is its own name.
 */
export type KeyPress = string;

/** What Ink's `useInput` tells beside the text. */
export interface InkKey {
  readonly upArrow: boolean;
  readonly downArrow: boolean;
  readonly leftArrow: boolean;
  readonly rightArrow: boolean;
  readonly pageDown: boolean;
  readonly pageUp: boolean;
  readonly home: boolean;
  readonly end: boolean;
  readonly return: boolean;
  readonly escape: boolean;
  readonly tab: boolean;
  readonly backspace: boolean;
  readonly delete: boolean;
  readonly ctrl: boolean;
  readonly shift: boolean;
  readonly meta: boolean;
  readonly super?: boolean;
  readonly hyper?: boolean;
  readonly eventType?: 'press' | 'repeat' | 'release';
}

const NAMED = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
] as const satisfies readonly (readonly [keyof InkKey, KeyPress])[];

const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What is left of a sequence that Ink does not know, such as the answer to a question that nobody asked. */
const UNKNOWN_SEQUENCE = /^\[[\d;:<=>?]+[ -/]*[A-Za-z~^$@]$/;

/** The presses of one read, in order: `jjj` and `abc\r` come as one text, and ones like `\u0004\u0004` too. */
export function keyPresses(input: string, key: InkKey): KeyPress[] {
  if (key.eventType === 'release' || key.super === true || key.hyper === true) return [];
  // Two of them in one read are told as one with Alt.
  if (key.escape) return input === '\u001b' ? ['esc', 'esc'] : ['esc'];
  const named = NAMED.find(([flag]) => key[flag]);
  if (named !== undefined) return [withModifiers(named[1], key)];
  if (key.ctrl || key.meta) return input === '' ? [] : [withModifiers(letterName(input, key.shift), key)];
  if (UNKNOWN_SEQUENCE.test(input)) return [];
  const presses = Array.from(segments.segment(input), ({ segment }) => namesOf(segment));
  return key.shift && presses.length === 1 ? [letterName(input, true)] : presses.flat();
}

/** The text that a press stands for where a text is typed; null for keys that are no letters. */
export function textOf(press: KeyPress): string | null {
  if (press === 'space') return ' ';
  return isLetter(press) ? press : null;
}

/** One printable character, as the eye counts them. */
export function isLetter(text: string): boolean {
  const [first, second] = segments.segment(text);
  return first !== undefined && second === undefined && !/^\p{Cf}|[\p{Cc}\p{Cn}\p{Cs}\p{Z}]/u.test(text);
}

/** Shift is part of a letter, and a modifier of all others. */
function withModifiers(name: KeyPress, { ctrl, meta, shift }: InkKey): KeyPress {
  const shifted = shift && !isLetter(name);
  return `${ctrl ? 'ctrl+' : ''}${meta ? 'alt+' : ''}${shifted ? 'shift+' : ''}${ctrl ? name.toLowerCase() : name}`;
}

function letterName(input: string, shift: boolean): KeyPress {
  if (input === ' ') return 'space';
  return shift && isLetter(input.toUpperCase()) ? input.toUpperCase() : input;
}

/** A character of a text that arrived in one piece; a line end of two counts once. */
function namesOf(character: string): KeyPress[] {
  const code = character.charCodeAt(0);
  if (character === ' ') return ['space'];
  if (code === 0x0d || code === 0x0a) return ['enter'];
  if (code === 0x09) return ['tab'];
  if (code === 0x08 || code === 0x7f) return ['backspace'];
  if (code === 0x1b) return ['esc'];
  if (code === 0) return ['ctrl+space'];
  if (code < 0x20) return [`ctrl+${String.fromCharCode(code + (code <= 26 ? 0x60 : 0x40))}`];
  return isLetter(character) ? [character] : [];
}

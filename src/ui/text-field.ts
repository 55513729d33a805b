/** A line that is being typed. */
export interface TextField {
  readonly text: string;
  /** Where the next letter goes, in graphemes from 0. */
  readonly at: number;
}

export const EMPTY_FIELD: TextField = { text: '', at: 0 };

const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What the eye takes for one letter. */
export function letters(text: string): string[] {
  return Array.from(segments.segment(text), ({ segment }) => segment);
}

export function fieldOf(text: string): TextField {
  return { text, at: letters(text).length };
}

const LIMIT = 20_000;

/** What was typed or pasted, on one line: what a terminal would act on is left out. */
export function insert(field: TextField, text: string): TextField {
  const typed = text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  const known = letters(field.text);
  const joined = [...known.slice(0, field.at), typed, ...known.slice(field.at)].join('').slice(0, LIMIT);
  const after = known.slice(field.at).join('');
  return { text: joined, at: letters(joined).length - letters(after).length };
}

/** Null where the key is none of a text's. */
export function edit(field: TextField, key: string): TextField | null {
  const known = letters(field.text);
  const { at } = field;
  switch (key) {
    case 'left':
      return { ...field, at: Math.max(0, at - 1) };
    case 'right':
      return { ...field, at: Math.min(known.length, at + 1) };
    case 'home':
    case 'ctrl+a':
      return { ...field, at: 0 };
    case 'end':
    case 'ctrl+e':
      return { ...field, at: known.length };
    case 'backspace':
      return at === 0 ? field : cut(known, at - 1, at);
    case 'delete':
      return cut(known, at, at + 1);
    case 'ctrl+w':
      return cut(known, startOfWord(known, at), at);
    case 'ctrl+u':
      return cut(known, 0, at);
    case 'ctrl+k':
      return cut(known, at, known.length);
    default:
      return null;
  }
}

function cut(known: readonly string[], from: number, to: number): TextField {
  return { text: [...known.slice(0, from), ...known.slice(to)].join(''), at: from };
}

function startOfWord(known: readonly string[], at: number): number {
  let from = at;
  while (from > 0 && known[from - 1] === ' ') from--;
  while (from > 0 && known[from - 1] !== ' ') from--;
  return from;
}

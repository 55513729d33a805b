/** Stands for what cannot be shown for certain. */
const UNKNOWN = '\ufffd';
const TAB = '    ';

/** Marks on one letter: more than any language needs, fewer than it takes to draw over the lines around. */
const MARKS = 3;

const LINE_ENDS = /[\n\v\f\r\u0085\u2028\u2029]/g;

/**
 * Control and format characters (so BiDi marks, joiners, tags, the soft hyphen), variation selectors and other invisible
 * ones, enclosing marks such as the keycap, skin tones. Each emoji of a joined sequence stands by itself without its
 * joiner, as no two of Ink, tmux and xterm agree on how wide a sequence is.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Me}\p{Default_Ignorable_Code_Point}]|[\u{1f3fb}-\u{1f3ff}]/gu;

/**
 * Viramas that make one cluster of two letters: Ink counts the first letter alone, tmux both. Without them the letters stand
 * side by side.
 */
const LINKERS = /[\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d\u1039\u17d2\u1a60\u1b44\u1bab\u{a9c0}\u{aaf6}]/gu;

const REGIONAL_INDICATOR = /[\u{1f1e6}-\u{1f1ff}]/gu;

/** Thai and Lao sara am: one cell in tmux, none in Ink; taken apart, its two halves are none and one in both. */
const SARA_AM = /[\u0e33\u0eb3]/g;

/**
 * Of what is left, characters that take different numbers of cells in string-width 8 (Ink), tmux 3.3a with glibc 2.36, and
 * xterm.js 6 with its graphemes add-on; measured for each character behind a letter, and for mixtures of those that stay.
 * They are: spacing marks; conjoining Hangul that NFC has not put together; letters that join what follows them; halfwidth
 * voicing marks; yijing symbols; what came with Unicode 14 and later. Of the planes above the first only mathematical
 * letters, emoji and pictures, ideographs and private characters stay.
 */
const UNSURE = new RegExp(
  `[\\p{Cn}\\p{Cs}\\p{Mc}${[
    '\\u1100-\\u11ff\\ua960-\\ua97c\\ud7b0-\\ud7fb',
    '\\u088f\\u0897-\\u089f\\u08ca-\\u08d2\\u0c3c\\u0c5c\\u0cdc\\u0d4e\\u0ece',
    '\\u1ac1-\\u1aeb\\u1b4e\\u1b4f\\u1b7f\\u1c89\\u1c8a\\u1dfa',
    '\\u20c1\\u2427-\\u2429\\u2630-\\u2637\\u268a-\\u268f\\u2b96\\u2ffc-\\u2fff',
    '\\u302a-\\u302d\\u3099\\u309a\\u31e4\\u31e5\\u31ef\\u3248-\\u324f\\u4dc0-\\u4dff',
    '\\ua7cb-\\ua7cf\\ua7d2\\ua7d4\\ua7da-\\ua7dc\\ua7f1',
    '\\ufbc3-\\ufbd2\\ufd90\\ufd91\\ufdc8-\\ufdce\\uff9e\\uff9f',
    '\\u{10000}-\\u{1d3ff}\\u{1d800}-\\u{1efff}',
    '\\u{1f6d8}\\u{1f6dc}-\\u{1f6df}\\u{1f774}-\\u{1f77f}\\u{1f7d9}\\u{1f7f0}\\u{1f8b2}-\\u{1f8ff}\\u{1f979}\\u{1f9cc}',
    '\\u{1fa54}-\\u{1fa5f}\\u{1fa75}-\\u{1fa77}\\u{1fa7b}-\\u{1fa7f}\\u{1fa87}-\\u{1fa8f}\\u{1faa9}-\\u{1faaf}',
    '\\u{1fab7}-\\u{1fabf}\\u{1fac3}-\\u{1facf}\\u{1fad7}-\\u{1faff}\\u{1fbcb}-\\u{1fbef}\\u{1fbfa}-\\u{1ffff}',
    '\\u{2b735}-\\u{2b73f}\\u{2cea2}-\\u{2ceaf}\\u{2ebf0}-\\u{2ee5f}\\u{31350}-\\u{effff}',
  ].join('')}]`,
  'gu',
);

const LEADING_MARKS = /^\p{M}+/u;
const MANY_MARKS = new RegExp(`(\\p{M}{${MARKS}})\\p{M}+`, 'gu');

/**
 * Text without control sequences as characters of which it is certain how many cells they take, whatever stands before and
 * behind them: two such texts stay so when they are put together.
 */
export function sureCharacters(text: string): string {
  return text
    .toWellFormed()
    .replace(/\t/g, TAB)
    .replace(LINE_ENDS, ' ')
    .replace(INVISIBLE, '')
    .replace(LINKERS, '')
    .replace(REGIONAL_INDICATOR, (letter) => String.fromCharCode((letter.codePointAt(0) ?? 0) - 0x1f1e6 + 0x41))
    .normalize('NFC')
    .replace(SARA_AM, (vowel) => vowel.normalize('NFKD'))
    .replace(UNSURE, UNKNOWN)
    .replace(LEADING_MARKS, '')
    .replace(MANY_MARKS, '$1');
}

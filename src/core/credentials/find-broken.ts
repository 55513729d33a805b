/** Start and end. */
export type Range = readonly [number, number];

/** From here on a word is also found where a terminal has broken it. */
const SHORTEST_BROKEN = 12;

/**
 * Finds words also where what a terminal, or a program that draws boxes, puts into a long one stands between: line breaks,
 * blanks, borders, escape sequences, and all that as it stands in JSON. `encode` gives the characters of the text.
 */
export function findAll(
  words: readonly string[],
  encode: (text: string) => string,
): (text: string) => readonly Range[] {
  const whole = anyOf(words);
  const long = words.filter((word) => word.length >= SHORTEST_BROKEN);
  const broken = long.length === 0 ? null : anyOf(long);
  const gap = new RegExp(gapPattern(encode), 'g');
  return (text) => {
    const found = matches(text, whole);
    if (broken !== null) found.push(...brokenMatches(text, broken, gap));
    return merged(found);
  };
}

function anyOf(words: readonly string[]): RegExp {
  // Of two that begin alike the longer one.
  const longestFirst = words.toSorted((one, other) => other.length - one.length);
  return new RegExp(longestFirst.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'g');
}

function gapPattern(encode: (text: string) => string): string {
  const borders = ['│', '┃', '║', '▌', '▐'].map(encode).join('|');
  const escapes = '\\x1b\\[[0-9;?]*[ -/]*[@-~]|\\x1b[()][0-9A-Z]|\\\\u001b\\[[0-9;?]*[@-~]|\\\\[nrt]';
  return `(?:[\\s|]|${borders}|${escapes})+`;
}

function matches(text: string, pattern: RegExp): Range[] {
  return Array.from(text.matchAll(pattern), ({ index, 0: found }) => [index, index + found.length]);
}

/** Looks in what is left when the gaps are taken out. */
function brokenMatches(text: string, pattern: RegExp, gap: RegExp): Range[] {
  let condensed = '';
  /** Where each piece begins: in what is left, and in the text. */
  const pieces: { readonly at: number; readonly from: number }[] = [];
  let from = 0;
  const take = (end: number): void => {
    if (end > from) pieces.push({ at: condensed.length, from });
    condensed += text.slice(from, end);
  };
  for (const { index, 0: found } of text.matchAll(gap)) {
    take(index);
    from = index + found.length;
  }
  take(text.length);
  return matches(condensed, pattern).map(([start, end]) => [originOf(start, pieces), originOf(end - 1, pieces) + 1]);
}

function originOf(at: number, pieces: readonly { readonly at: number; readonly from: number }[]): number {
  let [low, high] = [0, pieces.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((pieces[middle]?.at ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  const piece = pieces[low] ?? { at: 0, from: 0 };
  return piece.from + at - piece.at;
}

function merged(ranges: Range[]): Range[] {
  const all: [number, number][] = [];
  for (const [start, end] of ranges.toSorted(([one], [other]) => one - other)) {
    const last = all.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else all.push([start, end]);
  }
  return all;
}

/** A line of a screen, with what one pattern may be looked for in. */
export interface ScreenLine {
  /** As it stands there. */
  readonly raw: string;
  /** Without the frame around it: what stood to its left is blank. */
  readonly bare: string;
  /** Together with the next one, where the program broke it for want of room; null where it ends by itself. */
  readonly wrapped: string | null;
}

const LEFT_FRAME = /^[\s│┃║▎▌▏]+/u;
const RIGHT_FRAME = /[\s│┃║▐▕]+$/u;

/** Boxes leave so many columns free beside a word that did not fit. */
const MARGIN = 8;

export function screenLines(lines: readonly string[]): ScreenLine[] {
  const bare = lines.map(withoutFrame);
  const width = Math.max(0, ...lines.map((line) => line.length));
  return lines.map((raw, at) => {
    const [own = '', next = ''] = bare.slice(at, at + 2);
    const [word = ''] = next.trim().split(' ');
    const broken = own !== '' && word !== '' && own.length + word.length > width - MARGIN && !isRule(raw);
    return { raw, bare: own, wrapped: broken ? `${own} ${next.trim()}` : null };
  });
}

function withoutFrame(line: string): string {
  return line.replace(LEFT_FRAME, (frame) => ' '.repeat(frame.length)).replace(RIGHT_FRAME, '');
}

/** A line across, or the upper or lower edge of a box. */
export function isRule(line: string): boolean {
  return /^\s*[╭╰┌└├▛▙]?[─━═╌┄▀▄]{3,}/u.test(line);
}

/** Where the last of them is in which one of the patterns is found; -1 for none. */
export function lastMatch(lines: readonly ScreenLine[], patterns: readonly RegExp[]): number {
  return lines.findLastIndex((line) => patterns.some((pattern) => matches(line, pattern)));
}

export function matches({ raw, bare, wrapped }: ScreenLine, pattern: RegExp): boolean {
  return pattern.test(raw) || pattern.test(bare) || (wrapped !== null && pattern.test(wrapped));
}

/** The end of them, with so many that are not blank. */
export function lastLines(lines: readonly ScreenLine[], count: number): readonly ScreenLine[] {
  let at = lines.length;
  for (let left = count; at > 0 && left > 0; at -= 1) {
    if (lines[at - 1]?.bare.trim() !== '') left -= 1;
  }
  return lines.slice(at);
}

/** How many of them are not blank; neither of the two counts. */
export function linesBetween(lines: readonly ScreenLine[], from: number, to: number): number {
  return lines.slice(from + 1, to).filter(({ bare }) => bare.trim() !== '').length;
}

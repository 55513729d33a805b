/** A line of Markdown that stands for itself, and what ends the block that it is in; null where it is in none. */
export interface Line {
  readonly text: string;
  readonly closes: string | null;
}

export function lineOf(text: string): Line {
  return { text, closes: null };
}

/**
 * All lines where they fit, else the first ones and a last line that says how many characters are missing; `beyond` are
 * missing already.
 */
export function fitLines(
  { lines, beyond }: { readonly lines: readonly Line[]; readonly beyond: number },
  room: number,
  note: (characters: number) => string,
): string {
  const all = lines.map(({ text }) => text).join('\n');
  if (all.length <= room && beyond === 0) return all;
  let fitting = '';
  let kept = '';
  for (const { text, closes } of lines) {
    kept += `${text}\n`;
    const missing = all.length + 1 - kept.length + beyond;
    const made = `${kept}${closes === null ? '' : `${closes}\n`}\n${note(missing)}`;
    if (made.length > room) break;
    fitting = made;
  }
  return fitting === '' ? note(all.length + beyond) : fitting;
}

/** The length that the longest may keep, so that all of them together take `room`; `Infinity` where they fit. */
export function longestThatFits(lengths: readonly number[], room: number): number {
  let left = room;
  const sorted = lengths.toSorted((one, other) => one - other);
  for (const [index, length] of sorted.entries()) {
    const share = Math.floor(left / (sorted.length - index));
    if (length > share) return Math.max(0, share);
    left -= length;
  }
  return Number.POSITIVE_INFINITY;
}

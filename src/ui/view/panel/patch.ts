import type { Ground, Tone } from '../../line.ts';

/** How a line of a unified diff looks, and where it stands in the two files. */
export interface PatchLine {
  readonly tone: Tone;
  readonly ground: Ground | null;
  /** From 1; null for a line that is not in that file, or in none. */
  readonly old: number | null;
  readonly new: number | null;
}

/** A unified diff, read once from its beginning: a header is told from a removed `-- ` line only by what is before it. */
export interface Patch {
  lineAt(index: number): PatchLine;
  /** The letter of git for each file, by its header line. */
  readonly letters: ReadonlyMap<string, string>;
  /** Digits of the largest number of a line. */
  readonly digits: number;
}

const HEADER = 0;
const HUNK = 1;
const CONTEXT = 2;
const ADDED = 3;
const REMOVED = 4;
const NOTE = 5;

const HUNK_HEADER = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

const LETTERS: readonly (readonly [RegExp, string])[] = [
  [/^new file mode /, 'A'],
  [/^deleted file mode /, 'D'],
  [/^rename from /, 'R'],
  [/^copy from /, 'C'],
];

export function readPatch(lines: readonly string[]): Patch {
  const kinds = new Uint8Array(lines.length);
  const [olds, news] = [new Int32Array(lines.length), new Int32Array(lines.length)];
  const letters = new Map<string, string>();
  const at = { old: 0, new: 0, oldLeft: 0, newLeft: 0 };
  let file = '';
  let most = 0;
  lines.forEach((text, index) => {
    const hunk = HUNK_HEADER.exec(text);
    if (at.oldLeft > 0 || at.newLeft > 0) {
      kinds[index] = inHunk(text, at, (old, now) => {
        olds[index] = old;
        news[index] = now;
        most = Math.max(most, old, now);
      });
    } else if (hunk !== null) {
      kinds[index] = HUNK;
      Object.assign(at, { old: Number(hunk[1]), new: Number(hunk[3]) });
      Object.assign(at, { oldLeft: Number(hunk[2] ?? 1), newLeft: Number(hunk[4] ?? 1) });
    } else {
      const isFile = text.startsWith('diff --git ');
      kinds[index] = isFile ? HEADER : NOTE;
      if (isFile) file = text;
      const letter = LETTERS.find(([pattern]) => pattern.test(text))?.[1];
      if (letter !== undefined) letters.set(file, letter);
    }
  });
  const lineAt = (index: number): PatchLine => {
    const look = LOOKS[kinds[index] ?? HEADER] ?? LOOKS[HEADER];
    return { ...look, old: olds[index] || null, new: news[index] || null };
  };
  return { lineAt, letters, digits: String(most).length };
}

function inHunk(
  text: string,
  at: { old: number; new: number; oldLeft: number; newLeft: number },
  number: (old: number, now: number) => void,
): number {
  const sign = text[0];
  if (sign === '\\') return NOTE;
  const isOld = sign !== '+';
  const isNew = sign !== '-';
  number(isOld ? at.old : 0, isNew ? at.new : 0);
  if (isOld) {
    at.old++;
    at.oldLeft--;
  }
  if (isNew) {
    at.new++;
    at.newLeft--;
  }
  return isOld && isNew ? CONTEXT : isOld ? REMOVED : ADDED;
}

const LOOKS: readonly [Pick<PatchLine, 'tone' | 'ground'>, ...Pick<PatchLine, 'tone' | 'ground'>[]] = [
  { tone: 'strong', ground: null },
  { tone: 'quiet', ground: null },
  { tone: 'plain', ground: null },
  { tone: 'plain', ground: 'added' },
  { tone: 'plain', ground: 'removed' },
  { tone: 'quiet', ground: null },
];

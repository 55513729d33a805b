import { isRule, lastLines, linesBetween, type ScreenLine, screenLines } from './screen-lines.ts';

/** A screen around the line in which one types. */
export interface ScreenAreas {
  /** What is typed there, its lines joined by line breaks; null where there is no such line. */
  readonly input: string | null;
  /** What was said last before it; empty where there is no such line. */
  readonly above: readonly ScreenLine[];
  /** What stands below it, or the end of the screen. */
  readonly below: readonly ScreenLine[];
  readonly all: readonly ScreenLine[];
}

/** Lines above the input in which the last word of a turn stands: what is further up may be of an earlier one. */
const LAST_WORDS = 12;

/** More lines than that below the input are no footer. */
export const MAX_FOOTER = 8;

/** The last line that the pattern fits is the one, with the lines of text that follow it up to its frame. */
export function screenAreas(text: readonly string[], input: RegExp | null, count: number): ScreenAreas {
  const all = screenLines(text);
  const at = input === null ? -1 : all.findLastIndex((_, index) => typedAt(all, index, input) !== null);
  const boxed = isRule(all[at - 1]?.raw ?? '');
  const end = boxed ? endOfBox(all, at) : endOfParagraph(all, at);
  const last = lastLines(all, count);
  // A box with that much below it is a picture of an earlier one.
  if (input === null || at === -1 || (boxed && linesBetween(all, end, all.length) > MAX_FOOTER)) {
    return { input: null, above: [], below: last, all: last };
  }
  const more = all.slice(at + 1, end).map(({ bare }) => bare.trim());
  return {
    input: [typedAt(all, at, input) ?? '', ...more].join('\n').trim(),
    above: lastLines(lastTurn(all.slice(0, boxed ? at - 1 : at), all[at]?.bare ?? ''), LAST_WORDS),
    below: lastLines(all.slice(isRule(all[end]?.raw ?? '') ? end + 1 : end), count),
    all: last,
  };
}

/**
 * The pattern is looked for in the line and, below a rule, in that and it with a line break between: a frame tells more.
 * Blanks at ends are not kept, so each may end in one.
 */
function typedAt(lines: readonly ScreenLine[], at: number, input: RegExp): string | null {
  const [raw = '', bare = '', rule = ''] = [lines[at]?.raw, lines[at]?.bare, lines[at - 1]?.raw];
  const forms = [raw, bare, ...(isRule(rule) ? [`${rule}\n${raw}`] : [])];
  const found = forms.map((form) => input.exec(form) ?? input.exec(`${form} `)).find((one) => one !== null);
  return found === undefined ? null : (found[1] ?? '').replace(/[\s│┃║▐▕]+$/u, '').trim();
}

/** From the prompt on that was typed last: it is shown behind the same sign as the input, or set in by one more. */
function lastTurn(lines: readonly ScreenLine[], input: string): readonly ScreenLine[] {
  const sign = /^\s*[^\s\p{L}\p{N}](?= |$)/u.exec(input)?.[0];
  return sign === undefined
    ? lines
    : lines.slice(lines.findLastIndex(({ bare }) => bare.replace(/^ (?=\S)/u, '').startsWith(`${sign} `)) + 1);
}

function endOfBox(lines: readonly ScreenLine[], at: number): number {
  const end = lines.findIndex(({ raw }, index) => index > at && isRule(raw));
  return end === -1 ? at + 1 : end;
}

/** Text goes on in lines that are set in. */
function endOfParagraph(lines: readonly ScreenLine[], at: number): number {
  const end = lines.findIndex(({ bare }, index) => index > at && !/^\s+\S/u.test(bare));
  return end === -1 ? lines.length : end;
}

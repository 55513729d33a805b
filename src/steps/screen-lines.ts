import { stripVTControlCharacters } from 'node:util';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what tmux writes: SGR, and its way into line drawing.
const MARK = /\u001b\[([0-9;:]*)m|[\u000e\u000f]/g;
const TO_GRAPHICS = '\u000e';
const TO_TEXT = '\u000f';

/** Line drawing of the VT100, as text has it. */
const DRAWN = new Map(
  Array.from('`afgjklmnopqrstuvwxyz{|}~', (letter, at) => [
    letter,
    Array.from('◆▒°±┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·')[at] ?? letter,
  ]),
);

/**
 * Makes each line of `capture-pane -e` stand for itself: tmux goes on with the colours of the line before, and says
 * them once. Line drawing becomes the characters that it stands for.
 */
export function standingAlone(lines: readonly string[]): string[] {
  const pen = new Pen();
  return lines.map((line) => pen.line(line));
}

class Pen {
  /** Parameters of SGR that are in force, by what they set. */
  readonly #set = new Map<string, string>();
  #graphics = false;

  line(text: string): string {
    if (text === '') return '';
    let drawn = this.#set.size === 0 ? '' : `\u001b[${[...this.#set.values()].join(';')}m`;
    let from = 0;
    for (const mark of text.matchAll(MARK)) {
      drawn += this.#text(text.slice(from, mark.index));
      from = mark.index + mark[0].length;
      if (mark[0] === TO_GRAPHICS || mark[0] === TO_TEXT) this.#graphics = mark[0] === TO_GRAPHICS;
      else {
        drawn += mark[0];
        this.#take(mark[1] ?? '');
      }
    }
    return drawn + this.#text(text.slice(from));
  }

  #text(text: string): string {
    return this.#graphics ? Array.from(text, (character) => DRAWN.get(character) ?? character).join('') : text;
  }

  #take(parameters: string): void {
    const words = parameters.split(';');
    for (let at = 0; at < words.length; at++) {
      const word = words[at] ?? '';
      const code = Number(word.split(':')[0]);
      // 38;5;N and 38;2;R;G;B: what follows belongs to it.
      const more = word.includes(':') || ![38, 48, 58].includes(code) ? 0 : words[at + 1] === '2' ? 4 : 2;
      this.#put(code, [word, ...words.slice(at + 1, at + 1 + more)].join(';'));
      at += more;
    }
  }

  #put(code: number, parameters: string): void {
    if (code === 0) return this.#set.clear();
    const sort = sortOf(code) ?? `attribute ${parameters}`;
    this.#set.delete(sort);
    if (![39, 49, 59].includes(code)) this.#set.set(sort, parameters);
  }
}

/** What a colour is for; null for any other attribute. */
function sortOf(code: number): 'foreground' | 'background' | 'underline' | null {
  if (code === 58 || code === 59) return 'underline';
  if ((code >= 30 && code <= 39) || (code >= 90 && code <= 97)) return 'foreground';
  return (code >= 40 && code <= 49) || (code >= 100 && code <= 107) ? 'background' : null;
}

/** The last lines, without blank ones below them, each cut to `length` characters, and never within a sequence. */
export function lastLines(lines: readonly string[], { count, length }: { count: number; length: number }): string[] {
  let end = lines.length;
  while (end > 0 && isBlank(lines[end - 1] ?? '')) end--;
  return lines.slice(Math.max(0, end - count), end).map((line) => cutLine(line, length));
}

/** The line up to `length` characters, and never half a sequence or half a character. */
export function cutLine(line: string, length: number): string {
  if (line.length <= length) return line;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a sequence that is cut off begins with one.
  return line.slice(0, length).replace(/\u001b(\[[0-9;:?]*)?$|[\ud800-\udbff]$/, '');
}

/** Nothing but blanks, whatever their colours. */
export function isBlank(line: string): boolean {
  return stripVTControlCharacters(line).trim() === '';
}

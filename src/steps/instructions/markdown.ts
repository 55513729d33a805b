import { stripVTControlCharacters } from 'node:util';

/** Foreign text inside our Markdown: whatever it holds, it stays in the block that it was put into. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: taking them out is the point
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Line breaks as `\n`, and no control characters, which an agent's terminal might obey. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n|[\r\u2028\u2029]/g, '\n')
    .replace(CONTROL, '')
    .trim();
}

/** A block quote: fences, headings and comments that are opened in it end with it. */
export function quote(text: string, indent = ''): string {
  return plainText(text)
    .split('\n')
    .map((line) => `${indent}> ${line}`.trimEnd())
    .join('\n');
}

/** A fenced block, whose fence is longer than any in the text. */
export function fence(text: string, language = ''): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}${language}\n${text}\n${ticks}`;
}

/** One line of code within a sentence. */
export function code(text: string): string {
  const line = plainText(text).replaceAll('\n', ' ');
  if (!line.includes('`')) return `\`${line}\``;
  const longest = Math.max(...(line.match(/`+/g) ?? []).map((run) => run.length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks} ${line} ${ticks}`;
}

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

export function section(title: string, ...paragraphs: readonly (string | null)[]): string {
  return [`## ${title}`, ...paragraphs.filter((paragraph) => paragraph !== null)].join('\n\n');
}

/** At most `lines` lines and `characters` characters from the start. */
export function firstOf(text: string, lines: number, characters: number): string {
  const head = plainText(text).split('\n').slice(0, lines).join('\n').slice(0, characters);
  return head.length < plainText(text).length ? `${head.trimEnd()} …` : head;
}

/** A word of a shell command line. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

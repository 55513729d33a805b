import { code, fence } from '../instructions/markdown.ts';
import { type Line, lineOf } from './fit-lines.ts';
import { seenText, withoutClosing } from './inert-text.ts';

/**
 * Text of agents as Markdown that GitHub shows: emphasis, lists, headings and code are left to it. There is no HTML, no
 * link, no image and no table, nobody is called, no issue is named. An escaped `@` still calls: GitHub looks for names
 * in what it has rendered.
 */

const CODE = /(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g;
const LINK = /!?\[([^[\]]*)\]\(([^()\s]*)\)/g;
const ADDRESS = /(?:[a-z][a-z0-9+.-]{0,20}:\/\/|www\.)[^\s<>`|]+/gi;
/** End a sentence about an address, and not the address. */
const AFTER_ADDRESS = `).,;:!?'"*_~]`;

const LIVE = /[\\`[\]&<>$|@~]|#(?=\d)|GH-(?=\d)|:(?=\/\/)|www(?=\.)/gi;
const EMPHASIS = /[*_]/g;
const WRITTEN: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '|': '&#124;',
  '@': '@&#8203;',
  '#': '#&#8203;',
  ':': ':&#8203;',
  // Two of them on a line are a formula.
  $: '<span>$</span>',
};

/** Code within a sentence; empty for no text. */
export function codeSpan(text: string): string {
  const line = withoutClosing(seenText(text).replace(/\s+/g, ' ').trim());
  return line === '' ? '' : code(line);
}

/** One line that may stand anywhere but in a table or in HTML. */
export function inlineMarkdown(text: string): string {
  return inline(oneLine(text), 'literal');
}

/** The same for the cell of a table, which a `|` ends even within code. */
export function tableCell(text: string): string {
  const line = oneLine(text);
  return inline(line.includes('|') ? line.replaceAll('`', "'") : line, 'literal');
}

/** Several lines, each fit to stand for itself: a text can be cut after any of them. */
export function markdownLines(text: string): Line[] {
  const source = seenText(text).split('\n').flatMap(inPieces);
  const lines: Line[] = [];
  for (let at = 0; at < source.length; ) {
    const block = fenced(source, at) ?? table(source, at) ?? prose(source, at);
    for (const line of block.lines) {
      // No empty lines at the start, and no two of them but within code.
      if (line.text !== '' || line.closes !== null || (lines.at(-1)?.text ?? '') !== '') lines.push(line);
    }
    at = block.end;
  }
  if (lines.at(-1)?.text === '') lines.pop();
  return lines;
}

function oneLine(text: string): string {
  return seenText(text).replace(/\s+/g, ' ').trim();
}

function inline(text: string, emphasis: 'literal' | 'kept'): string {
  let made = '';
  const add = (piece: string) => {
    // Two runs of backticks would become one.
    made += made.endsWith('`') && piece.startsWith('`') ? `&#8203;${piece}` : piece;
  };
  let from = 0;
  for (const found of text.matchAll(CODE)) {
    plain(text.slice(from, found.index), emphasis, add);
    const span = codeSpan(found[2] ?? '');
    add(span === '' ? escaped(found[0], emphasis) : span);
    from = found.index + found[0].length;
  }
  plain(text.slice(from), emphasis, add);
  return made;
}

/** Addresses become code: a link would name the issues of others, and tell somebody who reads this. */
function plain(text: string, emphasis: 'literal' | 'kept', add: (piece: string) => void): void {
  const flat = text.replace(LINK, (_, label, target) => (label === '' ? `(${target})` : `${label} (${target})`));
  let from = 0;
  for (const found of flat.matchAll(ADDRESS)) {
    const address = trimmedEnd(found[0], AFTER_ADDRESS);
    add(escaped(flat.slice(from, found.index), emphasis));
    add(codeSpan(address));
    from = found.index + address.length;
  }
  add(escaped(flat.slice(from), emphasis));
}

function trimmedEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

function escaped(text: string, emphasis: 'literal' | 'kept'): string {
  const inert = text.replace(LIVE, (one) => WRITTEN[one] ?? (one.length > 1 ? `${one}&#8203;` : `\\${one}`));
  return emphasis === 'kept' ? inert : inert.replace(EMPHASIS, '\\$&');
}

const HEADING = /^ {0,3}#{1,6}(?=\s|$)(.*)$/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const RULE = /^\s*-{3,}\s*$/;
/** Would make a heading or a table of the line before it. */
const UNDERLINE = /^\s*(?:=+|:?-+:?)\s*$/;

function prose(source: readonly string[], at: number): Block {
  return { lines: [lineOf(proseLine(source[at] ?? ''))], end: at + 1 };
}

function proseLine(line: string): string {
  const heading = HEADING.exec(line);
  if (heading !== null) return headingLine(heading[1]?.trim().replace(/\s#+$/, '') ?? '');
  if (RULE.test(line)) return '***';
  if (UNDERLINE.test(line)) return `\\${line.trim()}`;
  const item = ITEM.exec(line);
  // A comment in a shell command that is indented.
  if (item === null) return inline(line.trim(), 'kept').replace(/^#(?=#*(?:\s|$))/, '\\#');
  return `${' '.repeat(Math.min(widthOf(item[1] ?? ''), 12))}${item[2]} ${proseLine(item[3] ?? '')}`;
}

/** Smaller than those of the body itself. */
function headingLine(title: string): string {
  return title === '' ? '' : `#### ${inline(title, 'kept')}`;
}

interface Block {
  readonly lines: readonly Line[];
  /** The line after it. */
  readonly end: number;
}

const FENCE = /^((?:\s|[-*+]\s|\d{1,9}[.)]\s)*)(`{3,}|~{3,})(.*)$/;
/** GitHub draws these, or offers them as changes. */
const DRAWN = /^(?:math|mermaid|geojson|topojson|stl|suggestion)$/i;

/** Ended where the text ends, if it is not ended before. */
function fenced(source: readonly string[], at: number): Block | null {
  const opened = FENCE.exec(source[at] ?? '');
  const [, before = '', run = '', info = ''] = opened ?? [];
  if (run === '' || (run.startsWith('`') && info.includes('`'))) return null;
  const language = info.trim().split(/\s/)[0] ?? '';
  const closing = new RegExp(`^\\s*${run[0]}{${run.length},}\\s*$`);
  const end = source.findIndex((line, index) => index > at && closing.test(line));
  const inside = source.slice(at + 1, end < 0 ? source.length : end);
  const indented = new RegExp(`^\\s{1,${Math.max(1, before.length)}}`);
  const content = before === '' ? inside : inside.map((line) => line.replace(indented, ''));
  const known = /^[\w+#-]{1,20}$/.test(language) && !DRAWN.test(language) ? language : '';
  return { lines: fencedLines(content, known), end: end < 0 ? source.length : end + 1 };
}

/** As it was written, for its columns: a `|` would end a cell even within code, and let out what is in there. */
function table(source: readonly string[], at: number): Block | null {
  const [head = '', second = ''] = source.slice(at, at + 2);
  if (!head.includes('|') || !second.includes('|') || !isDelimiterRow(second)) return null;
  const after = source.findIndex((line, index) => index > at && !line.includes('|'));
  const end = after < 0 ? source.length : after;
  return { lines: fencedLines(source.slice(at, end), ''), end };
}

function isDelimiterRow(line: string): boolean {
  const cells = line.trim().replace(/^\|/, '').replace(/\|$/, '').split('|');
  return cells.every((cell) => /^:?-+:?$/.test(cell.trim()));
}

/** With empty lines around it, so that nothing before it takes it in. */
function fencedLines(content: readonly string[], language: string): Line[] {
  const made = fence(withoutClosing(content.join('\n')), language).split('\n');
  const closes = made.at(-1) ?? '';
  const inside = made.slice(0, -1).map((text) => ({ text, closes }));
  return [lineOf(''), ...inside, lineOf(closes), lineOf('')];
}

/** The longest that is not cut in two: a text is cut between lines. */
const MAX_LINE = 1_000;

function inPieces(line: string): string[] {
  if (line.length <= MAX_LINE) return [line];
  return line.match(/.{1,1000}/gu) ?? [];
}

function widthOf(indent: string): number {
  return indent.replaceAll('\t', '    ').length;
}

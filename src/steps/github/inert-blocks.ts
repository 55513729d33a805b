import { fence } from '../instructions/markdown.ts';
import { type Line, lineOf } from './fit-lines.ts';
import { inline } from './inert-markdown.ts';
import { seenText, withoutClosing } from './inert-text.ts';

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
  const end = firstAfter(source, at, (line) => closing.test(line));
  const inside = source.slice(at + 1, end);
  const indented = new RegExp(`^\\s{1,${Math.max(1, before.length)}}`);
  const content = before === '' ? inside : inside.map((line) => line.replace(indented, ''));
  const known = /^[\w+#-]{1,20}$/.test(language) && !DRAWN.test(language) ? language : '';
  return { lines: fencedLines(content, known), end: end + 1 };
}

/** As it was written, for its columns: a `|` would end a cell even within code, and let out what is in there. */
function table(source: readonly string[], at: number): Block | null {
  const [head = '', second = ''] = source.slice(at, at + 2);
  if (!head.includes('|') || !second.includes('|') || !isDelimiterRow(second)) return null;
  const end = firstAfter(source, at, (line) => !line.includes('|'));
  return { lines: fencedLines(source.slice(at, end), ''), end };
}

/** The end where there is none. */
function firstAfter(source: readonly string[], at: number, is: (line: string) => boolean): number {
  let index = at + 1;
  while (index < source.length && !is(source[index] ?? '')) index += 1;
  return index;
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

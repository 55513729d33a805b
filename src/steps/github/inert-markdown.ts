import { code } from '../instructions/markdown.ts';
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

function oneLine(text: string): string {
  return seenText(text).replace(/\s+/g, ' ').trim();
}

/** The same where emphasis may be `kept`: at the start of a line it may make a block of that. */
export function inline(text: string, emphasis: 'literal' | 'kept'): string {
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

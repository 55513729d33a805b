import { type AttentionReport, MAX_CHOICE, MAX_CHOICES, MAX_QUESTION } from '../../core/attention.ts';
import { isRule, type ScreenLine } from './screen-lines.ts';

/** `❯ 1. Yes`, `2) No`; with whatever marks the one that is chosen. */
const CHOICE = /^(?<mark>[\s>❯›●○◉•*→▶-]*)(?<number>\d)[.)]\s+(?<text>\S.*)$/u;

/**
 * What is asked in the lines that hold the keys: the paragraph above the last menu, and its choices. Without a menu the
 * paragraph that ends where the question was found.
 */
export function asking(
  state: 'waiting_permission' | 'waiting_input',
  lines: readonly ScreenLine[],
  matched: number,
): AttentionReport {
  const first = firstChoice(lines);
  const menu = first === -1 ? unnumbered(lines) : { first, choices: choicesFrom(lines, first) };
  const question = paragraphTo(lines, menu.first === -1 ? matched : menu.first - 1).slice(0, MAX_QUESTION);
  return { state, question: question === '' ? null : question, choices: menu.choices, until: null };
}

/** A menu is open: numbered choices, of which one is marked. */
export function hasMenu(lines: readonly ScreenLine[]): boolean {
  const marked = (line: ScreenLine) => /\S/u.test(CHOICE.exec(line.bare)?.groups?.mark ?? '');
  const first = firstChoice(lines);
  return first !== -1 && choicesFrom(lines, first).length > 1 && lines.slice(first).some(marked);
}

/** The marked line, and those around it that begin in the same column. */
function unnumbered(lines: readonly ScreenLine[]): { first: number; choices: string[] } {
  const none = { first: -1, choices: [] };
  const marked = lines.findLastIndex(({ bare }) => /^\s*[❯›] \S/u.test(bare));
  const column = (lines[marked]?.bare.search(/[❯›]/u) ?? 0) + 2;
  const isChoice = (line: ScreenLine | undefined) => line?.bare.search(/\S/u) === column;
  if (marked === -1) return none;
  let [first, end] = [marked, marked + 1];
  while (isChoice(lines[first - 1])) first -= 1;
  while (isChoice(lines[end])) end += 1;
  const choices = lines.slice(first, end).map(({ bare }) => bare.slice(column).slice(0, MAX_CHOICE));
  return choices.length > 1 && choices.length <= MAX_CHOICES ? { first, choices } : none;
}

function firstChoice(lines: readonly ScreenLine[]): number {
  return lines.findLastIndex(({ bare }) => CHOICE.exec(bare)?.groups?.number === '1');
}

function choicesFrom(lines: readonly ScreenLine[], first: number): string[] {
  const choices: string[] = [];
  if (first === -1) return choices;
  for (let at = first; at < lines.length && choices.length < MAX_CHOICES; at += 1) {
    const { number, text = '' } = CHOICE.exec(lines[at]?.bare ?? '')?.groups ?? {};
    if (number !== String(choices.length + 1)) continue;
    // What it means may stand beside it.
    const [label = ''] = text.split(/\s{2,}/u);
    choices.push((label === text ? `${text}${wrappedFrom(lines, at)}` : label).slice(0, MAX_CHOICE));
  }
  return choices;
}

/** The rest of a choice that did not fit into its line. */
function wrappedFrom(lines: readonly ScreenLine[], at: number): string {
  const { wrapped = null } = lines[at] ?? {};
  const next = lines[at + 1]?.bare ?? '';
  if (wrapped === null || CHOICE.test(next) || isRule(next)) return '';
  // Words with a hyphen are broken behind it.
  const blank = /[^\s-]-$/u.test(lines[at]?.bare ?? '') ? '' : ' ';
  return `${blank}${next.trim()}${wrappedFrom(lines, at + 1)}`;
}

/** The lines without a blank one or a rule between them, of which this, or the one before a gap, is the last. */
function paragraphTo(lines: readonly ScreenLine[], last: number): string {
  const isText = ({ bare }: ScreenLine) => bare.trim() !== '' && !isRule(bare);
  const end = lines.slice(0, last + 1).findLastIndex(isText);
  const start = lines.slice(0, Math.max(0, end)).findLastIndex((line) => !isText(line)) + 1;
  return lines
    .slice(start, end + 1)
    .map(({ bare }) => bare.trim())
    .join(' ');
}

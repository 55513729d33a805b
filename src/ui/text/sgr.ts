import type { Word } from '../line.ts';
import { READ_AHEAD, safeText, TEXT_LIMIT } from './safe.ts';
import { endOfSequence, INTRODUCER } from './sequences.ts';
import { afterSgr, NO_SGR, type SgrState, sgrOf } from './sgr-state.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const SGR = /^(?:\x1b\[|\x9b)([\d:;]*)m$/;

/** Longer than any sequence of colours that a program means. */
const LONGEST_SGR = 256;

/** A line of an agent's output as words in the agent's own colours; of control sequences only those colours stay. */
export function styledWords(text: string, limit: number = TEXT_LIMIT): Word[] {
  return readLine(text, limit, NO_SGR).words;
}

/** Lines of an agent's output, where colours go on from one line to the next. */
export function styledLines(lines: readonly string[], limit: number = TEXT_LIMIT): Word[][] {
  let state = NO_SGR;
  return lines.map((text) => {
    const read = readLine(text, limit, state);
    state = read.state;
    return read.words;
  });
}

/** One line, read for `limit` characters that can be seen, and the look in which the next one begins. */
function readLine(text: string, limit: number, before: SgrState): { words: Word[]; state: SgrState } {
  const words: Word[] = [];
  const end = Math.min(text.length, limit * READ_AHEAD);
  const introducer = new RegExp(INTRODUCER);
  let state = before;
  let room = limit;
  let from = 0;
  while (from < end) {
    introducer.lastIndex = from;
    const to = Math.min(introducer.exec(text)?.index ?? end, end);
    if (to > from && room > 0) room -= add(words, safeText(text.slice(from, to), room), sgrOf(state));
    if (to === end) break;
    from = endOfSequence(text, to, end);
    const parameters = from - to > LONGEST_SGR ? undefined : SGR.exec(text.slice(to, from))?.[1];
    if (parameters !== undefined) state = afterSgr(state, parameters);
  }
  return { words, state };
}

/** Adds text in one look, to the last word where that has the same one; how many characters it is. */
function add(words: Word[], text: string, sgr: string): number {
  if (text === '') return 0;
  const last = words.at(-1);
  if (last !== undefined && (last.sgr ?? '') === sgr) words[words.length - 1] = { ...last, text: last.text + text };
  else words.push(sgr === '' ? { text, tone: 'plain' } : { text, tone: 'plain', sgr });
  return text.length;
}

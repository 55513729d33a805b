import { sureCharacters } from './characters.ts';
import { endOfSequence, INTRODUCER } from './sequences.ts';

/** Characters that a line is read for when nobody says otherwise: more than any screen is wide. */
export const TEXT_LIMIT = 4096;

/** Of a line that is mostly control sequences, this many times as many characters are read as are wanted. */
export const READ_AHEAD = 16;

const PRINTABLE_ASCII = /^[ -~]*$/;

/**
 * One line of text that a terminal can draw as it is: no control sequences (each goes as a whole) and no control
 * characters, nothing that is invisible, reverses the writing or joins characters, and nothing whose width Ink, tmux and
 * xterm see differently. Line ends become blanks. What lies behind the first `limit` characters is left out, and not even
 * looked at.
 */
export function safeText(text: string, limit: number = TEXT_LIMIT): string {
  const head = text.length > limit ? text.slice(0, limit) : text;
  if (PRINTABLE_ASCII.test(head)) return head;
  return sureCharacters(withoutSequences(text, limit));
}

/** The first `limit` characters of the text without its control sequences. */
function withoutSequences(text: string, limit: number): string {
  const end = Math.min(text.length, limit * READ_AHEAD);
  const introducer = new RegExp(INTRODUCER);
  let kept = '';
  let from = 0;
  while (from < end && kept.length < limit) {
    introducer.lastIndex = from;
    const to = introducer.exec(text)?.index ?? end;
    kept += text.slice(from, Math.min(to, from + limit - kept.length));
    from = to < end ? endOfSequence(text, to, end) : end;
  }
  return kept.length === limit && isHighSurrogate(kept.charCodeAt(limit - 1)) ? kept.slice(0, -1) : kept;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

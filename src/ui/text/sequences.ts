const ESC = 0x1b;
const BELL = 0x07;

/** What begins a control sequence: ESC, or an 8-bit control character other than NEL, which is an end of a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
export const INTRODUCER = /[\x1b\x80-\x84\x86-\x9f]/g;

/**
 * The index behind the control sequence that begins at `start`, where an introducer stands. A sequence that is cut short ends
 * where the text or its line ends, so that nothing of it is left to be drawn. What lies behind `limit` is not looked at.
 */
export function endOfSequence(text: string, start: number, limit: number = text.length): number {
  const code = text.charCodeAt(start);
  if (code !== ESC) return endOfKind(text, start + 1, code - 0x40, limit);
  const kind = text.charCodeAt(start + 1);
  if (isBetween(kind, 0x40, 0x5f)) return endOfKind(text, start + 2, kind, limit);
  // The title of a window in screen and tmux.
  if (kind === 0x6b) return endOfString(text, start + 2, limit);
  let end = start + 1;
  while (end < limit && isBetween(text.charCodeAt(end), 0x20, 0x2f)) end++;
  return isBetween(text.charCodeAt(end), 0x30, 0x7e) ? end + 1 : end;
}

/** Where a sequence ends whose introducer ends at `start`; `kind` is the second byte of its 7-bit form, so `[` for CSI. */
function endOfKind(text: string, start: number, kind: number, limit: number): number {
  switch (String.fromCharCode(kind)) {
    case '[':
      return endOfCsi(text, start, limit);
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_':
      return endOfString(text, start, limit);
    case 'N':
    case 'O':
      return isBetween(text.charCodeAt(start), 0x20, 0x7e) ? start + 1 : start;
    default:
      return start;
  }
}

function endOfCsi(text: string, start: number, limit: number): number {
  let end = start;
  while (end < limit && isBetween(text.charCodeAt(end), 0x20, 0x3f)) end++;
  return isBetween(text.charCodeAt(end), 0x40, 0x7e) ? end + 1 : end;
}

/** OSC, DCS, SOS, PM and APC go on to BEL or ST; another sequence, a line's end, CAN and SUB break them off. */
function endOfString(text: string, start: number, limit: number): number {
  for (let index = start; index < limit; index++) {
    const code = text.charCodeAt(index);
    if (code === BELL || code === 0x9c) return index + 1;
    if (code === ESC) return text.charCodeAt(index + 1) === 0x5c ? index + 2 : index;
    if (code === 0x0a || code === 0x0d || code === 0x18 || code === 0x1a) return index;
  }
  return limit;
}

function isBetween(code: number, low: number, high: number): boolean {
  return code >= low && code <= high;
}

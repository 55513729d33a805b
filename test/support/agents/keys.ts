import { StringDecoder } from 'node:string_decoder';

/** One thing that came from the terminal; keys have the names that tmux gives them. */
export type Key =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'paste'; readonly text: string }
  | { readonly kind: 'key'; readonly name: string };

const SEQUENCES: Readonly<Record<string, string>> = {
  '[A': 'Up',
  '[B': 'Down',
  '[C': 'Right',
  '[D': 'Left',
  OA: 'Up',
  OB: 'Down',
  OC: 'Right',
  OD: 'Left',
  '[H': 'Home',
  '[F': 'End',
  '[1~': 'Home',
  '[4~': 'End',
  '[3~': 'DC',
  '[5~': 'PPage',
  '[6~': 'NPage',
  '[Z': 'BTab',
};
const PASTE_START = '\u001b[200~';
const PASTE_END = '\u001b[201~';
/** What may follow an Escape: of keys, and what a terminal answers to questions. */
const SEQUENCE = /^(\[[0-?]*[ -/]*[@-~]|O[A-Z]|[\]P_]\P{Cc}*\p{Cc}\\?)/u;
const ESCAPE_MS = 25;

/** Makes keys of bytes, wherever they are cut. A lone Escape is told after a short while. */
export function keyReader(take: (key: Key) => void): { feed(bytes: Buffer): void } {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let timer: NodeJS.Timeout | undefined;

  const next = (): boolean => {
    if (rest === '') return false;
    if (rest.startsWith(PASTE_START)) {
      const end = rest.indexOf(PASTE_END);
      if (end === -1) return false;
      take({ kind: 'paste', text: rest.slice(PASTE_START.length, end).replace(/\r\n?/g, '\n') });
      rest = rest.slice(end + PASTE_END.length);
      return true;
    }
    if (rest.startsWith('\u001b')) return afterEscape();
    const text = /^\P{Cc}+/u.exec(rest)?.[0];
    if (text !== undefined) take({ kind: 'text', text });
    else take({ kind: 'key', name: controlName(rest.charCodeAt(0)) });
    rest = rest.slice(text?.length ?? 1);
    return true;
  };

  const afterEscape = (): boolean => {
    const after = rest.slice(1);
    const sequence = SEQUENCE.exec(after)?.[0];
    if (sequence !== undefined) {
      take({ kind: 'key', name: SEQUENCES[sequence] ?? `sequence ${sequence}` });
      rest = after.slice(sequence.length);
      return true;
    }
    // What follows may still be on its way.
    if (after === '' || /^[[O\]P_]/.test(after)) {
      timer = setTimeout(() => {
        take({ kind: 'key', name: 'Escape' });
        rest = rest.slice(1);
        drain();
      }, ESCAPE_MS);
      return false;
    }
    const name = after[0] ?? '';
    const isEscape = name === '\u001b';
    take({ kind: 'key', name: isEscape ? 'Escape' : `M-${name === '\r' ? 'Enter' : name}` });
    rest = isEscape ? after : after.slice(1);
    return true;
  };

  const drain = () => {
    while (next());
  };
  return {
    feed(bytes) {
      clearTimeout(timer);
      rest += decoder.write(bytes);
      drain();
    },
  };
}

function controlName(code: number): string {
  if (code === 13) return 'Enter';
  if (code === 9) return 'Tab';
  if (code === 127 || code === 8) return 'BSpace';
  if (code === 0) return 'C-Space';
  return `C-${String.fromCharCode(code + 96)}`;
}

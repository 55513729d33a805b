import { isLetter, type KeyPress } from './key-press.ts';

/** A key as a person writes it, or why it cannot be one. */
export type KeyName = { readonly key: KeyPress } | { readonly refused: string };

type Modifier = 'ctrl' | 'alt' | 'shift';

const MODIFIERS: ReadonlyMap<string, Modifier | 'super'> = new Map(
  Object.entries<Modifier | 'super'>({
    ctrl: 'ctrl',
    control: 'ctrl',
    c: 'ctrl',
    alt: 'alt',
    meta: 'alt',
    option: 'alt',
    a: 'alt',
    m: 'alt',
    shift: 'shift',
    s: 'shift',
    cmd: 'super',
    command: 'super',
    super: 'super',
    win: 'super',
  }),
);

const NAMES: ReadonlyMap<string, KeyPress> = new Map(
  Object.entries({
    space: 'space',
    spacebar: 'space',
    ' ': 'space',
    enter: 'enter',
    return: 'enter',
    cr: 'enter',
    esc: 'esc',
    escape: 'esc',
    tab: 'tab',
    backspace: 'backspace',
    bs: 'backspace',
    delete: 'delete',
    del: 'delete',
    up: 'up',
    arrowup: 'up',
    down: 'down',
    arrowdown: 'down',
    left: 'left',
    arrowleft: 'left',
    right: 'right',
    arrowright: 'right',
    pageup: 'pageup',
    pgup: 'pageup',
    pagedown: 'pagedown',
    pgdn: 'pagedown',
    pgdown: 'pagedown',
    home: 'home',
    end: 'end',
    plus: '+',
    minus: '-',
  }),
);

const NEVER_ARRIVES = /^(f\d+|insert|ins|printscreen|print|pause|menu|capslock|numlock|scrolllock)$/;

/** Ctrl and these letters are what a terminal sends for other keys. */
const SAME_AS: Readonly<Record<string, KeyPress>> = { i: 'tab', m: 'enter', j: 'enter', '[': 'esc', h: 'backspace' };

/** Reads `Ctrl-D`, `C-d`, `<c-d>`, `^D`, `PgDn`, `S-Tab`, `G` … as the name that a press of that key has. */
export function parseKeyName(written: string): KeyName {
  const text = written === ' ' ? written : written.trim();
  if (isLetter(text)) return { key: text };
  const bare = /^<(.+)>$/.exec(text)?.[1] ?? text.replace(/^\^(?=.)/, 'ctrl+');
  const modifiers = new Set<Modifier | 'super'>();
  let rest = bare;
  for (let found = prefixOf(rest); found !== null; found = prefixOf(rest)) {
    modifiers.add(found.modifier);
    rest = found.rest;
  }
  const name = isLetter(rest) ? rest : (NAMES.get(plainName(rest)) ?? null);
  if (NEVER_ARRIVES.test(plainName(rest))) return refused('a terminal has no one way to tell of this key');
  if (modifiers.has('super')) return refused('the desktop keeps this key to itself');
  if (name === null) return refused('no key has this name');
  return isLetter(name) ? letterKey(name, modifiers) : namedKey(name, modifiers);
}

function refused(why: string): KeyName {
  return { refused: why };
}

function prefixOf(text: string): { readonly modifier: Modifier | 'super'; readonly rest: string } | null {
  const [, word = '', rest = ''] = /^([a-z]+)\s*[-+]\s*(.+)$/i.exec(text) ?? [];
  const modifier = MODIFIERS.get(word.toLowerCase());
  return modifier === undefined ? null : { modifier, rest };
}

function plainName(text: string): string {
  return text === ' ' ? text : text.toLowerCase().replace(/[\s_-]/g, '');
}

function letterKey(letter: string, modifiers: ReadonlySet<string>): KeyName {
  const alt = modifiers.has('alt') ? 'alt+' : '';
  if (modifiers.has('ctrl')) {
    const low = letter.toLowerCase();
    const same = SAME_AS[low];
    if (same !== undefined) return refused(`a terminal cannot tell it from ${alt}${same}`);
    if (!/^[a-z\\\]^_]$/.test(low)) return refused('a terminal sends Ctrl with letters only');
    if (modifiers.has('shift')) return refused(`a terminal cannot tell it from ctrl+${alt}${low}`);
    return { key: `ctrl+${alt}${low}` };
  }
  if (alt !== '' && letter === '[') return refused('this is how the sequences of other keys begin');
  if (!modifiers.has('shift')) return { key: alt + letter };
  const upper = letter.toUpperCase();
  return upper === letter.toLowerCase() ? refused('write the sign itself that Shift makes') : { key: alt + upper };
}

const WITH_ANY = new Set(['up', 'down', 'left', 'right', 'pageup', 'pagedown', 'home', 'end', 'delete']);

function namedKey(name: KeyPress, modifiers: ReadonlySet<string>): KeyName {
  const [ctrl, alt, shift] = (['ctrl', 'alt', 'shift'] as const).map((one) => (modifiers.has(one) ? `${one}+` : ''));
  const key = `${ctrl}${alt}${shift}${name}`;
  if (key === name || WITH_ANY.has(name)) return { key };
  const known = ['shift+tab', 'ctrl+space', 'alt+enter', 'alt+space', 'alt+backspace'];
  return known.includes(key) ? { key } : refused(`a terminal cannot tell it from ${name}`);
}

import { COMMAND_GROUPS, COMMANDS, type Command, type CommandGroup, type Mode } from '../keymap/commands.ts';
import { textOf } from '../keymap/key-press.ts';
import { MODE_NAMES } from '../keymap/keymap.ts';
import { unavailable } from '../keymap/unavailable.ts';
import { type Line, line, type Word, word } from '../line.ts';
import { modeOf } from '../mode.ts';
import { fit, fitText } from '../text/fit.ts';
import { cells } from '../text/width.ts';
import { wrapWords } from '../text/wrap.ts';
import { letters } from '../text-field.ts';
import { fieldWords } from './footer.ts';
import type { Area, Draw, Scroll, View } from './view.ts';

const GROUP_NAMES: Readonly<Record<CommandGroup, string>> = {
  move: 'move',
  look: 'look',
  act: 'act on tasks',
  run: 'the run',
  dialog: 'dialogs',
};

const SCREENS: readonly Mode[] = ['tasks', 'pager', 'graph'];

/** One command as the help shows it. */
interface Entry {
  readonly command: Command;
  readonly keys: string;
  /** Why the keys do nothing where the help was asked for; null where they do. */
  readonly reason: string | null;
}

/** What is typed, the keys that match it, and which part of them is seen. */
export const drawHelp: Draw = (view, { columns, rows }) => {
  const { dialog } = view.ui;
  if (dialog?.kind !== 'help' || rows <= 0) return [];
  const field = line(fieldWords(' find: ', dialog.field, columns, view.glyphs));
  const scroll = helpScroll(view, columns);
  const { hasPosition, room } = roomOf(rows);
  const top = Math.max(0, Math.min(dialog.top, scroll.count - room));
  const lines = [field, ...scroll.lines(top, room)];
  return hasPosition ? [...lines, positionLine(view, { top, room, count: scroll.count }, columns)] : lines;
};

/** The last line that can be the first one seen. */
export function helpTop(view: View, { columns, rows }: Area): number {
  return Math.max(0, helpScroll(view, columns).count - roomOf(rows).room);
}

function roomOf(rows: number): { readonly hasPosition: boolean; readonly room: number } {
  const hasPosition = rows >= 5;
  return { hasPosition, room: rows - 1 - (hasPosition ? 1 : 0) };
}

interface Window {
  readonly top: number;
  readonly room: number;
  readonly count: number;
}

function positionLine({ keymap, glyphs }: View, { top, room, count }: Window, columns: number): Line {
  const parts = count > room ? [`${top + 1}-${Math.min(top + room, count)} of ${count}`] : [];
  for (const [id, does] of [
    ['page_down', 'more'],
    ['back', 'back'],
  ] as const) {
    const key = keymap.keysOf(id).find((one) => textOf(one) === null);
    if (key !== undefined && (id === 'back' || count > room)) parts.push(`${keymap.keyText(key, glyphs)} ${does}`);
  }
  return line(fit([word(` ${parts.join(` ${glyphs.dot} `)}`, 'quiet')], columns, 'left', glyphs.ellipsis));
}

/** Every key, by groups, as far as it matches what has been typed; and why it does nothing, where it does not. */
export function helpScroll(view: View, columns: number): Scroll {
  const { dialog } = view.ui;
  if (dialog?.kind !== 'help') return { count: 0, lines: () => [] };
  const under: View = { ...view, ui: { ...view.ui, dialog: dialog.from } };
  const entries = COMMANDS.map((command) => entryOf(command, under));
  const shown = matching(entries, dialog.field.text, view);
  const { ellipsis } = view.glyphs;
  const keyCells = Math.min(Math.max(...entries.map(({ keys }) => cells(keys))), Math.floor(columns / 3));
  const lines = shown.length === 0 ? [nothing(columns, ellipsis)] : grouped(shown, { columns, keyCells, ellipsis });
  return { count: lines.length, lines: (from, rows) => lines.slice(Math.max(0, from), Math.max(0, from) + rows) };
}

function nothing(columns: number, ellipsis: string): Line {
  return line(fit([word(' no key does that', 'quiet')], columns, 'left', ellipsis));
}

function entryOf(command: Command, under: View): Entry {
  const { keymap, glyphs } = under;
  const keys = keymap.keysOf(command.id).map((key) => keymap.keyText(key, glyphs));
  if (keys.length === 0) return { command, keys: glyphs.dash, reason: 'has no key in your config file' };
  const isHere = command.modes.includes(modeOf(under.ui));
  return { command, keys: keys.join(' '), reason: isHere ? unavailable(command.id, under) : elsewhere(command) };
}

function elsewhere({ modes }: Command): string {
  if (modes.length > 2 && modes.every((mode) => !SCREENS.includes(mode))) return 'only in dialogs';
  return `only in: ${modes.map((mode) => MODE_NAMES[mode]).join(', ')}`;
}

/** By the key itself where one letter is typed that is one; else by all words, wherever they stand. */
function matching(entries: readonly Entry[], typed: string, { keymap }: View): readonly Entry[] {
  const wanted = typed.trim();
  if (wanted === '') return entries;
  if (letters(wanted).length === 1) {
    const exact = entries.filter(({ command }) => keymap.keysOf(command.id).includes(wanted));
    if (exact.length > 0) return exact;
  }
  const parts = wanted.toLowerCase().split(/\s+/);
  return entries.filter((entry) => {
    const text = searchText(entry, keymap);
    return parts.every((part) => text.includes(part));
  });
}

function searchText({ command, keys }: Entry, keymap: View['keymap']): string {
  const { id, group, does } = command;
  const names = keymap.keysOf(id).flatMap((key) => [key, keymap.keyText(key)]);
  return [id, id.replaceAll('_', ' '), GROUP_NAMES[group], does, keys, ...names].join(' ').toLowerCase();
}

interface Columns {
  readonly columns: number;
  readonly keyCells: number;
  readonly ellipsis: string;
}

function grouped(entries: readonly Entry[], columns: Columns): Line[] {
  const groups = Map.groupBy(entries, ({ command }) => command.group);
  return COMMAND_GROUPS.flatMap((group) => {
    const own = groups.get(group) ?? [];
    if (own.length === 0) return [];
    const title = line(fit([word(` ${GROUP_NAMES[group]}`, 'strong')], columns.columns, 'left', columns.ellipsis));
    return [title, ...own.flatMap((entry) => entryLines(entry, columns))];
  });
}

const INDENT = 2;
const GAP = 2;

/** The keys, and beside them what they do and why not just now, on as many lines as that needs. */
function entryLines({ command, keys, reason }: Entry, { columns, keyCells, ellipsis }: Columns): Line[] {
  const tone = reason === null ? 'plain' : 'quiet';
  const said: Word[] = [word(command.does, tone)];
  if (reason !== null) said.push(word(` (${reason})`, 'warn'));
  const keyRows = wrapWords([word(keys, reason === null ? 'accent' : 'quiet')], Math.max(1, keyCells));
  const saidRows = wrapWords(said, Math.max(1, columns - INDENT - keyCells - GAP - 1));
  return Array.from({ length: Math.max(keyRows.length, saidRows.length) }, (_, at) => {
    const left = [
      word(fitText('', INDENT)),
      ...fit(keyRows[at] ?? [], keyCells, 'left', ellipsis),
      word(fitText('', GAP)),
    ];
    return line(fit([...left, ...(saidRows[at] ?? [])], columns, 'left', ellipsis));
  });
}

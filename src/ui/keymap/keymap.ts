import type { Glyphs } from '../glyphs.ts';
import { COMMANDS, type Command, type CommandId, type Mode, TYPING_MODES } from './commands.ts';
import { type KeyPress, textOf } from './key-press.ts';
import { keyText } from './key-text.ts';

/** What is wrong with a person's own keys. */
export interface KeyProblem {
  readonly command: CommandId;
  /** Null where the command as a whole is meant. */
  readonly key: KeyPress | null;
  readonly message: string;
  readonly hint: string | null;
}

/** Which key does what. */
export interface Keymap {
  find(mode: Mode, key: KeyPress): Command | null;
  /** The first one is the one to be shown where there is room for one. */
  keysOf(id: CommandId): readonly KeyPress[];
  /** A key for the eyes of people. */
  keyText(key: KeyPress, glyphs?: Glyphs): string;
  /** Empty for keys that can be used; else nobody should. */
  readonly problems: readonly KeyProblem[];
}

export type KeyOverrides = Readonly<Partial<Record<CommandId, readonly KeyPress[]>>>;

/** What can be done without: other commands come to the same, in more steps. */
const SPARE: ReadonlySet<CommandId> = new Set<CommandId>([
  ...(['half_page_down', 'half_page_up', 'page_down', 'page_up', 'first', 'last', 'top'] as const),
  ...(['panel_down', 'panel_up', 'previous', 'tab_previous', 'diff', 'mark', 'no', 'redraw', 'suspend'] as const),
]);

/** What a text that is typed cannot do without. */
const EDITING: ReadonlySet<KeyPress> = new Set(['left', 'right', 'backspace', 'delete']);

/** Is this key part of a text that is typed? */
function isTyping(mode: Mode, key: KeyPress): boolean {
  return TYPING_MODES.has(mode) && (textOf(key) !== null || EDITING.has(key));
}

/** The keys of the table, with a person's own in place of those that they name. */
export function createKeymap(overrides: KeyOverrides = {}): Keymap {
  const keys = new Map(
    COMMANDS.map((one) => [one.id, [...new Set((one.fixed ? null : overrides[one.id]) ?? one.keys)]]),
  );
  const keysOf = (id: CommandId): readonly KeyPress[] => keys.get(id) ?? [];
  const places = new Map<string, Command[]>();
  for (const command of COMMANDS) {
    for (const key of keysOf(command.id)) {
      for (const mode of command.modes.filter((mode) => !isTyping(mode, key))) {
        const place = placeOf(mode, key);
        places.set(place, [...(places.get(place) ?? []), command]);
      }
    }
  }
  const isOwn = ({ id, fixed }: Command) => !fixed && overrides[id] !== undefined;
  const problems = [...COMMANDS.flatMap((command) => ownProblems(command, overrides)), ...clashes(places, isOwn)];
  return { find: (mode, key) => places.get(placeOf(mode, key))?.[0] ?? null, keysOf, keyText, problems };
}

function placeOf(mode: Mode, key: KeyPress): string {
  return `${mode} ${key}`;
}

function ownProblems(command: Command, overrides: KeyOverrides): KeyProblem[] {
  const { id, fixed, modes } = command;
  const keys = overrides[id];
  if (keys === undefined) return [];
  if (fixed) return [{ command: id, key: null, message: `${id} keeps its keys`, hint: defaultsOf(command) }];
  if (SPARE.has(id)) return [];
  if (keys.length === 0) {
    return [{ command: id, key: null, message: `${id} would have no key left`, hint: defaultsOf(command) }];
  }
  const lost = modes.find((mode) => keys.every((key) => isTyping(mode, key)));
  if (lost === undefined) return [];
  const message = `${id} needs a key that types nothing, too: letters are text in the ${MODE_NAMES[lost]}`;
  return [{ command: id, key: keys[0] ?? null, message, hint: defaultsOf(command) }];
}

function defaultsOf({ keys }: Command): string {
  return `by default: ${keys.map((key) => keyText(key)).join(', ')}`;
}

/** One problem for each two commands and key, however many modes they share. */
function clashes(places: ReadonlyMap<string, readonly Command[]>, isOwn: (command: Command) => boolean): KeyProblem[] {
  const found = new Map<string, KeyProblem>();
  for (const [place, commands] of places) {
    const [mode = '', key = ''] = place.split(/ (.*)/s);
    // What a person has written is to blame, not what stood there before.
    const [first, second] = commands.toSorted((a, b) => Number(isOwn(a)) - Number(isOwn(b)));
    if (first === undefined || second === undefined) continue;
    const name = `${first.id} ${second.id} ${key}`;
    if (!found.has(name)) found.set(name, clash(first, second, key, mode as Mode));
  }
  return [...found.values()];
}

function clash(holder: Command, own: Command, key: KeyPress, mode: Mode): KeyProblem {
  const message = `${keyText(key)} is ${holder.id} already, in the ${MODE_NAMES[mode]}`;
  const hint = holder.fixed ? 'that one keeps its keys' : `another key for ${holder.id} makes room`;
  return { command: own.id, key, message, hint };
}

/** For people; each may stand behind an article. */
export const MODE_NAMES: Readonly<Record<Mode, string>> = {
  tasks: 'list',
  pager: 'full panel',
  graph: 'graph',
  filter: 'filter line',
  help: 'help',
  statuses: 'status filter',
  why: 'why dialog',
  retry: 'retry dialog',
  retry_text: "retry dialog's texts",
  answer: 'answer dialog',
  confirm: 'questions',
  quit: 'quit dialog',
};

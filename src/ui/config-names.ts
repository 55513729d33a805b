import type { ConfigNames } from '../core/user-config/user-config.ts';
import { readColour } from './colour.ts';
import { COMMANDS } from './keymap/commands.ts';
import { parseKeyName } from './keymap/key-name.ts';
import type { KeyPress } from './keymap/key-press.ts';
import { createKeymap, type KeyOverrides } from './keymap/keymap.ts';
import type { Tone } from './line.ts';

const TONES = {
  plain: true,
  quiet: true,
  strong: true,
  good: true,
  bad: true,
  warn: true,
  live: true,
  accent: true,
  match: true,
} as const satisfies Readonly<Record<Tone, true>>;

/** What a config file may name of the dashboard. */
export const CONFIG_NAMES: ConfigNames = {
  commands: COMMANDS.map(({ id }) => id),
  tones: Object.keys(TONES),
  isColour: (written) => readColour(written) !== undefined,
  readKey: parseKeyName,
  keyProblems: (keys) => createKeymap(keyOverrides(keys)).problems,
};

/** A person's own keys, as a config file has given them. */
export function keyOverrides(keys: Readonly<Record<string, readonly KeyPress[]>>): KeyOverrides {
  return Object.fromEntries(COMMANDS.flatMap(({ id }) => (keys[id] === undefined ? [] : [[id, keys[id]]])));
}

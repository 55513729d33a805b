import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMMANDS, type Command, type CommandId, type Mode, TYPING_MODES } from '../../../src/ui/keymap/commands.ts';
import { textOf } from '../../../src/ui/keymap/key-press.ts';
import { createKeymap, type Keymap, type KeyOverrides, MODE_NAMES } from '../../../src/ui/keymap/keymap.ts';

const MODES = Object.keys(MODE_NAMES) as Mode[];
const KEYS = [...new Set([...COMMANDS.flatMap(({ keys }) => keys), 'R', 'X', 'ctrl+x', 'alt+x', 'backspace', '日'])];

/** The modes in which a command has a key. */
function reachedIn(keymap: Keymap, { id, modes }: Command): Mode[] {
  return modes.filter((mode) => keymap.keysOf(id).some((key) => keymap.find(mode, key)?.id === id));
}

/** Each key that a command has in a mode is found there, unless it is a part of a text that is typed. */
function clashesIn(keymap: Keymap): string[] {
  return COMMANDS.flatMap(({ id, modes }) =>
    modes.flatMap((mode) =>
      keymap
        .keysOf(id)
        .filter((key) => !TYPING_MODES.has(mode) || (textOf(key) === null && !EDITING.includes(key)))
        .filter((key) => keymap.find(mode, key)?.id !== id)
        .map((key) => `${mode} ${key} ${id}`),
    ),
  );
}

const EDITING = ['left', 'right', 'backspace', 'delete'];

function expectBlame({ problems }: Keymap, overrides: KeyOverrides): void {
  for (const { command, key } of problems) {
    expect(overrides).toHaveProperty(command);
    if (key !== null) expect(overrides[command]).toContain(key);
  }
}

function expectUsable(keymap: Keymap, overrides: KeyOverrides): void {
  expect(clashesIn(keymap)).toEqual([]);
  for (const command of COMMANDS) {
    const own = overrides[command.id];
    if (own === undefined) expect(reachedIn(keymap, command), command.id).toEqual(command.modes);
    else expect(keymap.keysOf(command.id)).toEqual(own);
  }
}

describe('the keys as shipped', () => {
  const keymap = createKeymap();

  test('clash in no mode', () => {
    expect(keymap.problems).toEqual([]);
    expect(clashesIn(keymap)).toEqual([]);
  });

  test('reach every command in each mode that it is for', () => {
    for (const command of COMMANDS) expect(reachedIn(keymap, command), command.id).toEqual(command.modes);
  });

  test('lead back, and out, of every mode', () => {
    for (const mode of MODES) {
      expect(keymap.find(mode, 'esc')?.id, mode).toBe('back');
      expect(keymap.find(mode, 'ctrl+c')?.id, mode).toBe('interrupt');
    }
  });

  test('leave letters and what edits them to whoever types', () => {
    for (const mode of TYPING_MODES) {
      for (const key of ['j', 'q', '?', 'space', ...EDITING])
        expect(keymap.find(mode, key), `${mode} ${key}`).toBeNull();
    }
  });

  test('are named once each, and every command is too', () => {
    for (const { id, keys } of COMMANDS) expect(new Set(keys).size, id).toBe(keys.length);
    expect(new Set(COMMANDS.map(({ id }) => id)).size).toBe(COMMANDS.length);
  });
});

describe("a person's own keys", () => {
  test('stand in place of those of the table', () => {
    const keymap = createKeymap({ retry: ['R', 'R'], mark: [] });
    expect(keymap.problems).toEqual([]);
    expect(keymap.keysOf('retry')).toEqual(['R']);
    expect(keymap.find('tasks', 'R')?.id).toBe('retry');
    expect(keymap.find('tasks', 'r')).toBeNull();
    expect(keymap.find('tasks', 'space')).toBeNull();
  });

  test('may be swapped', () => {
    const keymap = createKeymap({ retry: ['t'], teardown: ['r'] });
    expect(keymap.problems).toEqual([]);
    expect(keymap.find('tasks', 't')?.id).toBe('retry');
  });

  test.each<[KeyOverrides, CommandId, string | null, string]>([
    [{ retry: ['q'] }, 'retry', 'q', 'q is quit already, in the list'],
    [{ quit: ['r'] }, 'quit', 'r', 'r is retry already, in the list'],
    [{ retry: ['X'], cancel: ['X'] }, 'cancel', 'X', 'X is retry already, in the list'],
    [{ why: ['ctrl+c'] }, 'why', 'ctrl+c', 'Ctrl-C is interrupt already, in the list'],
    [{ help: ['X'] }, 'help', null, 'help keeps its keys'],
    [{ retry: [] }, 'retry', null, 'retry would have no key left'],
    [{ down: ['j'] }, 'down', 'j', 'down needs a key that types nothing, too: letters are text in the answer dialog'],
  ])('%j is refused', (overrides, command, key, message) => {
    const { problems } = createKeymap(overrides);
    expect(problems).toEqual([{ command, key, message, hint: expect.any(String) }]);
  });

  test('a clash is told once, however many modes it is in', () => {
    expect(createKeymap({ half_page_down: ['ctrl+l'] }).problems).toHaveLength(1);
  });

  test('come to problems, or to a keymap without a clash and with all that is needed', () => {
    const keys = fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 3 });
    const ids = fc.constantFrom(...COMMANDS.map(({ id }) => id));
    const seen = { good: 0, bad: 0 };
    fc.assert(
      fc.property(fc.dictionary(ids, keys, { maxKeys: 5 }), (overrides) => {
        const keymap = createKeymap(overrides);
        seen[keymap.problems.length === 0 ? 'good' : 'bad']++;
        if (keymap.problems.length > 0) expectBlame(keymap, overrides);
        else expectUsable(keymap, overrides);
      }),
      { numRuns: 200, seed: 7 },
    );
    expect(Math.min(seen.good, seen.bad)).toBeGreaterThan(10);
  });
});

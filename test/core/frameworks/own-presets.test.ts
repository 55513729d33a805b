import { expect, test } from 'vitest';
import { baseOf, type OwnPresets, ownPresetProblems, patchedPreset } from '../../../src/core/frameworks/own-presets.ts';
import { presetPatchSchema } from '../../../src/core/frameworks/preset-schema.ts';

test('stands on what it says, on the shipped one of its name, or on nothing', () => {
  expect(baseOf('qwen', { extends: 'gemini' })).toBe('gemini');
  expect(baseOf('codex', {})).toBe('codex');
  expect(baseOf('mine', { program: ['x'] })).toBeNull();
});

test('replaces lists, and of maps only the keys that it names', () => {
  const below = patchedPreset(null, { program: ['one'], env: { A: '1', B: '2' }, keys: { approve: ['y'] } });
  const made = patchedPreset(below, { program: ['two'], env: { B: '3' }, keys: { deny: ['Escape'] } });
  expect(made).toMatchObject({
    program: ['two'],
    env: { A: '1', B: '3' },
    keys: { approve: ['y'], deny: ['Escape'], submit: ['Enter'] },
  });
  expect('extends' in patchedPreset(below, { extends: 'x' })).toBe(false);
});

test.each([
  [{ start: ['--flag={model}', '{prompt_args}', '${HOME}'] }, true],
  [{ start: ['{nothing}'] }, false],
  [{ keys: { approve: ['C-c', 'Enter', 'y', '1', 'F12'] } }, true],
  [{ keys: { approve: ['send this'] } }, false],
  [{ screen: { busy: ['^\\s*✻'] } }, true],
  [{ screen: { busy: ['['] } }, false],
  [{ env: { 'NOT-A-NAME': 'x' } }, false],
  [{ prompt: null, resume: null }, true],
])('%j is well-formed: %j', (patch, good) => {
  expect(presetPatchSchema.safeParse(patch).success).toBe(good);
});

test('what installs a program does not install another one', () => {
  const below = patchedPreset(null, { program: ['one'], install: 'get one' });
  expect(patchedPreset(below, { model: ['-m'] }).install).toBe('get one');
  expect(patchedPreset(below, { program: ['two'] }).install).toBeNull();
  expect(patchedPreset(below, { program: ['two'], install: 'get two' }).install).toBe('get two');
});

test('a mode for scripts is changed key by key, made, or taken away', () => {
  const headless = { start: ['-p', '{prompt}'], resume: ['-r', '{session}', '{prompt}'] };
  const below = patchedPreset(null, { program: ['one'], headless });
  expect(below.headless).toEqual({ ...headless, ask: [], skip: [], help: [] });
  expect(patchedPreset(below, { headless: { skip: ['--yes'] } }).headless).toMatchObject({
    ...headless,
    skip: ['--yes'],
  });
  expect(patchedPreset(below, { headless: null }).headless).toBeNull();
  expect(patchedPreset(below, { model: ['-m'] }).headless).toEqual(below.headless);
});

test.each<[string, OwnPresets, string[]]>([
  ['of a shipped one, any part', { codex: { headless: { skip: [] } } }, []],
  ['that extends a shipped one, any part', { mine: { extends: 'codex', headless: { skip: [] } } }, []],
  ['of its own, all of it', { mine: { program: ['x'], headless: { start: ['{prompt}'], resume: ['{prompt}'] } } }, []],
  ['of its own, no half of it', { mine: { program: ['x'], headless: { start: ['{prompt}'] } } }, ['resume']],
  [
    'that extends one which brings the other half',
    {
      mine: { program: ['x'], headless: { start: [], resume: [] } },
      more: { extends: 'mine', headless: { resume: ['{prompt}'] } },
    },
    [],
  ],
  [
    'that extends one which has none',
    { mine: { extends: 'it', headless: { ask: [] } }, it: { program: ['x'] } },
    ['start'],
  ],
  [
    'that extends one which has taken it away',
    { mine: { extends: 'it', headless: { start: [] } }, it: { extends: 'codex', headless: null } },
    ['resume'],
  ],
])('a mode for scripts %s', (_name, presets, missing) => {
  const messages = ownPresetProblems(presets).map(({ message }) => message);
  expect(messages.map((message) => /its headless needs a '(\w+)'/.exec(message)?.[1])).toEqual(missing);
});

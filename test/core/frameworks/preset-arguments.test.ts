import { expect, test } from 'vitest';
import { readHelp } from '../../../src/core/frameworks/help-text.ts';
import { patchedPreset } from '../../../src/core/frameworks/own-presets.ts';
import { unknownArguments } from '../../../src/core/frameworks/preset-arguments.ts';
import type { PresetPatch } from '../../../src/core/frameworks/preset-schema.ts';

const HELP = 'Commands:\n  resume  Go on\n\nOptions:\n  -m, --model <x>\n  --yes\n  -c <key=value>\n';

function unknown(patch: PresetPatch, help = HELP): Record<string, readonly string[]> {
  const data = patchedPreset(null, { program: ['tool'], ...patch });
  const found = unknownArguments(data, readHelp('tool', [help]));
  return Object.fromEntries(found.map((list) => [list.path.join('.'), list.unknown]));
}

test('nothing, where all is known', () => {
  const args = { model: ['--model', '{model}'], approvals: { skip: ['--yes'], ask: ['-c', 'ask=1'] } };
  expect(unknown({ ...args, resume: ['resume', '{approvals_args}', '{session}'] })).toEqual({});
});

test.each<[string, PresetPatch, Record<string, string[]>]>([
  ['flags without their values', { model: ['--mode={model}', '-mx', '-m'] }, { model: ['--mode', '-mx'] }],
  [
    'each list by its place',
    { approvals: { ask: ['--ask'], skip: ['--full', '--yes', '--full'] }, session: ['--id', '{session}'] },
    { 'approvals.ask': ['--ask'], 'approvals.skip': ['--full'], session: ['--id'] },
  ],
  ['a sub-command', { resume: ['continue', '{session}', '--last'] }, { resume: ['continue', '--last'] }],
  ['a prompt that is handed over', { prompt: ['-i', '{prompt}'] }, { prompt: ['-i'] }],
  ['no value', { hooks: ['-c', 'notify=["--x"]', '-c', 'a', '-'] }, {}],
  ['nothing behind the end of flags', { start: ['--yes', '--', '--x', '{prompt_args}'], prompt: ['--y'] }, {}],
  ['no list that is not used', { start: ['{prompt_args}'], hooks: ['--hooks'], model: ['--modell'] }, {}],
  ['no name that is not known yet', { start: ['--{model}', '{session}'] }, {}],
])('%s', (_name, patch, expected) => {
  expect(unknown(patch)).toEqual(expected);
});

test('in its mode for scripts, the lists of that and those that they name', () => {
  const headless = {
    start: ['exec', '--json', '{approvals_args}', '{model_args}'],
    resume: ['--again'],
    ask: ['--no'],
  };
  const data = patchedPreset(null, { program: ['tool'], start: ['--window'], model: ['--modell'], headless });
  const found = unknownArguments(data, readHelp('tool', [HELP]), ['headless']);
  expect(found.map(({ path, unknown: names }) => [path.join('.'), names])).toEqual([
    ['headless.start', ['exec', '--json']],
    ['headless.resume', ['--again']],
    ['headless.ask', ['--no']],
    ['model', ['--modell']],
  ]);
  const both = unknownArguments(data, readHelp('tool', [HELP]), ['terminal', 'headless']);
  expect(both.map(({ path }) => path.join('.'))).toEqual(['start', ...found.map(({ path }) => path.join('.'))]);
});

test('the list is there as it stands in the preset', () => {
  const data = patchedPreset(null, { program: ['tool'], model: ['--modell', '{model}'] });
  expect(unknownArguments(data, readHelp('tool', [HELP]))).toEqual([
    { path: ['model'], args: ['--modell', '{model}'], unknown: ['--modell'] },
  ]);
});

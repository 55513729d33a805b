import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolveInputs } from '../../../src/steps/instructions/inputs.ts';
import { leave, temporaryFolder } from './briefing-fixture.ts';

function folderWith(outputs: string): string {
  const folder = temporaryFolder();
  leave(folder, 'spec', { 'outputs.json': outputs });
  return join(folder, 'spec');
}

const DECLARED = JSON.stringify([
  { path: 'docs/spec.md', category: 'spec', action: 'created' },
  { path: 'src/a.ts', category: 'src', action: 'modified' },
  { path: 'src/b.ts', category: 'src', action: 'deleted' },
]);

test('all that was declared and is still there, each once', () => {
  const folder = folderWith(DECLARED);
  const sources = [
    { task: 'spec', category: null },
    { task: 'spec', category: 'src' },
  ];
  expect(resolveInputs(sources, () => folder)).toEqual({
    files: [
      { path: 'docs/spec.md', category: 'spec', sourceTask: 'spec' },
      { path: 'src/a.ts', category: 'src', sourceTask: 'spec' },
    ],
    notes: [],
  });
});

test('of one category', () => {
  const folder = folderWith(DECLARED);
  expect(resolveInputs([{ task: 'spec', category: 'src' }], () => folder).files.map(({ path }) => path)).toEqual([
    'src/a.ts',
  ]);
  expect(resolveInputs([{ task: 'spec', category: 'test' }], () => folder)).toEqual({
    files: [],
    notes: ['Task spec declared no files of category test.'],
  });
});

test('a task that was not run, and one that declared nothing', () => {
  const source = [{ task: 'spec', category: null }];
  expect(resolveInputs(source, () => null)).toEqual({
    files: [],
    notes: ['Task spec was not run, so it declared no files.'],
  });
  const empty = { files: [], notes: ['Task spec declared no files.'] };
  expect(resolveInputs(source, () => temporaryFolder())).toEqual(empty);
  expect(resolveInputs(source, () => folderWith('[]'))).toEqual(empty);
});

test.each(['', '[{', '{}', 'null', '"x"'])('a broken list is a note: %j', (text) => {
  const folder = folderWith(text);
  const { files, notes } = resolveInputs([{ task: 'spec', category: null }], () => folder);
  expect(files).toEqual([]);
  expect(notes).toEqual([expect.stringContaining('The files that task spec declared cannot be read')]);
});

test.each([
  { path: '../x', category: 'src', action: 'created' },
  { path: '/etc/passwd', category: 'src', action: 'created' },
  { path: '.git/config', category: 'src', action: 'created' },
  { path: 'x', category: '', action: 'created' },
  { path: 'x', category: 'src', action: 'renamed' },
  { path: 1, category: 'src', action: 'created' },
  null,
  'x',
])('an unsound entry is left out and told: %j', (entry) => {
  const folder = folderWith(JSON.stringify([entry, { path: 'ok', category: 'src', action: 'created' }]));
  const { files, notes } = resolveInputs([{ task: 'spec', category: null }], () => folder);
  expect(files.map(({ path }) => path)).toEqual(['ok']);
  expect(notes).toEqual([expect.stringContaining('1 of the files that task spec declared')]);
});

import { expect, test } from 'vitest';
import { validate } from '../../src/commands/validate.ts';
import { GraphFileError } from '../../src/steps/tools/graph-file.ts';
import { graphFolder, LANES } from './graph-folder.ts';

const BAD = 'name: x\ntasks:\n  - id: a\n    role: boss\n';

test('says in a line what is in a good graph', async () => {
  using folder = graphFolder({ 'a.yaml': LANES });
  expect(await validate(folder.path('a.yaml'), { json: false }, folder.io)).toBe(0);
  expect(folder.lines).toEqual([
    `${folder.path('a.yaml')}: ok, graph demo: 5 tasks in 3 workstreams, critical path of 3 tasks`,
  ]);
});

test('throws what is wrong with a bad one, and prints nothing', async () => {
  using folder = graphFolder({ 'a.yaml': BAD });
  await expect(validate(folder.path('a.yaml'), { json: false }, folder.io)).rejects.toBeInstanceOf(GraphFileError);
  expect(folder.lines).toEqual([]);
});

test('as JSON it prints one object either way, and returns the exit code', async () => {
  using folder = graphFolder({ 'good.yaml': LANES, 'bad.yaml': BAD });
  expect(await validate(folder.path('good.yaml'), { json: true }, folder.io)).toBe(0);
  expect(await validate(folder.path('bad.yaml'), { json: true }, folder.io)).toBe(2);
  const [good, bad] = folder.lines.map((line) => JSON.parse(line));
  expect(good).toMatchObject({
    ok: true,
    name: 'demo',
    tasks: 5,
    workstreams: 3,
    critical_path: ['spec', 'impl', 'page'],
  });
  expect(good.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(bad).toEqual({
    ok: false,
    file: folder.path('bad.yaml'),
    problems: [
      {
        file: folder.path('bad.yaml'),
        line: 4,
        column: 11,
        path: 'tasks[0].role',
        message: "unknown role 'boss'",
        hint: 'allowed: generic, spec_writer, test_writer, test_reviewer, implementer',
      },
    ],
    omitted: 0,
  });
});

test("knows the frameworks of the user's config", async () => {
  using folder = graphFolder({ 'a.yaml': 'name: x\nprimary_agent: {framework: mine}\ntasks: [{id: a}]' });
  expect(await validate(folder.path('a.yaml'), { json: false, extraFrameworks: ['mine'] }, folder.io)).toBe(0);
  expect(folder.lines).toEqual([
    `${folder.path('a.yaml')}: ok, graph x: 1 task in 1 workstream, critical path of 1 task`,
  ]);
});

import { expect, test } from 'vitest';
import { dryRun } from '../../src/commands/dry-run.ts';
import { GraphFileError } from '../../src/steps/tools/graph-file.ts';
import { graphFolder, LANES } from './graph-folder.ts';

test('shows lanes, order of start and critical path in aligned columns', async () => {
  using folder = graphFolder({ 'a.yaml': LANES });
  expect(await dryRun(folder.path('a.yaml'), { json: false }, folder.io)).toBe(0);
  expect(folder.lines.join('\n')).toBe(
    [
      'graph demo: 5 tasks in 3 workstreams',
      '',
      'Lanes',
      '  lane  tasks  base -> target  tasks at once  merge        after lane',
      '  api   2      dev -> main     one            auto         -',
      '  web   2      main -> main    parallel       by a person  -',
      '  docs  1      main -> main    one            by a person  api',
      '',
      'Order of start (longest remaining path first)',
      '  #  task   lane  path  waits for',
      '  1  spec   api   3     -',
      '  2  style  web   2     -',
      '  3  impl   api   2     spec',
      '  4  page   web   1     style, merge of lane api',
      '  5  guide  docs  1     merge of lane api',
      '',
      'Critical path (3 tasks)',
      '  spec -> impl -> page',
    ].join('\n'),
  );
});

test('breaks a long critical path into lines that fit a terminal', async () => {
  const tasks = Array.from(
    { length: 40 },
    (_, i) => `  - {id: task-${i}, dependencies: [${i === 0 ? '' : `task-${i - 1}`}]}`,
  );
  using folder = graphFolder({ 'a.yaml': `name: x\ntasks:\n${tasks.join('\n')}` });
  await dryRun(folder.path('a.yaml'), { json: false }, folder.io);
  const path = folder.lines.slice(folder.lines.indexOf('Critical path (40 tasks)') + 1);
  expect(path.length).toBeGreaterThan(3);
  for (const line of path) expect(line.length).toBeLessThanOrEqual(100);
  expect(path.join(' ').match(/task-\d+/g)).toHaveLength(40);
});

test('as JSON', async () => {
  using folder = graphFolder({ 'a.yaml': LANES, 'bad.yaml': 'name: x' });
  expect(await dryRun(folder.path('a.yaml'), { json: true }, folder.io)).toBe(0);
  expect(await dryRun(folder.path('bad.yaml'), { json: true }, folder.io)).toBe(2);
  const [plan, bad] = folder.lines.map((line) => JSON.parse(line));
  expect(plan).toMatchObject({ name: 'demo', critical_path: ['spec', 'impl', 'page'] });
  expect(plan.workstreams[0]).toEqual({
    id: 'api',
    parent: null,
    base: 'dev',
    target: 'main',
    auto_merge: true,
    parallel: false,
    tasks: 2,
  });
  expect(plan.order[3]).toEqual({
    task: 'page',
    workstream: 'web',
    remaining: 1,
    waits_for: { tasks: ['style'], workstreams: ['api'] },
  });
  expect(bad).toMatchObject({ ok: false, problems: [{ line: 1, column: 1, message: "'tasks' is missing" }] });
});

test('throws what is wrong with a bad graph', async () => {
  using folder = graphFolder({ 'a.yaml': 'name: x' });
  await expect(dryRun(folder.path('a.yaml'), { json: false }, folder.io)).rejects.toBeInstanceOf(GraphFileError);
});

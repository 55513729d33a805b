import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { list, resolveGraph } from '../../src/commands/list.ts';
import { UserError } from '../../src/core/errors.ts';
import { graphFolder, LANES } from './graph-folder.ts';

describe('list', () => {
  test('a line a graph, by file, and the first problem of a bad one', async () => {
    using folder = graphFolder({
      'z.yml': 'name: one\ntasks: [{id: a}]',
      'lanes.yaml': LANES,
      'bad.yaml': 'name: x\ntasks: [{id: a, b: 1, c: 2}]',
      'empty.yaml': '',
      'notes.txt': 'x',
    });
    mkdirSync(folder.path('sub.yaml'));
    expect(await list(folder.dir, { json: false }, folder.io)).toBe(0);
    expect(folder.lines).toEqual([
      expect.stringMatching(/^bad\.yaml {4}bad: 2:17: tasks\[0\]\.b: unknown key 'b' \(and 1 more\)$/),
      'empty.yaml  bad: 1:1: the file is empty',
      'lanes.yaml  demo  5 tasks, 3 workstreams',
      'sub.yaml    bad: is a folder, not a graph file',
      'z.yml       one   1 task, 1 workstream',
    ]);
  });

  test('as JSON', async () => {
    using folder = graphFolder({ 'lanes.yaml': LANES, 'empty.yaml': '' });
    await list(folder.dir, { json: true }, folder.io);
    expect(folder.lines.map((line) => JSON.parse(line))).toEqual([
      {
        dir: folder.dir,
        graphs: [
          { file: 'empty.yaml', ok: false, problem: '1:1: the file is empty' },
          { file: 'lanes.yaml', ok: true, name: 'demo', tasks: 5, workstreams: 3 },
        ],
      },
    ]);
  });

  test('a folder without graphs, and none at all', async () => {
    using folder = graphFolder({});
    expect(await list(folder.dir, { json: false }, folder.io)).toBe(0);
    expect(folder.lines).toEqual([`no graphs (*.yaml, *.yml) in ${folder.dir}`]);
    await expect(list(join(folder.dir, 'none'), { json: false }, folder.io)).rejects.toBeInstanceOf(UserError);
  });
});

describe('resolveGraph', () => {
  test('without a graph folder it is a path, whether it is there or not', async () => {
    expect(await resolveGraph('some/where', null)).toBe('some/where');
  });

  test('with one it is a name, or a path from here or from the folder', async () => {
    using folder = graphFolder({ 'lanes.yaml': LANES, 'two.yml': LANES });
    expect(await resolveGraph('lanes', folder.dir)).toBe(folder.path('lanes.yaml'));
    expect(await resolveGraph('two', folder.dir)).toBe(folder.path('two.yml'));
    expect(await resolveGraph('two.yml', folder.dir)).toBe(folder.path('two.yml'));
    expect(await resolveGraph(folder.path('two.yml'), '/nowhere')).toBe(folder.path('two.yml'));
  });

  test('a name that is nearly one, one that is none, one that is two', async () => {
    using folder = graphFolder({ 'lanes.yaml': LANES, 'two.yml': LANES, 'two.yaml': LANES });
    const hint = (name: string, dir = folder.dir) => resolveGraph(name, dir).catch((error: UserError) => error.hint);
    expect(await hint('lnaes')).toBe('did you mean lanes?');
    expect(await hint('lanse.yaml')).toBe('did you mean lanes?');
    expect(await hint('something')).toBe('graphs there: lanes, two, two');
    expect(await hint('two')).toBe('give the path of one');
    expect(await hint('x', join(folder.dir, 'none'))).toMatch(/--graph-dir/);
  });
});

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { UserError } from '../../../src/core/errors.ts';
import { GraphFileError, loadGraph, parseGraph } from '../../../src/steps/tools/graph-file.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'agentrelay-graph-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function write(name: string, content: string | Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

/** The problems of a text as `line:column: path: message`. */
function problemsOf(text: string): string[] {
  return errorOf(text).problems.map(
    ({ line, column, path, message }) => `${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`,
  );
}

function errorOf(text: string): GraphFileError {
  try {
    parseGraph(text, 'g.yaml');
  } catch (error) {
    if (error instanceof GraphFileError) return error;
    throw error;
  }
  throw new Error('the text is a good graph');
}

async function loadError(path: string): Promise<GraphFileError> {
  const error = await loadGraph(path).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GraphFileError);
  return error as GraphFileError;
}

const GOOD = `# A graph with a bit of everything.
name: everything
model: opus
max_concurrency: 4
primary_agent: &agent
  framework: command
  command: [sh, -c, "echo {task} {attempt}"]
  environment: {type: tmux, session: mine}
caps: {command: 3}
workstreams:
  - id: api
    auto_merge: true
  - id: web
    parent_workstream_id: api
tasks:
  - id: spec
    workstream_id: api
    role: spec_writer
    description: |
      Write it down.
      Twice.
    timeout: 30m
  - &impl
    id: impl
    workstream_id: api
    dependencies: [spec]
    paths: {src: [src/a.ts], test: test/a.test.ts}
    inputs_from: {task: spec, category: spec}
    completion_gate: npm test
  - <<: *impl
    id: page
    workstream_id: web
    dependencies:
      - impl
      - spec
    primary_agent: *agent
`;

describe('a good file', () => {
  test('is loaded with its text and digest', async () => {
    const { graph, text, digest } = await loadGraph(write('good.yaml', GOOD));
    expect(text).toBe(GOOD);
    expect(digest).toBe(createHash('sha256').update(GOOD).digest('hex'));
    expect(graph.tasks.map(({ id, workstreamId }) => [id, workstreamId])).toEqual([
      ['spec', 'api'],
      ['impl', 'api'],
      ['page', 'web'],
    ]);
    expect(graph.taskById.get('page')).toMatchObject({ completionGate: 'npm test', dependencies: ['impl', 'spec'] });
    expect(graph.taskById.get('spec')?.description).toBe('Write it down.\nTwice.\n');
  });

  test('may start with a byte order mark, and end its lines as Windows does', async () => {
    const { graph } = await loadGraph(write('windows.yaml', `\ufeff${GOOD.replaceAll('\n', '\r\n')}`));
    expect(graph.tasks).toHaveLength(3);
  });

  test('may be JSON', () => {
    expect(parseGraph('{"name": "g", "tasks": [{"id": "a"}]}', 'g.json').name).toBe('g');
  });

  test('is read by YAML 1.2, whatever it says of itself', () => {
    expect(problemsOf('%YAML 1.1\n---\nname: g\nkeep_panes: yes\ntasks: [{id: a}]')).toEqual([
      "4:13: keep_panes: expected true or false, found the text 'yes'",
    ]);
  });
});

describe('a file that cannot be read', () => {
  test('missing, a folder, below a file, a circle of links, a special file', async () => {
    mkdirSync(join(dir, 'folder.yaml'));
    symlinkSync(join(dir, 'loop.yaml'), join(dir, 'loop.yaml'));
    const file = write('file.yaml', GOOD);
    expect((await loadError(join(dir, 'none.yaml'))).message).toBe(`${join(dir, 'none.yaml')}: there is no such file`);
    expect((await loadError(join(dir, 'folder.yaml'))).message).toMatch(/is a folder/);
    expect((await loadError(join(file, 'x.yaml'))).message).toMatch(/no such file: a part of its path is not a folder/);
    expect((await loadError(join(dir, 'loop.yaml'))).message).toMatch(/links go round in a circle/);
    expect((await loadError('/proc/self/mem')).message).toMatch(/cannot be read/);
    expect((await loadError('a\0b')).message).toMatch(/cannot be read/);
  });

  test('too large, endless, binary, in another encoding', async () => {
    expect((await loadError(write('10mb.yaml', Buffer.alloc(10 * 1024 * 1024, '#')))).message).toMatch(
      /larger than 8 MiB/,
    );
    expect((await loadError('/dev/zero')).message).toMatch(/larger than 8 MiB/);
    expect((await loadError(write('bin.yaml', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0])))).message).toMatch(/is binary/);
    expect((await loadError(write('latin1.yaml', Buffer.from('name: caf\xe9', 'latin1')))).message).toMatch(
      /not UTF-8/,
    );
    expect((await loadError(write('utf16.yaml', Buffer.from('\ufeffname: x', 'utf16le')))).message).toMatch(/UTF-16/);
  });

  test('has no position', async () => {
    const error = await loadError(join(dir, 'none.yaml'));
    expect(error).toBeInstanceOf(UserError);
    expect(error.problems).toEqual([
      {
        file: join(dir, 'none.yaml'),
        line: null,
        column: null,
        path: '',
        message: 'there is no such file',
        hint: null,
      },
    ]);
  });
});

describe('a file that is not the YAML of a graph', () => {
  test.each([
    ['', '1:1: the file is empty'],
    ['# only a comment\n', '1:1: the file is empty'],
    ['just text', "1:1: expected a map (key: value), found the text 'just text'"],
    ['- a', '1:1: expected a map (key: value), found a list'],
    ['name: x\ntasks:\n\t- id: a', '3:1: the line is indented with a tab'],
    ['name: x\ntasks:\n  - id: a\n\t  role: b', '4:1: the line is indented with a tab'],
    ['name: a: b', '1:7: not valid YAML: Nested mappings are not allowed in compact mappings'],
    ['name: "abc\ntasks: 5', '2:9: not valid YAML: Missing closing "quote'],
    ['name: @x', '1:7: not valid YAML: Plain value cannot start with reserved character @'],
    ['name: a\n---\nname: b', '2:1: a second document starts here'],
    ['name: x\ntasks: *nope', "2:8: alias '*nope' names an anchor that is not set before it"],
    ['name: x\ntasks: !mine []', "2:14: unknown tag '!mine'"],
    ['? [a]\n: b', '1:3: a key that is a list or a map'],
    ['name: {<<: 5}', '1:8: `<<` merges something that is not a map'],
    [`x: ${'['.repeat(5000)}`, '1:103: the YAML is nested too deeply'],
    [']'.repeat(100_000), '1:1: not valid YAML: Unexpected flow-seq-end token in YAML document'],
  ])('%j', (text, problem) => {
    expect(problemsOf(text)[0]).toBe(problem);
  });

  test('says only the first thing that breaks the syntax', () => {
    expect(problemsOf('name: [a\nb: }\n{ :')).toHaveLength(1);
  });

  test('duplicate keys are reported with all else that is wrong', () => {
    expect(problemsOf('name: x\nname: y\ntasks:\n  - id: a\n    id: b\n    bogus: 1')).toEqual([
      "2:1: duplicate key 'name'",
      "5:5: duplicate key 'id'",
      "6:5: tasks[0].bogus: unknown key 'bogus'",
    ]);
  });

  test('aliases that multiply or hold themselves are refused at once', () => {
    const levels = 'abcdefghijklmno'.split('');
    const bomb = levels.map((name, i) => {
      const below = levels[i - 1];
      return `${name}: &${name} [${Array(9)
        .fill(below === undefined ? 'x' : `*${below}`)
        .join(', ')}]`;
    });
    const started = performance.now();
    expect(problemsOf(bomb.join('\n'))).toEqual(['2:8: the aliases stand for too many values']);
    expect(problemsOf('name: x\ntasks: &t [*t]')).toEqual(['2:12: the aliases stand for too many values']);
    expect(problemsOf('name: &a {<<: *a, b: 1}')).toEqual(['1:11: `<<` merges a map into itself']);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test('__proto__ is a key like any other', () => {
    expect(problemsOf('__proto__: {x: 1}\nname: x\ntasks: [{id: a, __proto__: {role: b}}]')).toEqual([
      "1:1: __proto__: unknown key '__proto__'",
      "3:17: tasks[0].__proto__: unknown key '__proto__'",
    ]);
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});

describe('positions', () => {
  test('of the value, of a wrong key, of what encloses a missing one, of an empty value its key', () => {
    const text = [
      'name: x',
      'tasks:',
      '  - id: a',
      '    rolle: implementer',
      '    dependencies: [a, b]',
      '    timeout:',
      '      never',
      '  - role: generic',
      '  -',
      '  - id:',
      '    paths: {src: [ok, ../no]}',
    ].join('\n');
    expect(problemsOf(text)).toEqual([
      "4:5: tasks[0].rolle: unknown key 'rolle'",
      "5:20: tasks[0].dependencies[0]: task 'a' depends on itself",
      "7:7: tasks[0].timeout: 'never' is not a usable duration",
      "8:5: tasks[1]: 'id' is missing",
      '9:4: tasks[2]: expected a map (key: value), found nothing (null)',
      '10:5: tasks[3].id: expected text, found nothing (null)',
      "11:23: tasks[3].paths.src[1]: '../no' leaves the repository",
    ]);
  });

  test('are found through aliases and merges', () => {
    const text = [
      'name: x',
      'tasks:',
      '  - &a',
      '    id: a',
      '    role: nobody',
      '  - <<: *a',
      '    id: b',
      '  - *a',
    ].join('\n');
    expect(problemsOf(text)).toEqual(
      [
        "4:9: tasks[2].id: duplicate task id 'a', first used at tasks[0]",
        "5:11: tasks[0].role: unknown role 'nobody'",
        "5:11: tasks[1].role: unknown role 'nobody'",
        "5:11: tasks[2].role: unknown role 'nobody'",
      ].toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)),
    );
  });

  test('count lines that end with CR LF, and columns in what an editor counts', () => {
    expect(problemsOf('name: x\r\ntasks: [{id: a, description: "äöü", bogus: 1}]')[0]).toMatch(
      /^2:37: tasks\[0\]\.bogus/,
    );
  });
});

describe('the message', () => {
  test('has a line for each problem, with what is allowed and what was meant', () => {
    expect(errorOf('name: x\nforge: github\ntasks:\n  - {id: a, dependncies: []}').message).toBe(
      [
        "g.yaml:2:8: forge: unknown forge 'github' (allowed: gh, local)",
        "g.yaml:4:13: tasks[0].dependncies: unknown key 'dependncies' (did you mean dependencies?)",
      ].join('\n'),
    );
  });

  test('stops after a hundred problems and says how many more there are', () => {
    const tasks = Array.from({ length: 1_500 }, (_, i) => `  - {id: t${i}, bogus: 1}`);
    const { message, problems, omitted } = errorOf(`name: x\ntasks:\n${tasks.join('\n')}`);
    expect(message.split('\n')).toHaveLength(101);
    expect(message).toMatch(/… and 1400 more problems$/);
    expect(problems.length + omitted).toBe(1_500);
  });

  test('shows nothing of a file that a terminal would obey', () => {
    const { message } = errorOf('name: "\\e[31m\\u202e"\n"\\e]0;x\\a": 1\ntasks: [{id: "\\0"}]');
    expect(message.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\u202e/u);
  });
});

describe('whatever the text, the loader only throws GraphFileError', () => {
  const survives = (text: string): void => {
    try {
      parseGraph(text, 'f');
    } catch (error) {
      if (!(error instanceof GraphFileError)) throw error;
      expect(error.problems.length).toBeGreaterThan(0);
      for (const { line, column } of error.problems) expect(Math.min(line ?? 0, column ?? 0)).toBeGreaterThan(0);
    }
  };

  test('random bytes in a file', async () => {
    const path = join(dir, 'random.yaml');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        writeFileSync(path, bytes);
        await expect(loadGraph(path)).rejects.toBeInstanceOf(GraphFileError);
      }),
    );
  });

  test('random text of what YAML is made of', () => {
    const piece = fc.constantFrom(
      ...[
        '- ',
        ': ',
        '? ',
        '\n',
        '  ',
        '\t',
        '{',
        '}',
        '[',
        ']',
        ',',
        '"',
        "'",
        '&a ',
        '*a',
        '<<: ',
        '|',
        '>',
        '#',
        '%',
      ],
      ...['!!str ', '---\n', '...\n', 'name', 'tasks', 'id', 'x', '5', 'null', '~', '\\', '\r', '\ufeff', '__proto__'],
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
        survives,
      ),
      { numRuns: 2_000 },
    );
  });

  test('a good graph with pieces cut out, doubled and replaced', () => {
    const edit = fc.record({
      at: fc.nat({ max: GOOD.length }),
      drop: fc.nat({ max: 20 }),
      put: fc.oneof(
        fc.string({ maxLength: 6 }),
        fc.constantFrom('\n', '\t', '  ', ': ', '- ', '*impl', '<<: *agent', '[', '}'),
      ),
    });
    const mutate = (text: string, { at, drop, put }: { at: number; drop: number; put: string }): string =>
      text.slice(0, at) + put + text.slice(at + drop);
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => survives(edits.reduce(mutate, GOOD))),
      {
        numRuns: 1_000,
      },
    );
  });

  test('random values in the place of each key', () => {
    const keys = [
      'primary_agent',
      'review',
      'isolation',
      'paths',
      'inputs_from',
      'setup',
      'timeout',
      'role',
      'dependencies',
    ];
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.dictionary(
        fc.constantFrom('framework', 'environment', 'type', 'task', 'agent', 'command', 'src'),
        fc.jsonValue(),
      ),
    );
    const settings = fc.dictionary(fc.constantFrom(...keys, 'workstream_id', 'id', 'x'), value, { maxKeys: 4 });
    const file = fc.record(
      {
        name: value,
        tasks: fc.oneof(value, fc.array(fc.oneof(value, settings))),
        workstreams: fc.oneof(value, fc.array(settings)),
      },
      { requiredKeys: [] },
    );
    const random = fc.tuple(file, settings).map(([own, defaults]) => stringify({ ...defaults, ...own }));
    fc.assert(fc.property(random, survives), { numRuns: 300 });
  });
});

test('10,000 tasks are loaded in time that grows with their number', async () => {
  const tasks = Array.from({ length: 10_000 }, (_, i) => {
    const before = [i - 50, i - 100].filter((n) => n >= 0).map((n) => `t${n}`);
    return `  - id: t${i}\n    workstream_id: w${i % 50}\n    description: Part ${i}\n    dependencies: [${before.join(', ')}]`;
  });
  const lanes = Array.from({ length: 50 }, (_, i) => `  - id: w${i}`);
  const text = ['name: big', 'workstreams:', ...lanes, 'tasks:', ...tasks].join('\n');
  const started = performance.now();
  const { graph } = await loadGraph(write('big.yaml', text));
  expect(graph.tasks).toHaveLength(10_000);
  // A bound that only a square law would break, however busy the machine is; the bench measures.
  expect(performance.now() - started).toBeLessThan(10_000);
});

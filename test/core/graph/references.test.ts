import { describe, expect, test } from 'vitest';
import { formatPath } from '../../../src/core/graph/problem.ts';
import { readGraph } from '../../../src/core/graph/read-graph.ts';

function problemsOf(file: object): string[] {
  return readGraph({ name: 'g', ...file }).problems.map(
    ({ path, message, didYouMean }) =>
      `${formatPath(path)}: ${message}${didYouMean === null ? '' : ` (${didYouMean}?)`}`,
  );
}

/** `b: 'a c'` is a task b that depends on a and c. */
function tasks(specs: Record<string, string>, workstream?: Record<string, string>): object[] {
  return Object.entries(specs).map(([id, dependencies]) => ({
    id,
    dependencies: dependencies.split(' ').filter((name) => name !== ''),
    ...(workstream?.[id] === undefined ? {} : { workstream_id: workstream[id] }),
  }));
}

describe('dependencies', () => {
  test('an unknown one, one twice, and itself', () => {
    expect(problemsOf({ tasks: tasks({ build: '', test: 'biuld build build test' }) })).toEqual([
      "tasks[1].dependencies[0]: unknown task 'biuld' (build?)",
      "tasks[1].dependencies[2]: dependency 'build' is listed twice",
      "tasks[1].dependencies[3]: task 'test' depends on itself",
    ]);
  });

  test('nothing is unknown while some id cannot be read', () => {
    expect(
      problemsOf({ tasks: [{ id: 5 }, { id: 'a', dependencies: ['five'], inputs_from: { task: 'five' } }] }),
    ).toEqual(['tasks[0].id: expected text, found the number 5 ("5"?)']);
  });

  test('a cycle is printed as a path, once, at the dependency that closes it', () => {
    expect(problemsOf({ tasks: tasks({ x: 'a', a: 'c', b: 'a', c: 'b', y: 'c' }) })).toEqual([
      'tasks[1].dependencies[0]: tasks depend on each other: a -> c -> b -> a',
    ]);
  });

  test('two cycles are two problems', () => {
    expect(problemsOf({ tasks: tasks({ a: 'b', b: 'a', c: 'd', d: 'c' }) })).toEqual([
      'tasks[0].dependencies[0]: tasks depend on each other: a -> b -> a',
      'tasks[2].dependencies[0]: tasks depend on each other: c -> d -> c',
    ]);
  });

  test('a cycle of 10,000 tasks is found, and cut short', () => {
    const ring = Array.from({ length: 10_000 }, (_, i) => ({ id: `t${i}`, dependencies: [`t${(i + 1) % 10_000}`] }));
    const [found, ...others] = problemsOf({ tasks: ring });
    expect(others).toEqual([]);
    expect(found).toMatch(/t0 -> t1 -> .* -> t18 -> \(9981 more\) -> t0$/);
  });

  test('10,000 wrong names are reported without a search for each', () => {
    const wrong = Array.from({ length: 10_000 }, (_, i) => ({ id: `task${i}`, dependencies: [`task${i}x`] }));
    const problems = problemsOf({ tasks: wrong });
    expect(problems).toHaveLength(10_000);
    const searched = problems.filter((problem) => problem.endsWith('?)')).length;
    expect(searched).toBeGreaterThan(0);
    expect(searched).toBeLessThanOrEqual(200);
  });
});

describe('inputs_from', () => {
  test('only from a task that is depended on, directly or not', () => {
    const file = (task: string) => ({
      tasks: [...tasks({ a: '', b: 'a', c: 'b', d: '' }), { id: 'e', dependencies: ['c'], inputs_from: [{ task }] }],
    });
    expect(problemsOf(file('a'))).toEqual([]);
    expect(problemsOf(file('c'))).toEqual([]);
    expect(problemsOf(file('d'))).toEqual([
      "tasks[4].inputs_from[0].task: task 'e' does not depend on 'd', directly or not",
    ]);
    expect(problemsOf(file('zzz'))).toEqual(["tasks[4].inputs_from[0].task: unknown task 'zzz'"]);
  });

  test('a default at the top is for the tasks after its source', () => {
    const file = {
      name: 'g',
      inputs_from: { task: 'a', category: 'spec' },
      tasks: tasks({ a: '', b: 'a', c: 'b', d: '' }),
    };
    const inputs = readGraph(file).graph?.tasks.map(({ inputsFrom }) => inputsFrom.map(({ task }) => task));
    expect(inputs).toEqual([[], ['a'], ['a'], []]);
    expect(problemsOf({ inputs_from: { task: 'x' }, tasks: tasks({ a: '', b: '' }) })).toEqual([
      "inputs_from.task: unknown task 'x'",
    ]);
  });
});

describe('workstreams', () => {
  test('an unknown one', () => {
    expect(
      problemsOf({
        workstreams: [{ id: 'api' }, { id: 'web', parent_workstream_id: 'apii' }],
        tasks: [{ id: 'a', workstream_id: 'wbe' }, { id: 'b' }, { id: 'c' }],
      }),
    ).toEqual([
      "tasks[0].workstream_id: unknown workstream 'wbe' (web?)",
      "workstreams[1].parent_workstream_id: unknown workstream 'apii' (api?)",
      "tasks[1]: task 'b' names no workstream (nor do 1 more), and there is no 'default' among them",
    ]);
  });

  test('a wrong default is one problem, however many tasks follow it', () => {
    expect(problemsOf({ workstream_id: 'x', tasks: tasks({ a: '', b: '', c: '' }) })).toEqual([
      "workstream_id: unknown workstream 'x'",
    ]);
  });

  test('lanes that wait for each other, with the tasks of each edge', () => {
    const file = {
      workstreams: [{ id: 'x' }, { id: 'y' }],
      tasks: tasks({ a: '', b: 'a', c: '', d: 'c' }, { a: 'x', b: 'y', c: 'y', d: 'x' }),
    };
    expect(problemsOf(file)).toEqual([
      'tasks[3].dependencies[0]: workstreams wait for each other: x -> y -> x ' +
        '(x -> y: task d depends on c; y -> x: task b depends on a)',
    ]);
  });

  test('a parent counts as a wait', () => {
    const file = {
      workstreams: [{ id: 'x' }, { id: 'y', parent_workstream_id: 'x' }],
      tasks: tasks({ a: 'b', b: '' }, { a: 'x', b: 'y' }),
    };
    expect(problemsOf(file)).toEqual([
      'tasks[0].dependencies[0]: workstreams wait for each other: x -> y -> x ' +
        '(x -> y: task a depends on b; y -> x: y is a child of x)',
    ]);
    expect(
      problemsOf({ workstreams: [{ id: 'default', parent_workstream_id: 'default' }], tasks: tasks({ a: '' }) }),
    ).toEqual(["workstreams[0].parent_workstream_id: workstream 'default' is its own parent"]);
  });

  test('a cycle of tasks across lanes is not told again as one of lanes', () => {
    const file = {
      workstreams: [{ id: 'x' }, { id: 'y' }],
      tasks: tasks({ a: 'b', b: 'a' }, { a: 'x', b: 'y' }),
    };
    expect(problemsOf(file)).toEqual(['tasks[0].dependencies[0]: tasks depend on each other: a -> b -> a']);
  });

  test('lanes that are nested too deep: the first of them, not those below', () => {
    const lanes = [
      { id: 'default' },
      { id: 'b', parent_workstream_id: 'default' },
      { id: 'c', parent_workstream_id: 'b' },
      { id: 'd', parent_workstream_id: 'c' },
    ];
    expect(problemsOf({ workstreams: lanes, tasks: tasks({ a: '' }) })).toEqual([
      "workstreams[2].parent_workstream_id: workstream 'c' is nested 2 deep",
    ]);
    expect(problemsOf({ workstreams: lanes, max_workstream_depth: 3, tasks: tasks({ a: '' }) })).toEqual([]);
  });

  test('a lane that is waited for is merged into what the waiting one is cut from', () => {
    const file = (merge_target_branch: string) => ({
      workstreams: [{ id: 'x', merge_target_branch }, { id: 'y' }],
      tasks: tasks({ a: '', b: 'a' }, { a: 'x', b: 'y' }),
    });
    expect(problemsOf(file('main'))).toEqual([]);
    expect(problemsOf(file('dev'))).toEqual([
      "workstreams[0].merge_target_branch: workstream 'x' is merged into 'dev', but 'y', which waits for it " +
        "(task b depends on a), is cut from 'main'",
    ]);
  });
});

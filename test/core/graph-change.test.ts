import { expect, test } from 'vitest';
import type { Fact } from '../../src/core/events.ts';
import type { Graph } from '../../src/core/graph/graph.ts';
import { readGraph } from '../../src/core/graph/read-graph.ts';
import { compareGraphs } from '../../src/core/graph-change.ts';
import type { RunState } from '../../src/core/run-state.ts';
import { Journal, startLog } from '../support/core.ts';

const agent = { framework: 'command', command: ['true'], environment: { type: 'tmux', session: 's' } };
const FILE = {
  name: 'g',
  primary_agent: agent,
  workstreams: [{ id: 'one', auto_merge: true }, { id: 'two' }],
  tasks: [
    { id: 'a', description: 'first', workstream_id: 'one' },
    { id: 'b', dependencies: ['a'], workstream_id: 'one', completion_gate: 'make' },
    { id: 'c', dependencies: ['a', 'b'], workstream_id: 'one' },
    { id: 'd', workstream_id: 'two' },
  ],
};
type File = Omit<typeof FILE, 'tasks'> & { tasks: { id: string; dependencies?: string[] }[] };

function graphOf(file: object): Graph {
  const { graph, problems } = readGraph(file);
  expect(problems).toEqual([]);
  return graph as Graph;
}

const BRANCH = { kind: 'workstream_active', workstream: 'one', branch: 'i', base_commit: 'c' } as const;

function finished(task: string): Fact[] {
  const attempt = { task, attempt: 1 };
  return [
    { ...attempt, kind: 'task_started', token_hash: 'h' },
    { ...attempt, kind: 'task_succeeded', status: 'completed', pr: null, commit: null },
  ];
}

/** Of lane `one`, `a` is finished, `b` has failed, and `c` waits. */
function midway(...more: Fact[]): RunState {
  const log = startLog(graphOf(FILE), new Journal());
  const failing = { task: 'b', attempt: 1 };
  for (const fact of [
    BRANCH,
    ...finished('a'),
    { ...failing, kind: 'task_started', token_hash: 'h' },
    { ...failing, kind: 'task_failed', code: 'c', error: 'e', failure_class: null },
    ...more,
  ] as const) {
    log.append(fact);
  }
  return log.state;
}

function edited(edit: (file: File) => object, state = midway()) {
  return compareGraphs(graphOf(FILE), graphOf(edit(structuredClone(FILE) as File)), state);
}

function editTask(id: string, change: object): (file: File) => object {
  return (file) => ({ ...file, tasks: file.tasks.map((task) => (task.id === id ? { ...task, ...change } : task)) });
}

function without(id: string): (file: File) => object {
  return (file) => ({
    ...file,
    tasks: file.tasks
      .filter((task) => task.id !== id)
      .map((task) => ({ ...task, dependencies: task.dependencies?.filter((other) => other !== id) ?? [] })),
  });
}

const NONE = { added: [], removed: [], changed: [], stale: [] };

test.each<[string, (file: File) => object]>([
  ['nothing', (file) => file],
  ['the order of tasks', (file) => ({ ...file, tasks: file.tasks.toReversed() })],
  [
    'the order of keys',
    (file) => ({ ...file, primary_agent: reversedKeys(agent), tasks: file.tasks.map(reversedKeys) }),
  ],
  ['the order of dependencies', editTask('c', { dependencies: ['b', 'a'] })],
  ['what is the default anyway', editTask('b', { role: 'generic', setup: [], max_gate_attempts: 5 })],
  ['where a value stands', (file) => ({ ...editTask('b', { approvals: 'ask' })(file), approvals: 'ask' })],
  ['settings of the run', (file) => ({ ...file, max_concurrency: 3, max_task_attempts: 2, budget: { max_tokens: 9 } })],
])('an edit of %s changes nothing', (_, edit) => {
  expect(edited(edit)).toEqual({ change: NONE, problems: [] });
});

test.each<[string, object]>([
  ['the description', { description: 'other' }],
  ['the gate', { completion_gate: ['make', 'test'] }],
  ['the dependencies', { dependencies: [] }],
  ['the paths', { paths: { src: 'lib' } }],
  ['the limit of time', { timeout: '2m' }],
  ['the model', { primary_agent: { model: 'big' } }],
  ['the argv', { primary_agent: { command: ['false'] } }],
  ['a key of the environment', { primary_agent: { environment: { session: 'other' } } }],
  ['the isolation', { isolation: { cpus: 2 } }],
])('another value of %s changes a task', (_, change) => {
  expect(edited(editTask('b', change))).toEqual({ change: { ...NONE, changed: ['b'] }, problems: [] });
});

test.each<[string, object]>([
  ['the gate', { completion_gate: 'make all' }],
  ['the model', { model: 'big' }],
])('%s at the top counts for all that inherit it, finished ones are stale', (key, top) => {
  const changed = key === 'the gate' ? ['c', 'd'] : ['b', 'c', 'd'];
  expect(edited((file) => ({ ...file, ...top })).change).toEqual({ ...NONE, changed, stale: ['a'] });
});

test("a lane's isolation counts for its tasks", () => {
  const edit = ({ workstreams: [one, two], ...file }: File) => ({
    ...file,
    workstreams: [one, { ...two, isolation: { network: false } }],
  });
  expect(edited(edit)).toEqual({ change: { ...NONE, changed: ['d'] }, problems: [] });
});

test('added, changed and stale tasks come in the order of the new file, those that are gone in that of the old', () => {
  const state = midway(...finished('d'));
  const edit = (file: File) => ({
    ...file,
    tasks: [
      { id: 'z', workstream_id: 'two' },
      { id: 'd', workstream_id: 'two', description: 'other' },
      { id: 'y', workstream_id: 'one' },
    ],
  });
  const { change, problems } = edited(edit, state);
  expect(change).toEqual({ added: ['z', 'y'], removed: ['b', 'c'], changed: [], stale: ['d', 'a'] });
  expect(problems).toEqual([]);
});

test('a finished task that comes back to the file is not new', () => {
  const { change } = compareGraphs(graphOf(without('a')(FILE as File)), graphOf(FILE), midway());
  // Those that depended on it do so again.
  expect(change).toEqual({ ...NONE, changed: ['b', 'c'], stale: ['a'] });
});

test('another lane is another definition', () => {
  expect(edited(editTask('c', { workstream_id: 'two' })).change.changed).toEqual(['c']);
});

/** Nothing waits for anything. */
function cutLoose(file: File): File {
  return { ...file, tasks: file.tasks.map((task) => ({ ...task, dependencies: [] })) };
}

test('a finished task cannot move to another lane', () => {
  const moved = edited((file) => editTask('a', { workstream_id: 'two' })(cutLoose(file)));
  expect(moved.change.stale).toEqual(['a']);
  expect(moved.problems).toEqual(['task a is finished in workstream one, so it cannot move to two']);
});

test('a task at work cannot either: its branch and its worktree are those of its lane', () => {
  const log = startLog(graphOf(FILE), new Journal());
  log.append(BRANCH);
  log.append({ kind: 'task_started', task: 'a', attempt: 1, token_hash: 'h' });
  const moved = edited((file) => editTask('a', { workstream_id: 'two' })(cutLoose(file)), log.state);
  expect(moved.problems).toEqual(['task a is at work in workstream one, so it cannot move to two']);
});

function editLane(id: string, change: object): (file: File) => object {
  return (file) => ({
    ...file,
    workstreams: file.workstreams.map((lane) => (lane.id === id ? { ...lane, ...change } : lane)),
  });
}

test.each<[object, string]>([
  [{ base_branch: 'dev' }, 'workstream one has begun, so its base_branch cannot change from main to dev'],
  [
    { merge_target_branch: 'dev' },
    'workstream one has begun, so its merge_target_branch cannot change from main to dev',
  ],
  [{ parallel: true }, 'workstream one has begun, so its parallel cannot change from false to true'],
])('a lane that has begun keeps %o as it was', (change, problem) => {
  expect(edited(editLane('one', change), midway()).problems).toContain(problem);
  const fresh = startLog(graphOf(FILE), new Journal()).state;
  expect(edited(editLane('one', change), fresh).problems).toEqual([]);
});

test('a lane that has begun may be merged otherwise', () => {
  expect(edited(editLane('one', { auto_merge: false }))).toEqual({ change: NONE, problems: [] });
});

test('a lane that failed before it had a branch can be mended', () => {
  const log = startLog(graphOf(FILE), new Journal());
  const root = { workstream: 'one' };
  log.append({ kind: 'workstream_failed', workstream: 'one', code: 'no_base', error: 'e', root });
  expect(edited(editLane('one', { base_branch: 'dev' }), log.state).problems).toEqual([]);
});

function onlyLaneTwo(file: File): object {
  return { ...file, workstreams: [{ id: 'two' }], tasks: file.tasks.filter(({ id }) => id === 'd') };
}

test('a lane with finished work cannot go', () => {
  const { change, problems } = edited(onlyLaneTwo);
  expect(change).toEqual({ ...NONE, removed: ['b', 'c'], stale: ['a'] });
  expect(problems).toEqual(['workstream one is gone, and holds finished work: a']);
});

test('a lane without finished work can', () => {
  const log = startLog(graphOf(FILE), new Journal());
  log.append(BRANCH);
  expect(edited(onlyLaneTwo, log.state)).toEqual({ change: { ...NONE, removed: ['a', 'b', 'c'] }, problems: [] });
});

const HANDED_OVER: readonly Fact[] = [
  BRANCH,
  ...['a', 'b', 'c'].flatMap(finished),
  { kind: 'workstream_merge_ready', workstream: 'one', commit: 'c' },
  { kind: 'workstream_pr_created', workstream: 'one', pr: 'p', branch: 'i', target: 'main', commit: 'c' },
];

test.each<[string, readonly Fact[], string]>([
  ['handed over', HANDED_OVER, 'is already handed over to be merged'],
  [
    'merged',
    [...HANDED_OVER, { kind: 'workstream_merged', workstream: 'one', commit: 'm', by: 'person' }],
    'is already merged',
  ],
])('nothing comes to a lane that is %s', (_, facts, how) => {
  const log = startLog(graphOf(FILE), new Journal());
  for (const fact of facts) log.append(fact);
  const edit = (file: File) => ({
    ...file,
    tasks: [...file.tasks.slice(0, 3), { id: 'd', workstream_id: 'one' }, { id: 'e', workstream_id: 'one' }],
  });
  const { change, problems } = edited(edit, log.state);
  expect(change).toEqual({ ...NONE, added: ['e'], changed: ['d'] });
  expect(problems).toEqual([
    `task d would come to workstream one, which ${how}`,
    `task e would come to workstream one, which ${how}`,
  ]);
  expect(edited(editTask('a', { description: 'other' }), log.state).problems).toEqual([]);
});

test('the name of a graph cannot change', () => {
  expect(edited((file) => ({ ...file, name: 'h' }))).toEqual({
    change: NONE,
    problems: ['the graph was named g and is now named h'],
  });
});

function reversedKeys<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).toReversed()) as T;
}

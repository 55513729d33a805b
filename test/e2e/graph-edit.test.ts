import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EventKind, FactOf } from '../../src/core/events.ts';
import { makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

const GOOD = 'commit $AGENTRELAY_TASK.txt done; agentrelay-complete';
const HELD = `wait_for "$HOME/go"; ${GOOD}`;
const COUNTED = 'echo "$AGENTRELAY_TASK $AGENTRELAY_ATTEMPT" >>"$HOME/launches"';

interface Task {
  readonly id: string;
  readonly [key: string]: unknown;
}

function task(id: string, script: string, more: object = {}): Task {
  const command = project.agent(id, `${COUNTED}\n${script}`);
  return { id, primary_agent: { framework: 'command', command }, ...more };
}

const LANES = [{ id: 'default', auto_merge: true }];
const graphOf = (tasks: readonly Task[], more: object = {}) =>
  project.graph({ name: 'g', workstreams: LANES, tasks, ...more });
const start = (graph: string) => project.start('run', graph, '-L', SOCKET, '--json');
const run = (graph: string, ...flags: string[]) => project.run('run', graph, '-L', SOCKET, ...flags);
const go = () => project.write('go', '');
const launches = () => readFileSync(join(project.folder, 'launches'), 'utf8').trim().split('\n').toSorted();
const kept = (name: string) => readFileSync(join(project.repo, '.workflow/g/runs/1', name), 'utf8');
const instructions = (id: string, attempt = 1) => kept(`signals/${id}/attempt-${attempt}/instructions.md`);
const files = () => project.git('ls-tree', '--name-only', 'main').split('\n');

function of<K extends EventKind>(kind: K): FactOf<K>[] {
  return project.journal('g').filter((event) => event.kind === kind) as never;
}

/** A run of these tasks whose owner was killed when task `at` was at work; the graph's file. */
async function left(tasks: readonly Task[], at: string, more: object = {}): Promise<string> {
  const graph = graphOf(tasks, more);
  const live = start(graph);
  await live.event('task_waiting', (event) => event.task === at);
  live.kill('SIGKILL');
  expect(await live.ended).toMatchObject({ code: null });
  return graph;
}

test('what is not finished follows the file as it is now; what is finished is kept, and told', async () => {
  const before = [
    task('a', GOOD),
    task('b', HELD, { dependencies: ['a'] }),
    task('c', GOOD, { dependencies: ['b'], description: 'The old words.' }),
    task('d', GOOD, { dependencies: ['c'] }),
  ];
  const graph = await left(before, 'b');
  const old = readFileSync(graph, 'utf8');
  const [a, b, c] = before as [Task, Task, Task, Task];
  graphOf([
    { ...a, description: 'Something else.' },
    b,
    { ...c, description: 'The new words.' },
    task('e', GOOD, { dependencies: ['c'] }),
  ]);
  const edited = readFileSync(graph, 'utf8');
  go();
  const { code, stdout, stderr } = await run(graph);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/ run +graph changed +added: e; removed: d; changed: c; finished and kept: a\n/);
  expect(of('graph_changed')).toMatchObject([{ added: ['e'], removed: ['d'], changed: ['c'], stale: ['a'] }]);
  expect(launches()).toEqual(['a 1', 'b 1', 'c 1', 'e 1']);
  expect(instructions('c')).toContain('The new words.');
  expect(instructions('c')).not.toContain('The old words.');
  expect(files()).toEqual(['README.md', 'a.txt', 'b.txt', 'c.txt', 'e.txt']);
  expect(kept('graph.yaml')).toBe(edited);
  expect(kept('graph.1.yaml')).toBe(old);
  const status = JSON.parse((await project.run('status', 'g', '--json')).stdout);
  expect(Object.keys(status.tasks)).toEqual(['a', 'b', 'c', 'e']);
});

test('an owner that changes nothing but words for people says nothing, and the next compares with them', async () => {
  const graph = await left([task('a', HELD)], 'a');
  const old = readFileSync(graph, 'utf8');
  writeFileSync(graph, `# A comment.\n${old}`);
  go();
  expect(await run(graph)).toMatchObject({ code: 0, stdout: expect.not.stringContaining('graph changed'), stderr: '' });
  expect(of('graph_changed')).toEqual([]);
  expect(launches()).toEqual(['a 1']);
  expect(kept('graph.yaml')).toBe(`# A comment.\n${old}`);
  expect(kept('graph.1.yaml')).toBe(old);
});

test('what a run cannot take up is refused with all its reasons, and nothing is touched', async () => {
  project.git('branch', 'other');
  const tasks = [task('a', GOOD), task('b', HELD, { dependencies: ['a'] }), task('c', GOOD, { dependencies: ['b'] })];
  const graph = await left(tasks, 'b');
  const old = readFileSync(graph, 'utf8');
  const before = project.journal('g');
  const [a, , c] = tasks as [Task, Task, Task];

  graphOf([a, { ...c, dependencies: ['a'] }], { workstreams: [{ ...LANES[0], base_branch: 'other' }] });
  const refused = await run(graph);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toMatch(/run 1 cannot take up the graph file as it is now:\n/);
  expect(refused.stderr).toMatch(/workstream default has begun, so its base_branch cannot change from main to other\n/);
  expect(refused.stderr).toMatch(/task b is at work, and is gone from the file\n/);
  expect(refused.stderr).toMatch(/→ undo that \(.*graph\.yaml is the file as it was\), or start over with --new-run/);

  writeFileSync(graph, `${old}]`);
  expect(await run(graph)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/graph\.yaml:\d+:\d+/) });
  expect(project.journal('g')).toEqual(before);
  expect(kept('graph.yaml')).toBe(old);

  // A person can act on it meanwhile: that goes by the file as it was.
  expect(await project.run('send', 'b', 'hello', '-L', SOCKET)).toMatchObject({ code: 0, stderr: '' });
  writeFileSync(graph, old);
  go();
  expect(await run(graph)).toMatchObject({ code: 0, stderr: '' });
  expect(launches()).toEqual(['a 1', 'b 1', 'c 1']);
});

test('a task that failed is tried again with its new definition, which needs no other word', async () => {
  const failing = task(
    'a',
    '[ "$AGENTRELAY_ATTEMPT" = 3 ] || { agentrelay-failed --reason no; exit; }; commit a.txt x; agentrelay-complete',
  );
  const graph = graphOf([{ ...failing, description: 'First.' }]);
  expect(await run(graph)).toMatchObject({ code: 1 });
  expect(await run(graph)).toMatchObject({ code: 1 });
  expect(launches()).toEqual(['a 1']);

  graphOf([{ ...failing, description: 'Second.' }]);
  expect(await run(graph)).toMatchObject({ code: 1 });
  expect(instructions('a', 2)).toContain('Second.');
  expect(await run(graph)).toMatchObject({ code: 1 });
  expect(launches()).toEqual(['a 1', 'a 2']);

  graphOf([{ ...failing, description: 'Third.' }]);
  expect(await run(graph)).toMatchObject({ code: 0 });
  expect(instructions('a', 3)).toContain('Third.');
  expect(of('graph_changed')).toMatchObject([{ changed: ['a'] }, { changed: ['a'] }]);
  expect([kept('graph.1.yaml'), kept('graph.2.yaml')]).toEqual([
    expect.stringContaining('First.'),
    expect.stringContaining('Second.'),
  ]);
});

test('a run that has succeeded is over, whatever becomes of its file', async () => {
  const graph = graphOf([task('a', GOOD)]);
  expect(await run(graph)).toMatchObject({ code: 0 });
  const before = project.journal('g');
  graphOf([task('a', GOOD), task('b', GOOD)]);
  expect(await run(graph)).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/the graph file has changed since; --new-run starts over with it\n.*is over/),
  });
  expect(project.journal('g')).toEqual(before);
  expect(launches()).toEqual(['a 1']);
});

test('a task at work goes on under its new definition', async () => {
  const b = task('b', HELD, { completion_gate: 'false', max_gate_attempts: 1 });
  const graph = await left([b], 'b');
  graphOf([{ ...b, completion_gate: 'test -e b.txt' }]);
  go();
  expect(await run(graph)).toMatchObject({ code: 0, stderr: '' });
  expect(of('graph_changed')).toMatchObject([{ changed: ['b'] }]);
  expect(of('task_gate_passed')).toMatchObject([{ task: 'b', attempt: 1 }]);
  expect(launches()).toEqual(['b 1']);
});

test('an agent whose task is gone from the file is stopped before another works in its folder, its work kept', async () => {
  const script = 'commit half.txt half; echo x >draft.txt; signal failed "cannot"; exec sleep 1000';
  const graph = graphOf([task('a', script)], { teardown_mode: 'never' });
  expect(await run(graph)).toMatchObject({ code: 1 });
  const panes = () => project.tmux('list-panes', '-a', '-F', '#{@agentrelay}')?.match(/^g\/1\/[^/]+/gm) ?? [];
  expect(panes()).toEqual(['g/1/a']);
  graphOf([task('b', GOOD)], { teardown_mode: 'never' });
  expect(await run(graph, '-a', '2')).toMatchObject({ code: 0, stderr: '' });
  expect(panes()).toEqual(['g/1/b']);
  expect(project.git('show', 'agentrelay/g/a:half.txt')).toBe('half');
  const saved = of('task_work_saved').find(({ ref }) => ref.startsWith('refs/agentrelay/backup/'));
  expect(project.git('show', `${saved?.ref}:draft.txt`)).toBe('x');
  expect(files()).toEqual(['README.md', 'b.txt']);
});

test('a task that is gone from the file, and comes back, goes on with its next attempt', async () => {
  const lanes = { workstreams: [...LANES, { id: 'other' }] };
  const a = task('a', `[ "$AGENTRELAY_ATTEMPT" = 2 ] || { agentrelay-failed --reason no; exit; }; ${GOOD}`);
  const b = task('b', 'agentrelay-failed --reason never', { workstream_id: 'other' });
  const graph = graphOf([a, b], lanes);
  expect(await run(graph)).toMatchObject({ code: 1 });
  graphOf([b], lanes);
  expect(await run(graph, '-a', '2')).toMatchObject({ code: 1 });
  graphOf([a, b], lanes);
  expect(await run(graph, '-a', '3')).toMatchObject({ code: 1 });
  expect(launches()).toEqual(['a 1', 'a 2', 'b 1', 'b 2', 'b 3']);
  expect(of('task_succeeded')).toMatchObject([{ task: 'a', attempt: 2 }]);
  expect(of('graph_changed')).toMatchObject([{ removed: ['a'] }, { added: ['a'] }]);
});

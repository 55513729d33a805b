import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EventKind, FactOf, RunEvent } from '../../src/core/events.ts';
import { appears, type Live, makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

const GOOD = 'commit $AGENTRELAY_TASK.txt done; agentrelay-complete';
/** Works until the test says so, by a file beside the repository. */
const HELD = `wait_for "$HOME/go"; ${GOOD}`;
/** Only its second attempt does anything of use. */
const SECOND = `[ "$AGENTRELAY_ATTEMPT" = 2 ] || { agentrelay-failed --reason no; exit; }; ${GOOD}`;
const COUNTED = 'echo "$AGENTRELAY_TASK $AGENTRELAY_ATTEMPT" >>"$HOME/launches"';

const task = (id: string, script: string, ...dependencies: string[]) => ({
  id,
  dependencies,
  workstream_id: 'default',
  primary_agent: { framework: 'command', command: [...project.agent(id, `${COUNTED}\n${script}`), '{model}'] },
});
const graphOf = (tasks: object[], more: object = {}) => {
  const used = new Set(tasks.map((one) => (one as { workstream_id: string }).workstream_id));
  const workstreams = [...used].map((id) => ({ id, auto_merge: true }));
  return project.graph({ name: 'g', max_concurrency: 4, workstreams, tasks, ...more });
};
const inLane = (lane: string, one: object) => ({ ...one, workstream_id: lane });
const start = (graph: string, ...flags: string[]) => project.start('run', graph, '-L', SOCKET, '--json', ...flags);
const run = (graph: string, ...flags: string[]) => project.run('run', graph, '-L', SOCKET, ...flags);
const act = (...args: string[]) => project.run(...args, '-L', SOCKET);
const go = () => project.write('go', '');
const runFolder = () => join(project.repo, '.workflow/g/runs/1');
const launches = () => readFileSync(join(project.folder, 'launches'), 'utf8').trim().split('\n').toSorted();
const instructions = (id: string, attempt: number) =>
  readFileSync(join(runFolder(), `signals/${id}/attempt-${attempt}/instructions.md`), 'utf8');
const context = (id: string, attempt: number) =>
  readFileSync(join(runFolder(), `signals/${id}/attempt-${attempt}/context.md`), 'utf8');
const files = (revision = 'main') => project.git('ls-tree', '--name-only', revision).split('\n');

function of<K extends EventKind>(kind: K, id?: string): FactOf<K>[] {
  const fits = (event: RunEvent) => event.kind === kind && (id === undefined || ('task' in event && event.task === id));
  return project.journal('g').filter(fits) as never;
}

const waitsFor = (live: Live, ...ids: string[]) =>
  Promise.all(ids.map((id) => live.event('task_waiting', (event) => event.task === id)));

async function kill(live: Live): Promise<void> {
  live.kill('SIGKILL');
  expect(await live.ended).toMatchObject({ code: null });
}

describe('retry', () => {
  test('of a live run: shows what it resets, and the note, the model and the work are for the next attempt', async () => {
    const second = '{ echo "$1"; cat work.txt draft.txt; } >"$HOME/seen"';
    const script = `if [ "$AGENTRELAY_ATTEMPT" = 1 ]; then
      commit work.txt first; echo uncommitted >draft.txt; agentrelay-failed --reason 'no idea'; exit
    else ${second}; fi; ${GOOD}`;
    const graph = graphOf([task('a', script), task('b', GOOD, 'a'), inLane('other', task('long', HELD))]);
    const live = start(graph);
    await live.event('task_blocked');
    await waitsFor(live, 'long');

    const asked = await act('retry', 'a', '--note', 'look at the\nmanual', '-m', 'large', '--keep-work', '--yes');
    expect(asked).toEqual({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(
        /^retry a: attempt 2\n {2}branch +agentrelay\/g\/a goes on with the work of attempt 1\n {2}unblocked +b\n/,
      ),
    });
    expect(asked.stdout).toMatch(/\na is tried again\n$/);
    await live.event('task_succeeded', (event) => event.task === 'b');
    go();
    expect(await live.ended).toMatchObject({ code: 0, stderr: '' });
    expect(context('a', 2)).toMatch(/look at the\n.*manual/);
    expect(instructions('a', 2)).toContain('no idea');
    expect(readFileSync(join(project.folder, 'seen'), 'utf8')).toBe('large\nfirst\nuncommitted\n');
    expect(files()).toEqual(['README.md', 'a.txt', 'b.txt', 'draft.txt', 'long.txt', 'work.txt']);
    expect(of('task_retrying')).toMatchObject([
      { task: 'a', change: { keep_work: true, model: 'large', fresh: false } },
    ]);
    expect(of('workstream_reopened')).toMatchObject([{ workstream: 'default' }]);
    expect(of('request_applied')).toMatchObject([{ request: 1, action: 'retry', task: 'a' }]);
    expect(launches()).toEqual(['a 1', 'a 2', 'b 1', 'long 1']);
  });

  test('of a run that nobody runs: it goes on from there, with other instructions and nothing of the past', async () => {
    const graph = graphOf([task('a', SECOND), task('b', GOOD, 'a')]);
    expect(await run(graph)).toMatchObject({ code: 1 });
    project.write('other.md', 'Do it another way.\n');

    const refused = await act('retry', 'a', '--instructions', join(project.folder, 'none.md'), '--yes');
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/none\.md cannot be read/) });
    const asked = await act('retry', 'a', '--instructions', join(project.folder, 'other.md'), '--fresh', '--yes');
    expect(asked).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('nobody runs it: agentrelay run'),
    });
    expect(launches()).toEqual(['a 1']);
    expect(of('task_unblocked')).toMatchObject([{ task: 'b' }]);
    expect(JSON.parse((await project.run('status', 'g', '--json')).stdout)).toMatchObject({
      tasks: { a: { status: 'pending' }, b: { status: 'pending' } },
    });

    expect(await run(graph)).toMatchObject({ code: 0, stderr: '' });
    expect(launches()).toEqual(['a 1', 'a 2', 'b 1']);
    expect(instructions('a', 2)).toContain('Do it another way.');
    expect(instructions('a', 2)).not.toMatch(/attempt-1|earlier attempt/i);
    expect(files()).toEqual(['README.md', 'a.txt', 'b.txt']);
  });

  test('asks, and does nothing without a yes or with a framework that nobody has', async () => {
    const graph = graphOf([task('a', SECOND), task('b', GOOD, 'a')]);
    expect(await run(graph)).toMatchObject({ code: 1 });
    const before = project.journal('g');
    const unasked = await act('retry', 'a');
    expect(unasked).toMatchObject({ code: 2, stdout: expect.stringMatching(/^retry a: attempt 2\n/) });
    expect(unasked.stderr).toMatch(/nothing is reset without a yes.*\n.*--yes/);
    const plan = await act('retry', 'a', '--json');
    expect(JSON.parse(plan.stdout)).toMatchObject({ plan: { task: 'a', attempt: 2, unblocked: ['b'] } });
    for (const [id, error] of [
      ['b', /it is blocked by task a[\s\S]*agentrelay retry a/],
      ['c', /no task c/],
    ] as const) {
      const refused = await act('retry', id, '--yes');
      expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(error) });
    }
    expect(project.journal('g')).toEqual(before);

    const unknown = await act('retry', 'a', '--framework', 'gpt', '--yes');
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('gpt') });
    expect(of('request_refused')).toMatchObject([
      { request: 1, action: 'retry', task: 'a', code: 'unknown_framework' },
    ]);
    expect(await run(graph)).toMatchObject({ code: 1, stderr: expect.stringContaining('is over') });
    expect(launches()).toEqual(['a 1']);
  });
});

describe('retry of a task at work', () => {
  test.each([true, false])('calls its attempt off first and keeps its work; with an owner: %s', async (owned) => {
    const graph = graphOf([
      task(
        'a',
        `[ "$AGENTRELAY_ATTEMPT" = 2 ] || { commit half.txt half; : >"$HOME/half"; exec sleep 1000; }; ${GOOD}`,
      ),
    ]);
    const live = start(graph);
    await waitsFor(live, 'a');
    await appears(join(project.folder, 'half'));
    if (!owned) await kill(live);
    const asked = await act('retry', 'a', '--yes');
    expect(asked).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/called off +attempt 1, which is running/),
    });
    expect(await (owned ? live.ended : run(graph))).toMatchObject({ code: 0 });
    expect(launches()).toEqual(['a 1', 'a 2']);
    expect(files('refs/agentrelay/attempts/1/a/1')).toContain('half.txt');
    expect(files()).toEqual(['README.md', 'a.txt']);
    expect(project.tmux('list-panes', '-a')).toBeNull();
  });
});

test('a retry frees all that was blocked, over lanes', async () => {
  const lanes = [
    { id: 'one', auto_merge: true },
    { id: 'two', auto_merge: true },
    { id: 'three', auto_merge: true, parent_workstream_id: 'two' },
    { id: 'free', auto_merge: true },
  ];
  const tasks = [
    inLane('one', task('a', SECOND)),
    inLane('two', task('b', GOOD, 'a')),
    inLane('three', task('c', GOOD)),
    inLane('free', task('d', SECOND)),
    inLane('free', task('e', GOOD, 'd', 'c')),
  ];
  const graph = graphOf(tasks, { workstreams: lanes });
  expect(await run(graph)).toMatchObject({ code: 1 });
  expect(
    of('task_blocked')
      .map((event) => event.task)
      .toSorted(),
  ).toEqual(['b', 'c', 'e']);
  expect(await act('retry', 'a', '-y')).toMatchObject({ code: 0, stderr: '' });
  expect(await run(graph)).toMatchObject({ code: 1 });
  expect(launches()).toEqual(['a 1', 'a 2', 'b 1', 'c 1', 'd 1']);
  expect(await act('retry', 'd', '-y')).toMatchObject({ code: 0, stderr: '' });
  expect(await run(graph)).toMatchObject({ code: 0 });
  expect(launches()).toEqual(['a 1', 'a 2', 'b 1', 'c 1', 'd 1', 'd 2', 'e 1']);
  expect(files()).toEqual(['README.md', 'a.txt', 'b.txt', 'c.txt', 'd.txt', 'e.txt']);
});

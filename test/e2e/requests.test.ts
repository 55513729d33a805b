import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
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
const files = (revision = 'main') => project.git('ls-tree', '--name-only', revision).split('\n');
const panes = () => project.tmux('list-panes', '-a', '-F', '#{@agentrelay}')?.match(/^g\/1\/[^/]+\/\d+/gm) ?? [];

function of<K extends EventKind>(kind: K, id?: string): FactOf<K>[] {
  const fits = (event: RunEvent) => event.kind === kind && (id === undefined || ('task' in event && event.task === id));
  return project.journal('g').filter(fits) as never;
}

const waitsFor = (live: Live, ...ids: string[]) =>
  Promise.all(ids.map((id) => live.event('task_waiting', (event) => event.task === id)));

/** A zombie does not. */
function lives(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

async function kill(live: Live): Promise<void> {
  live.kill('SIGKILL');
  expect(await live.ended).toMatchObject({ code: null });
}

describe('cancel', () => {
  test('a running task: its agent is stopped, its work kept, its dependants blocked; until it is retried', async () => {
    const script = `commit half.txt half; echo x >draft.txt; : >"$HOME/half"; [ "$AGENTRELAY_ATTEMPT" = 2 ] || exec sleep 1000; ${GOOD}`;
    const tasks = [task('a', script), task('b', GOOD, 'a'), inLane('other', task('long', HELD))];
    const graph = graphOf(tasks, { max_task_attempts: 3 });
    const live = start(graph);
    await waitsFor(live, 'a', 'long');
    await appears(join(project.folder, 'half'));
    expect(await act('cancel', 'a')).toEqual({ code: 0, stdout: 'a is called off\n', stderr: '' });
    expect(of('task_cancelled')).toMatchObject([{ task: 'a', attempt: 1, by: 'person' }]);
    expect(of('task_blocked')).toMatchObject([{ task: 'b', root: { task: 'a' } }]);
    expect(panes()).toEqual(['g/1/long/1']);
    expect(files('refs/agentrelay/attempts/1/a/1')).toContain('half.txt');
    const again = await act('cancel', 'b');
    expect(again).toMatchObject({ code: 2, stderr: 'agentrelay: task b is blocked\n' });
    await kill(live);

    // The next owner leaves it as the person wanted it.
    const next = start(graph);
    await next.event('task_adopted');
    expect(await act('retry', 'a', '--yes', '--json')).toMatchObject({ code: 0, stderr: '' });
    await next.event('task_succeeded', (event) => event.task === 'b');
    go();
    expect(await next.ended).toMatchObject({ code: 0 });
    expect(launches()).toEqual(['a 1', 'a 2', 'b 1', 'long 1']);
    expect(files()).toEqual(['README.md', 'a.txt', 'b.txt', 'draft.txt', 'half.txt', 'long.txt']);
  });

  test('a pending task, and a whole run whose owner is gone: nothing of it is left, and it can go on', async () => {
    const graph = graphOf([task('a', `echo half >half.txt; ${HELD}`), task('b', GOOD, 'a'), task('c', GOOD, 'b')]);
    const live = start(graph);
    await waitsFor(live, 'a');
    await appears(join(project.repo, '.worktrees/g/default/half.txt'));
    expect(await act('cancel', 'c')).toMatchObject({ code: 0, stdout: 'c is called off\n' });
    await kill(live);
    const whole = await act('cancel', '--json');
    expect(whole).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(whole.stdout)).toMatchObject({
      kind: 'request_applied',
      request: 2,
      action: 'cancel',
      task: null,
    });
    expect(panes()).toEqual([]);
    expect(of('task_cancelled')).toMatchObject([
      { task: 'c', by: 'person' },
      { task: 'a', by: 'run' },
    ]);
    expect(of('run_finished')).toMatchObject([{ outcome: 'cancelled' }]);
    const [saved] = of('task_work_saved', 'a');
    expect(project.git('show', `${saved?.ref}:half.txt`)).toBe('half');
    expect(await act('cancel')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the run is over: cancelled'),
    });

    go();
    expect(await run(graph)).toMatchObject({ code: 1 });
    expect(launches()).toEqual(['a 1', 'a 2', 'b 1']);
    expect(of('task_succeeded').map((event) => event.task)).toEqual(['a', 'b']);
    expect(await act('retry', 'c', '-y')).toMatchObject({ code: 0 });
    expect(await run(graph)).toMatchObject({ code: 0 });
    expect(files()).toEqual(['README.md', 'a.txt', 'b.txt', 'c.txt', 'half.txt']);
  });

  test('a live run: the owner stops its agents and ends', async () => {
    const graph = graphOf([task('a', HELD)]);
    const live = start(graph);
    await waitsFor(live, 'a');
    expect(await act('cancel')).toMatchObject({ code: 0, stdout: 'the run is cancelled\n', stderr: '' });
    expect(await live.ended).toMatchObject({ code: 130 });
    expect(project.journal('g').at(-1)).toMatchObject({ kind: 'run_finished', outcome: 'cancelled' });
    expect(project.tmux('list-panes', '-a')).toBeNull();
  });
});

describe('send', () => {
  const LISTENS = `while read -r line; do echo "$line" >>"$HOME/heard"; [ "$line" != end ] || break; done; ${GOOD}`;
  const heard = () => readFileSync(join(project.folder, 'heard'), 'utf8');

  test('reaches the agent, with an owner or without', async () => {
    const graph = graphOf([task('a', LISTENS), task('b', GOOD, 'a')]);
    const live = start(graph);
    await waitsFor(live, 'a');
    expect(await act('send', 'a', 'first "of" $HOME')).toEqual({ code: 0, stdout: 'sent to a\n', stderr: '' });
    expect(await act('send', 'b', 'hello')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('task b is pending'),
    });
    await kill(live);
    expect(await act('send', 'a', 'second')).toMatchObject({ code: 0, stdout: 'sent to a\n', stderr: '' });
    expect(await act('send', 'a', 'end')).toMatchObject({ code: 0 });
    await appears(join(runFolder(), 'signals/a/attempt-1/.done'));
    expect(heard()).toBe('first "of" $HOME\nsecond\nend\n');
    expect(await run(graph)).toMatchObject({ code: 0, stderr: '' });
    expect(of('task_prompted', 'a')).toMatchObject([
      { result: 'submitted' },
      { result: 'submitted' },
      { result: 'submitted' },
    ]);
    expect(launches()).toEqual(['a 1', 'b 1']);
  });
});

test('an agent that went with its tmux server is gone for whoever asks, and leaves no server behind', async () => {
  const graph = graphOf([
    task('a', `trap '' HUP; echo $$ >"$HOME/deaf"; while [ "$AGENTRELAY_ATTEMPT" = 1 ]; do sleep 0.05; done; ${GOOD}`),
  ]);
  const live = start(graph);
  await waitsFor(live, 'a');
  await appears(join(project.folder, 'deaf'));
  await kill(live);
  project.tmux('kill-server');
  expect(await act('send', 'a', 'hello')).toMatchObject({ code: 2, stderr: 'agentrelay: the agent of a is gone\n' });
  expect(project.tmux('list-sessions')).toBeNull();
  const pid = readFileSync(join(project.folder, 'deaf'), 'utf8').trim();
  expect(lives(pid)).toBe(true);
  expect(await act('cancel', 'a')).toMatchObject({ code: 0, stdout: 'a is called off\n', stderr: '' });
  expect(lives(pid)).toBe(false);
  expect(project.tmux('list-sessions')).toBeNull();
  expect(await act('retry', 'a', '-y')).toMatchObject({ code: 0 });
  expect(await run(graph)).toMatchObject({ code: 0 });
  expect(launches()).toEqual(['a 1', 'a 2']);
});

describe('pause', () => {
  test('starts nothing more, over owners, until unpause', async () => {
    const graph = graphOf([task('a', HELD), task('b', GOOD, 'a')]);
    const live = start(graph);
    await waitsFor(live, 'a');
    expect(await act('pause', '--json')).toMatchObject({ code: 0, stderr: '' });
    expect(await act('pause')).toMatchObject({ code: 0 });
    go();
    expect(await live.ended).toMatchObject({ code: 4 });
    expect(of('run_paused')).toHaveLength(1);
    expect(await run(graph)).toMatchObject({ code: 4 });
    const next = start(graph, '--wait', '10m');
    await next.event('run_resumed');
    expect(await act('unpause')).toMatchObject({ code: 0, stdout: 'unpaused\n' });
    expect(await next.ended).toMatchObject({ code: 0 });
    expect(launches()).toEqual(['a 1', 'b 1']);
  });

  test('of a run that nobody runs', async () => {
    const graph = graphOf([task('a', HELD), task('b', GOOD, 'a')]);
    const live = start(graph);
    await waitsFor(live, 'a');
    await kill(live);
    expect(await act('pause')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^paused: .*\nnobody runs it: /),
    });
    go();
    expect(await run(graph)).toMatchObject({ code: 4 });
    expect(await act('unpause')).toMatchObject({ code: 0 });
    expect(await run(graph)).toMatchObject({ code: 0 });
    expect(launches()).toEqual(['a 1', 'b 1']);
  });
});

describe('teardown', () => {
  test('clears away what a teardown mode has left; a task at work is refused', async () => {
    const script = 'commit half.txt half; echo x >draft.txt; signal failed "cannot"; exec sleep 1000';
    const tasks = [inLane('one', task('a', script)), inLane('two', task('b', script)), task('long', HELD)];
    const graph = graphOf(tasks, { teardown_mode: 'never' });
    const live = start(graph);
    await waitsFor(live, 'long');
    for (const id of ['a', 'b']) await live.event('task_failed', (event) => event.task === id);
    expect(await act('teardown', 'long')).toMatchObject({
      code: 2,
      stderr: 'agentrelay: task long is at work\n  → agentrelay cancel long ends its attempt first\n',
    });
    expect(await act('teardown', 'a')).toEqual({ code: 0, stdout: 'a is torn down\n', stderr: '' });
    expect(panes().toSorted()).toEqual(['g/1/b/1', 'g/1/long/1']);
    expect(files('refs/agentrelay/attempts/1/a/1')).toContain('half.txt');
    await kill(live);
    expect(await act('teardown', 'b')).toMatchObject({ code: 0, stdout: 'b is torn down\n', stderr: '' });
    expect(await act('teardown', 'b')).toMatchObject({ code: 0 });
    expect(panes()).toEqual(['g/1/long/1']);
    expect(of('task_torn_down').map((event) => event.task)).toEqual(['a', 'b']);
    expect(project.git('for-each-ref', 'refs/heads/agentrelay/g/a', 'refs/heads/agentrelay/g/b')).toBe('');
    go();
    expect(await run(graph)).toMatchObject({ code: 1 });
  });
});

describe('requests', () => {
  test('at the same moment are each done once, with an owner or without', async () => {
    const ids = ['a', 'b', 'c'];
    const graph = graphOf([...ids.map((id) => inLane(id, task(id, SECOND))), task('long', HELD)]);
    const live = start(graph);
    for (const id of ids) await live.event('task_torn_down', (event) => event.task === id);
    await waitsFor(live, 'long');
    const asked = await Promise.all(['a', 'b'].map((id) => act('retry', id, '--yes')));
    expect(asked.map(({ code }) => code)).toEqual([0, 0]);
    for (const id of ['a', 'b']) await live.event('task_succeeded', (event) => event.task === id);
    await kill(live);
    const later = await Promise.all([act('retry', 'c', '--yes'), act('pause'), act('pause'), act('unpause')]);
    expect(later.map(({ code, stderr }) => `${code} ${stderr}`)).toEqual(['0 ', '0 ', '0 ', '0 ']);
    expect(of('request_applied').map((event) => event.request)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await act('unpause')).toMatchObject({ code: 0 });
    go();
    expect(await run(graph)).toMatchObject({ code: 0 });
    expect(launches()).toEqual(['a 1', 'a 2', 'b 1', 'b 2', 'c 1', 'c 2', 'long 1']);
  });

  test('that nobody can read are told and passed over', async () => {
    const graph = graphOf([task('a', HELD), task('b', GOOD, 'a')]);
    const live = start(graph);
    await waitsFor(live, 'a');
    const folder = join(runFolder(), 'commands');
    writeFileSync(join(folder, '000001.json'), '{"action":"retr');
    await live.event('request_refused', (event) => event.request === 1);
    writeFileSync(join(folder, 'note.txt'), 'not a request');
    writeFileSync(join(folder, '000002.json'), '{"action":"explode","by":{"pid":1,"host":"x"}}');
    expect(await act('pause')).toMatchObject({ code: 0 });
    await kill(live);
    writeFileSync(join(folder, '000004.json'), Buffer.from([0, 255, 10]));
    expect(await act('unpause')).toMatchObject({ code: 0, stderr: '' });
    expect(of('request_refused')).toMatchObject([
      { request: 1, action: 'unknown', code: 'unreadable' },
      { request: 2, action: 'unknown', code: 'unreadable' },
      { request: 4, action: 'unknown', code: 'unreadable' },
    ]);
    expect(of('request_applied').map((event) => event.request)).toEqual([3, 5]);
    go();
    expect(await run(graph)).toMatchObject({ code: 0, stderr: '' });
  });

  test('an owner that is killed before it has answered: whoever asked does it himself', async () => {
    const graph = graphOf([
      task('a', `trap '' HUP; : >"$HOME/deaf"; while :; do sleep 0.05; done`),
      task('b', GOOD, 'a'),
    ]);
    const live = start(graph);
    await waitsFor(live, 'a');
    await appears(join(project.folder, 'deaf'));
    execFileSync('kill', ['-STOP', String(live.pid)]);
    const asked = project.start('cancel', 'a', '-L', SOCKET);
    await appears(join(runFolder(), 'commands/000001.json'));
    await kill(live);
    expect(await asked.ended).toEqual({ code: 0, stdout: 'a is called off\n', stderr: '' });
    expect(of('task_cancelled')).toMatchObject([{ task: 'a', by: 'person' }]);
    expect(panes()).toEqual([]);
    expect(await run(graph)).toMatchObject({ code: 1 });
    expect(of('task_blocked')).toMatchObject([{ task: 'b', root: { task: 'a' } }]);
    expect(launches()).toEqual(['a 1']);
  });
});

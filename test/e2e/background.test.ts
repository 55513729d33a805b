import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Desk, makeDesk, programText } from '../support/desk.ts';
import { eventsIn, makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

let project: Project;
let desk: Desk;
beforeEach(() => {
  project = makeProject();
  desk = makeDesk(project);
});
afterEach(() => {
  desk.close();
  project.remove();
});

const GOOD = 'commit $AGENTRELAY_TASK.txt done; agentrelay-complete';
/** Works until the test says so, by a file beside the repository. */
const HELD = `wait_for "$HOME/go"; ${GOOD}`;
const go = () => project.write('go', '');
const task = (id: string, script: string, more: object = {}) => ({
  id,
  primary_agent: { framework: 'command', command: project.agent(id, script) },
  ...more,
});
const graphOf = (...tasks: object[]) =>
  project.graph({ name: 'g', workstreams: [{ id: 'default', auto_merge: true }], tasks });
const detach = (graph: string, ...flags: string[]) => project.run('run', graph, '-L', SOCKET, '--detach', ...flags);
const status = async () => JSON.parse((await project.run('status', 'g', '--json')).stdout);
const followToEnd = () => project.run('events', 'g', '--follow', '--json');
const OWNERS = '#{@agentrelay_owner} #{window_name} #{pane_dead}';
const owners = () =>
  (project.tmux('list-panes', '-a', '-F', OWNERS) ?? '').split('\n').filter((line) => line[0] === 'g');

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(20);
}

describe('run --detach', () => {
  test('the owner lives on when the caller has left, and ends the run', async () => {
    const graph = graphOf(task('a', `test "$FROM_HERE" = yes; ${HELD}`));
    project.env.FROM_HERE = 'yes';
    // The server was there before, and knows nothing of the variable.
    project.tmux('new-session', '-d', '-s', 'other');
    const { code, stdout, stderr } = await detach(graph);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^run 1 of g goes on in the background: process \d+, window owner-g of the tmux session /);
    expect(stdout).toContain(`\n  agentrelay status g -t ${project.repo}\n`);
    expect(stdout).toContain(`\n  agentrelay events g --follow -t ${project.repo}\n`);
    expect(stdout).toContain(`\n  agentrelay attach -G g -t ${project.repo} -L ${SOCKET}\n`);
    const { owner } = await status();
    expect(owner.pid).toBe(Number(/process (\d+)/.exec(stdout)?.[1]));
    expect(owners()).toEqual(['g owner-g 0']);
    go();
    const events = eventsIn((await followToEnd()).stdout);
    expect(events.at(-1)).toMatchObject({ kind: 'run_finished', outcome: 'succeeded' });
    expect(existsSync(join(project.repo, 'a.txt'))).toBe(true);
  });

  test('the table at the end stays to be read until the next owner', async () => {
    const graph = graphOf(task('a', HELD));
    await detach(graph);
    go();
    await followToEnd();
    const shown = () => project.tmux('capture-pane', '-p', '-t', 'agentrelay:owner-g') ?? '';
    await until(() => shown().includes('the owner in this window has ended (exit code 0)'));
    expect(shown()).toMatch(/succeeded: 1 of 1 task in/);
    // Its own end tells all there is, so the earlier window stays.
    const again = await detach(graph);
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toMatch(/succeeded: 1 of 1 task[\s\S]*run 1 of g is over; --new-run starts over/);
    expect(owners()).toEqual(['g owner-g 1']);
    project.git('rm', '-q', 'a.txt');
    project.git('commit', '-qm', 'away');
    execFileSync('rm', [join(project.folder, 'go')]);
    const next = await detach(graph, '--new-run', '--json');
    expect(JSON.parse(next.stdout)).toMatchObject({
      graph: 'g',
      run: 2,
      tmux: { socket: SOCKET, session: 'agentrelay' },
    });
    expect(owners()).toEqual(['g owner-g 0']);
  });

  test('ends with what the owner printed, and its code, when it does not come to own the run', async () => {
    // The owner alone finds that: the branch is left from a run without records.
    project.git('branch', 'agentrelay/g/ws/default');
    const { code, stdout, stderr } = await detach(graphOf(task('a', GOOD)));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/branch agentrelay\/g\/ws\/default is left from a run that has no records here/);
    expect(project.tmux('list-sessions')).toBeNull();
  });

  test('a bad graph opens no window', async () => {
    const { code, stderr } = await detach(project.graph({ name: 'g', tasks: [{ id: 'a', dependencies: ['b'] }] }));
    expect(code).toBe(2);
    expect(stderr).toContain('dependencies');
    expect(project.tmux('list-sessions')).toBeNull();
    expect(existsSync(join(project.repo, '.workflow'))).toBe(false);
  });

  test('a run that another process owns is refused', async () => {
    const graph = graphOf(task('a', HELD));
    const first = project.start('run', graph, '-L', SOCKET, '--json');
    await first.event('task_launched');
    const { code, stderr } = await detach(graph);
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`graph g is being run by process ${first.pid} on `));
    expect(owners()).toEqual([]);
    go();
    expect((await first.ended).code).toBe(0);
  });

  test('two callers at the same moment: one starts it, the other is told', async () => {
    const graph = graphOf(task('a', HELD));
    const ended = await Promise.all([detach(graph), detach(graph)]);
    expect(ended.map(({ code }) => code).sort()).toEqual([0, 2]);
    expect(ended.find(({ code }) => code === 2)?.stderr).toContain('graph g is being run by process');
    expect(owners()).toEqual(['g owner-g 0']);
  });
});

describe('attach', () => {
  const waiting = () => graphOf(task('a', `printf 'here I am, %s\\n' "$AGENTRELAY_TASK"; ${HELD}`), task('b', GOOD));
  /** Detached, with the window of `a` open: the owner opens it at its leisure. */
  const atWork = async () => {
    await detach(waiting());
    await until(() => project.journal('g').some(({ kind }) => kind === 'task_launched'));
  };

  test("goes into the window of a task's agent from outside of tmux's own server, and comes back", async () => {
    await atWork();
    desk.open(programText('attach', 'a'));
    expect(await desk.screen(/here I am, a/)).toMatch(/\[agentrela.*:a\*/);
    project.tmux('detach-client', '-s', 'agentrelay');
    expect(await desk.screen(/left with/)).toContain('left with 0');
  });

  test('without a task it goes to the owner, also when that has ended', async () => {
    await detach(waiting());
    desk.open(`TMUX= ${programText('attach')}`);
    await desk.screen(/a +launched/);
    go();
    await followToEnd();
    expect(await desk.screen(/the owner in this window has ended/)).toMatch(/succeeded: 2 of 2 tasks/);
  });

  test('in the same server it switches the client, and leaves the others where they are', async () => {
    await atWork();
    const inner = (...args: string[]) => project.tmux(...args);
    // A client that looks at the person's session of that server.
    desk.open(`TMUX= tmux -L ${SOCKET} new-session -s mine 'PS1="ready> " exec sh -i'`);
    // A shell may throw away what was typed before it was there.
    await desk.screen(/ready>/);
    inner('send-keys', '-t', 'mine', programText('attach', 'a'), 'Enter');
    expect(await desk.screen(/here I am, a/)).toMatch(/\[agentrela.*:a\*/);
    const clients = (inner('list-clients', '-F', '#{session_name} #{client_control_mode}') ?? '').split('\n');
    expect(clients.filter((line) => line.endsWith(' 0'))).toEqual(['agentrelay 0']);
    expect(inner('list-sessions', '-F', '#{session_name}')?.split('\n').sort()).toEqual(['agentrelay', 'mine']);
  });

  test('says what to do where there is no terminal, and where there is no agent', async () => {
    await atWork();
    const elsewhere = await project.run('attach', 'a');
    expect(elsewhere.code).toBe(2);
    expect(elsewhere.stderr).toMatch(
      new RegExp(`in one: tmux -L ${SOCKET} .*attach-session -t '\\$\\d+:@\\d+\\.%\\d+'`),
    );
    expect(await project.run('attach', 'b')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('task b has not been started yet'),
    });
    expect(await project.run('attach', 'c')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('run 1 of g has no task c'),
    });
    go();
    await followToEnd();
    const gone = await project.run('attach', 'a');
    expect(gone.stderr).toContain('task a, attempt 1, has no window');
    expect(gone.stderr).toContain('agentrelay logs a');
  });

  test('a dead pane is told, and not gone into', async () => {
    await project.run('run', graphOf(task('a', GOOD)), '-L', SOCKET, '--keep-panes');
    const dead = await project.run('attach', 'a');
    expect(dead).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the agent of task a, attempt 1, has ended'),
    });
  });

  test('a run that is not in tmux', async () => {
    await project.run('run', graphOf(task('a', GOOD)), '-L', SOCKET);
    const { code, stderr } = await project.run('attach');
    expect({ code }).toEqual({ code: 2 });
    expect(stderr).toContain('nothing of run 1 of g is in tmux now');
  });
});

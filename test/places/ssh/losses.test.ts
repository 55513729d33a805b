import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Sshd, startSshd } from '../../support/places/sshd.ts';
import { appears, type Live, makeProject, type Project } from '../../support/run-fixture.ts';

let there: Sshd;
beforeAll(async () => {
  there = await startSshd();
});
afterAll(() => there.end());

/** One task there; its agent goes on once there is a file `go-ID` in the home directory there. */
function project(
  id: string,
  after: string,
  before = '',
  more: object = {},
): { here: Project; graph: string; go: () => void } {
  const here = makeProject();
  onTestFinished(() => here.remove());
  const agent = here.agent(
    id,
    `${before}
touch "$HOME/there-${id}"; wait_for "$HOME/go-${id}"; ${after}`,
  );
  const graph = here.graph({
    name: 'g',
    forge: 'local',
    primary_agent: {
      framework: 'command',
      environment: { ...there.environment, options: ['ServerAliveInterval=1', 'ServerAliveCountMax=2'], ...more },
    },
    workstreams: [{ id: 'default', auto_merge: true }],
    tasks: [{ id, primary_agent: { command: agent } }],
  });
  return { here, graph, go: () => writeFileSync(join(there.home, `go-${id}`), '') };
}

const place = (live: Live, state: string) => live.event('task_place_changed', (event) => event.state === state);

test('a dropped connection and a black hole say nothing of the agent: the task goes on and is merged', async () => {
  const { here, graph, go } = project('lossy', 'commit work.txt done; agentrelay-complete');
  const live = here.start('run', graph, '-L', 'relay', '--json');
  await live.event('task_waiting');
  await appears(join(there.home, 'there-lossy'));
  there.dropConnections();
  await place(live, 'unreachable');
  await place(live, 'running');
  there.freeze();
  await live.line((line) => line.includes('"unreachable"') && !line.includes('closed by remote host'));
  // What it does meanwhile is read later.
  go();
  there.unfreeze();
  const { code, stderr, stdout } = await live.ended;
  expect(code, stdout + stderr).toBe(0);
  expect(here.git('show', 'main:work.txt')).toBe('done');
  expect(here.journal('g').filter(({ kind }) => kind === 'task_started')).toHaveLength(1);
});

test('an exit code is read where the agent ended while nobody could be reached', async () => {
  const { here, graph, go } = project('ends', 'touch "$HOME/ended"; exit 5');
  const live = here.start('run', graph, '-L', 'relay', '--json');
  await live.event('task_waiting');
  await appears(join(there.home, 'there-ends'));
  await there.shutDown();
  await place(live, 'unreachable');
  go();
  await appears(join(there.home, 'ended'));
  await there.start();
  const { exit_code } = await live.event('agent_exited');
  expect(exit_code).toBe(5);
  expect((await live.ended).code).toBe(1);
});

test('a new owner takes over an agent there whose owner was killed', async () => {
  const { here, graph, go } = project('taken', 'commit work.txt taken; agentrelay-complete');
  const first = here.start('run', graph, '-L', 'relay', '--json');
  await first.event('task_waiting');
  await appears(join(there.home, 'there-taken'));
  await there.shutDown();
  first.kill('SIGKILL');
  await first.ended;
  go();
  // A machine that does not answer may still have the agent.
  const second = here.start('run', graph, '-L', 'relay', '--json');
  await place(second, 'unreachable');
  await there.start();
  const { code, stdout, stderr } = await second.ended;
  expect(code, stdout + stderr).toBe(0);
  expect(here.git('show', 'main:work.txt')).toBe('taken');
  expect(here.journal('g').filter(({ kind }) => kind === 'task_launched')).toHaveLength(1);
});

test('a cancelled run leaves nothing there, and what was not committed is saved here', async () => {
  const { here, graph } = project('gone', '', 'echo half >half.txt');
  const live = here.start('run', graph, '-L', 'relay', '--json');
  await live.event('task_waiting');
  await appears(join(there.home, 'there-gone'));
  expect(await here.run('cancel', '-G', 'g')).toMatchObject({ code: 0 });
  await live.ended;
  expect(there.processes()).toEqual([]);
  expect(there.left()).toEqual([]);
  const signals = join(here.repo, '.workflow/g/runs/1/signals/gone/attempt-1');
  expect(existsSync(join(signals, 'agent.log'))).toBe(true);
  const saved = here.journal('g').find(({ kind }) => kind === 'task_work_saved');
  expect(saved).toBeDefined();
  expect(here.git('show', `${(saved as { ref: string }).ref}:half.txt`)).toBe('half');
});

test('a machine that is not found again in time is a lost place, which uses up no attempt', async () => {
  const { here, graph } = project('lost', 'exit 1', '', { reconnect_timeout: '1s' });
  const live = here.start('run', graph, '-L', 'relay', '--json');
  await live.event('task_waiting');
  await appears(join(there.home, 'there-lost'));
  await there.shutDown();
  const failed = await live.event('task_failed');
  expect(failed.code).toBe('place_lost');
  await there.start();
  // The new attempt ends what the first one has left there.
  await live.event('task_waiting', ({ attempt }) => attempt > 1);
  expect(there.tmux('list-panes', '-a', '-F', '#{@agentrelay}')).not.toMatch(/lost\/1\//);
  live.kill('SIGKILL');
  await live.ended;
});

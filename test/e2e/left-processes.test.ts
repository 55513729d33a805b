import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeProject, type Project, SOCKET } from '../support/run-fixture.ts';
import { processesOf } from '../support/sweep/processes.ts';

// Agents without a window that an owner has left at work, or what is left of them: found, respected, and ended.

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => {
  project.remove();
  // What a test that failed has left.
  for (const { pid } of processesOf(project.folder)) process.kill(pid, 'SIGKILL');
});

const GOOD = 'commit $AGENTRELAY_TASK.txt done; agentrelay-complete';
const HELD = `wait_for "$HOME/go"; ${GOOD}`;

const task = (id: string, script: string, more: object = {}) => ({
  id,
  primary_agent: { framework: 'command', command: project.agent(id, script), environment: { type: 'process' } },
  ...more,
});
const graphOf = (...tasks: object[]) =>
  project.graph({ name: 'g', workstreams: [{ id: 'default', auto_merge: true }], tasks });
const agents = () => processesOf(project.folder).filter(({ command }) => command.includes('/agents/'));

/** The owner is gone, its agent works on. */
async function leave(graph: string, waiting: string): Promise<void> {
  const owner = project.start('run', graph, '--json');
  await owner.event('task_waiting', (event) => event.task === waiting);
  owner.kill('SIGKILL');
  await owner.ended;
  expect(agents()).not.toEqual([]);
}

test('an agent at work is named and left alone, until it is called off', async () => {
  const graph = graphOf(task('a', HELD));
  await leave(graph, 'a');
  const anew = await project.run('run', graph, '--new-run');
  const moved = await project.run('run', graph, '--environment', 'tmux', '-L', SOCKET);
  const [checked, collected, attached] = await Promise.all([
    project.run('check'),
    project.run('gc', '--yes'),
    project.run('attach', 'a'),
  ]);
  expect(checked.stdout).toMatch(/nobody runs it, and agents live: a of run 1 in process \d+/);
  expect(checked.stdout).toContain('agentrelay cancel -G g ends them');
  expect(collected.stdout).toMatch(/g: nothing is touched; agents at work: a of run 1 in process \d+/);
  expect(anew).toMatchObject({ code: 2, stderr: expect.stringMatching(/has agents at work: a \(process \d+\)/) });
  expect(moved).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('the same command without --environment tmux'),
  });
  expect(attached).toMatchObject({ code: 2, stderr: expect.stringContaining('agentrelay logs -f a') });
  expect(agents()).not.toEqual([]);
  expect(await project.run('cancel')).toMatchObject({ code: 0 });
  expect(agents()).toEqual([]);
  project.write('go', '');
  expect(await project.run('run', graph, '--new-run')).toMatchObject({ code: 0 });
});

test('one that a teardown mode has left at work is ended by a rollback, and with its task', async () => {
  const graph = graphOf(task('a', 'agentrelay-failed --reason no; sleep 1000'));
  expect(await project.run('run', graph, '-T', 'never')).toMatchObject({ code: 1 });
  const anew = await project.run('run', graph, '--new-run');
  expect(anew).toMatchObject({ code: 2, stderr: expect.stringContaining('agentrelay teardown a -G g ends them') });
  expect(agents()).not.toEqual([]);
  const reset = await project.run('reset', '--yes');
  expect(reset).toMatchObject({ code: 0, stderr: expect.stringContaining('the agents of a are stopped') });
  expect(agents()).toEqual([]);
  expect(await project.run('run', graph, '-T', 'never')).toMatchObject({ code: 1 });
  expect(agents()).not.toEqual([]);
  expect(await project.run('run', graphOf(task('b', GOOD)))).toMatchObject({ code: 0 });
  expect(agents()).toEqual([]);
});

test('what an agent in a window has left running goes with the leavings of its run', async () => {
  const script = `setsid sleep 1000 </dev/null >/dev/null 2>&1 & ${GOOD}`;
  const agent = { framework: 'command', command: project.agent('a', script) };
  const graph = graphOf({ id: 'a', primary_agent: agent });
  expect(await project.run('run', graph, '-L', SOCKET)).toMatchObject({ code: 0 });
  const left = () => processesOf(project.folder).filter(({ command }) => command === 'sleep 1000');
  expect(left()).not.toEqual([]);
  const collected = await project.run('gc', '--yes', '-L', SOCKET);
  expect(collected).toMatchObject({ code: 0, stdout: expect.stringMatching(/process +\d+ \(a, attempt 1\)/) });
  expect(left()).toEqual([]);
});

import { afterEach, describe, expect, test } from 'vitest';
import { SOCKET } from '../support/run-fixture.ts';
import { type Answered, answerAll, CALLS, graphOf, startRun } from './asked.ts';
import { PROGRAMS, type Program, versionOf } from './programs.ts';
import { makeRealProject, type RealProject } from './real-project.ts';

const installed = PROGRAMS.filter((program) => versionOf(program) !== null);
const capable = (mode: Program['without'][number]) => installed.filter(({ without }) => !without.includes(mode));

let project: RealProject;
afterEach(() => project.close());

const kinds = () => project.journal('g').map(({ kind }) => kind);
const fileOf = ({ command }: Program) => project.git('show', `main:real-${command}.txt`);

/** Under load a dialog may still be drawn that was answered already. */
const isRefused = ({ said }: Answered) => said.code !== 0 && !said.stderr.includes('asks nothing');

describe.each(capable('PERMISSION'))('what $name asks', (program) => {
  const { command: task } = program;

  test('is allowed', async () => {
    project = await makeRealProject([program]);
    const live = startRun(project, graphOf(project, [program], { mode: 'PERMISSION', approvals: 'ask' }));
    const answered = await answerAll(project, live, task, () => 'allow');
    expect(await live.ended).toMatchObject({ code: 0, stderr: '' });
    expect(answered.filter(isRefused)).toEqual([]);
    expect(answered.at(-1)).toMatchObject({ answer: 'allow' });
    expect(fileOf(program)).toBe(task);
  });

  test('is denied, and allowed when it is asked again after the nudge', async () => {
    project = await makeRealProject([program]);
    const live = startRun(project, graphOf(project, [program], { mode: 'PERMISSION', approvals: 'ask' }));
    let denied = false;
    const answered = await answerAll(project, live, task, () => {
      // What it may read is no question of this test.
      if (denied || !project.provider.log.some((line) => line.includes('git commit'))) return 'allow';
      denied = true;
      return 'deny';
    });
    expect(await live.ended).toMatchObject({ code: 0, stderr: '' });
    expect(answered.filter(isRefused)).toEqual([]);
    expect(answered.map(({ answer }) => answer)).toContain('deny');
    expect(kinds()).toContain('task_nudged');
    expect(fileOf(program)).toBe(task);
  });
});

test.each(capable('QUESTION'))('$name asks, and is answered by a number', async (program) => {
  const { command: task } = program;
  project = await makeRealProject([program]);
  const live = startRun(project, graphOf(project, [program], { mode: 'QUESTION' }));
  expect(await live.event('agent_waiting_input')).toMatchObject({ choices: expect.arrayContaining(['Apple', 'Pear']) });
  expect(await project.run('answer', task, '2', '-L', SOCKET)).toMatchObject({ code: 0 });
  expect(await live.ended).toMatchObject({ code: 0, stderr: '' });
  expect(fileOf(program)).toBe(task);
});

test.each(capable('IDLE'))('$name ends its turn without a signal, and is told what is missing', async (program) => {
  project = await makeRealProject([program]);
  const live = startRun(project, graphOf(project, [program], { mode: 'IDLE' }));
  expect(await live.event('task_nudged')).toMatchObject({ result: 'submitted', missing: ['no commits'] });
  expect(await live.ended).toMatchObject({ code: 0, stderr: '' });
  expect(kinds()).toContain('agent_idle');
  expect(kinds().filter((kind) => (CALLS as readonly string[]).includes(kind))).toEqual([]);
});

test.each(capable('LOGIN'))('$name is not logged in any more, and goes on when it is told to', async (program) => {
  const { command: task } = program;
  project = await makeRealProject([program]);
  const live = startRun(project, graphOf(project, [program], { mode: 'LOGIN' }));
  await live.event('agent_login_required');
  project.provider.logIn();
  expect(await project.run('send', task, 'You are logged in. Go on.', '-L', SOCKET)).toMatchObject({ code: 0 });
  expect(await live.ended).toMatchObject({ code: 0, stderr: '' });
  expect(fileOf(program)).toBe(task);
});

test.each(capable('LIMIT'))('$name has reached its limit, and goes on when that is over', async (program) => {
  const { command: task } = program;
  project = await makeRealProject([program], { limit: 75_000 });
  const live = startRun(project, graphOf(project, [program], { mode: 'LIMIT' }));
  const { until = null } = (await live.event('agent_usage_limited')) as { until?: string | null };
  const end = project.provider.limitEnd(task) ?? 0;
  if (program.tellsLimitEnd) {
    // Programs tell it in whole minutes, or in seconds of their own counting.
    expect(Math.abs(Date.parse(until ?? '') - end)).toBeLessThan(60_000);
    await live.event('task_parked');
  } else {
    expect(until).toBeNull();
    await limitOver(end);
    await project.run('send', task, 'The limit is over. Go on.', '-L', SOCKET);
  }
  expect(await live.ended).toMatchObject({ code: 0, stderr: '' });
  expect(fileOf(program)).toBe(task);
});

/** Of the provider, which nobody tells of it. */
function limitOver(end: number): Promise<void> {
  return new Promise((over) => setTimeout(over, Math.max(0, end - Date.now())));
}

test.each(capable('SLOW'))('$name works on while its owner is killed, and is found again', async (program) => {
  project = await makeRealProject([program]);
  const graph = graphOf(project, [program], { mode: 'SLOW' });
  const first = startRun(project, graph);
  await first.event('task_waiting');
  first.kill('SIGKILL');
  await first.ended;
  expect(await project.run('run', graph, '-L', SOCKET)).toMatchObject({ code: 0, stderr: '' });
  expect(kinds().filter((kind) => kind === 'task_launched' || kind === 'task_waiting')).toHaveLength(2);
  expect(fileOf(program)).toBe(program.command);
});

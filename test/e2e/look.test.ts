import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

/** Prints as a terminal program does, works until the test says so, fails at first, and does better then. */
const TWICE = `
printf '10%%\\r100%%\\n\\033[31mattempt %s\\033[0m\\n' "$AGENTRELAY_ATTEMPT"
wait_for "$HOME/go"
commit work.txt "what attempt $AGENTRELAY_ATTEMPT wrote"
[ "$AGENTRELAY_ATTEMPT" = 2 ] || { echo 'cannot do it'; exit 7; }
agentrelay-complete`;

const task = (id: string, script: string, more: object) => ({
  id,
  primary_agent: { framework: 'command', command: project.agent(id, script) },
  ...more,
});

/** Lane `back` is for a person to merge, and `front` waits for it. */
function graph(): string {
  return project.graph({
    name: 'g',
    max_task_attempts: 2,
    workstreams: [{ id: 'back' }, { id: 'front' }],
    tasks: [
      task('model', TWICE, { workstream_id: 'back' }),
      task('routes', 'agentrelay-complete-no-pr', { workstream_id: 'back', dependencies: ['model'] }),
      task('pages', 'agentrelay-complete-no-pr', { workstream_id: 'front', dependencies: ['routes'] }),
    ],
  });
}

async function ask(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await project.run(...args);
  expect(code, stderr).toBe(0);
  return stdout.trimEnd().split('\n');
}

test('a run can be looked at from another terminal, while it goes on and afterwards', async () => {
  const run = project.start('run', graph(), '-L', SOCKET, '--json');
  await run.event('task_waiting', (event) => event.task === 'model');
  const logs = project.start('logs', 'model', '-f');
  await logs.line((line) => line === 'attempt 1');

  expect((await ask('why', 'model'))[0]).toMatch(
    /^model is running: attempt 1, step wait, for \d.*, agent at agentrelay:/,
  );
  const waits = await ask('why', 'pages');
  expect(waits.slice(0, 2)).toEqual([
    'pages waits for lane back to be merged',
    '  lane back waits for its task model, which is running, and for 1 more',
  ]);
  expect(JSON.parse((await ask('why', 'routes', '--json')).join(''))).toMatchObject({
    reason: { kind: 'dependency', task: 'model', status: 'running' },
    root: { task: 'model' },
    waiting: 1,
    owner: { pid: run.pid },
  });

  project.write('go', '');
  const followed = await logs.ended;
  expect(followed).toMatchObject({ code: 0, stdout: '100%\nattempt 1\ncannot do it\n', stderr: '' });
  expect((await run.ended).code).toBe(4);

  expect(await ask('logs', 'model', '-a', '1')).toEqual(['100%', 'attempt 1', 'cannot do it']);
  expect((await ask('logs', 'model', '-a', '1', '--raw')).join('\n')).toContain('10%\r100%\r\n\u001b[31mattempt 1');
  expect((await ask('logs', 'model', '-n', '100')).slice(0, 2)).toEqual(['100%', 'attempt 2']);
  expect(await project.run('logs', 'pages')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('why'),
  });

  const held = await ask('why', 'pages');
  expect(held[1]).toBe('  lane back waits for a person to merge it (auto merge off)');
  expect(held[2]).toMatch(/^ {2}→ to merge it: git .*agentrelay\/g\/ws\/back/);

  const attempts = await ask('attempts', 'model');
  expect(attempts[1]).toMatch(/^1 +failed .* 1 +[0-9a-f]{8} +agentrelay:/);
  expect(attempts[2]).toMatch(/^2 +merged .* 1 +[0-9a-f]{8} +agentrelay:/);
  const difference = attempts.slice(attempts.indexOf('attempt 1 → 2')).map((line) => line.trim());
  expect(difference).toEqual(expect.arrayContaining(['-+what attempt 1 wrote', '++what attempt 2 wrote']));
  const [kept] = project.git('rev-parse', 'refs/agentrelay/attempts/1/model/1').split('\n');
  expect(attempts.join('\n')).toContain(`refs/agentrelay/attempts/1/model/1 (${kept?.slice(0, 8)})`);
});

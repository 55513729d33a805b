import { expect, test } from 'vitest';
import { TaskRuntime, type TaskRuntimeInput } from '../../src/core/task-runtime.ts';
import { agentCommand, sessionOf } from '../../src/steps/agent-command.ts';
import { claudeCode } from '../../src/steps/frameworks/claude-code.ts';
import { command } from '../../src/steps/frameworks/command.ts';
import { makeTask, makeWorkstream } from '../support/graphs.ts';

function commandFor(more: Partial<TaskRuntimeInput> = {}, framework = claudeCode) {
  const runtime = new TaskRuntime({
    task: makeTask({ id: 'a', model: 'opus' }),
    workstream: makeWorkstream({ id: 'default' }),
    ...{ run: 1, attempt: 2, token: 'secret', tokenHash: 'h' },
    ...more,
  });
  Object.assign(runtime.state, { signalDir: '/run/signals/a/attempt-2', worktreePath: '/work tree' });
  return agentCommand(runtime, framework, { graph: 'g', runDirectory: '/run', credentials: null });
}

test('an agent is started in its worktree, with what every agent has', () => {
  const { argv, cwd, env, files } = commandFor();
  expect(argv.at(-1)).toBe('Read /run/signals/a/attempt-2/instructions.md and follow it.');
  expect(argv.slice(argv.indexOf('--model'))).toContain('opus');
  expect([cwd, env.AGENTRELAY_TASK, env.AGENTRELAY_ATTEMPT]).toEqual(['/work tree', 'a', '2']);
  expect(Object.keys(files)).toEqual(['claude-settings.json']);
  expect(argv.join(' ')).not.toContain('secret');
});

test('its session has an id of its own, a UUID, the same for every owner', () => {
  const session = sessionOf({ token: 'secret' });
  expect(session).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(sessionOf({ token: 'secret' })).toBe(session);
  expect(sessionOf({ token: 'other' })).not.toBe(session);
  expect(commandFor().argv).toContain(session);
});

test('with the work that is kept its session goes on, where the program can', () => {
  const keptWork = { attempt: 1, saved: [], onBranch: false, session: 'earlier' };
  const { argv } = commandFor({ keptWork });
  expect(argv.slice(argv.indexOf('--resume')).slice(0, 2)).toEqual(['--resume', 'earlier']);
  expect(argv).not.toContain('--session-id');
  const task = { ...makeTask({ id: 'a' }), primaryAgent: { ...makeTask({ id: 'a' }).primaryAgent, command: ['x'] } };
  expect(commandFor({ keptWork, task }, command).argv).toEqual(['x']);
});

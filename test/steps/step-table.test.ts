import { expect, test } from 'vitest';
import { TaskRuntime } from '../../src/core/task-runtime.ts';
import { stepTable } from '../../src/steps/step-table.ts';
import { makeTask, makeWorkstream } from '../support/graphs.ts';

const runtimeOf = (framework: string) =>
  new TaskRuntime({
    ...{ task: makeTask({ id: 'a', framework, environment: 'tmux' }), workstream: makeWorkstream({ id: 'default' }) },
    ...{ run: 1, attempt: 1, token: '', tokenHash: '' },
  });
const shipped = { entries: { 'command/tmux': () => 'shipped' } };

test('a task gets the own entry of its pair, else the shipped one', () => {
  const table = stepTable<string>('launcher', shipped, { 'codex/tmux': () => 'own' });
  expect(table.for(runtimeOf('codex'))).toBe('own');
  expect(table.for(runtimeOf('command'))).toBe('shipped');
  expect(() => table.for(runtimeOf('aider'))).toThrow(
    'no launcher for aider/tmux; registered: codex/tmux, command/tmux',
  );
});

test('an own default stands before every shipped entry, and after the own ones', () => {
  const table = stepTable<string>('launcher', shipped, { default: () => 'own default', 'codex/tmux': () => 'own' });
  expect(['codex', 'command', 'aider'].map((name) => table.for(runtimeOf(name)))).toEqual([
    'own',
    'own default',
    'own default',
  ]);
});

test('an own step can build on the shipped one, and is told where there is none', () => {
  const table = stepTable<string>('launcher', shipped, { default: (_, given) => `own over ${given.shipped()}` });
  expect(table.for(runtimeOf('command'))).toBe('own over shipped');
  expect(() => table.for(runtimeOf('aider'))).toThrow(expect.objectContaining({ code: 'unregistered_step' }));
});

test('an own step asks for the command of its runtime’s agent', () => {
  const command = { files: {}, cwd: '/w', env: {}, unset: [], secrets: () => ({}) };
  const table = stepTable<unknown>(
    'launcher',
    shipped,
    { default: (_, { agentCommand }) => agentCommand() },
    ({ task }) => ({ ...command, argv: [task.id] }),
  );
  expect(table.for(runtimeOf('command'))).toEqual({ ...command, argv: ['a'] });
});

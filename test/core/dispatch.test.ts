import { expect, test } from 'vitest';
import { requireSteps, StepDispatch } from '../../src/core/dispatch.ts';
import { StandardTaskRunner } from '../../src/core/task-runner.ts';
import { TaskRuntime } from '../../src/core/task-runtime.ts';
import { scriptedTables } from '../support/core.ts';
import { makeGraph, makeTask, makeWorkstream } from '../support/graphs.ts';

const runtimeOf = (framework: string, environment: string) =>
  new TaskRuntime({
    task: makeTask({ id: 'a', framework, environment }),
    workstream: makeWorkstream({ id: 'default' }),
    run: 1,
    attempt: 1,
    token: '',
    tokenHash: '',
  });

test('an exact entry wins over the default, and is given the runtime', () => {
  const dispatch = new StepDispatch<string>('launcher', {
    entries: { 'codex/tmux': (runtime) => `exact ${runtime.task.id}`, 'codex/ssh': () => 'other' },
    default: () => 'default',
  });
  expect(dispatch.for(runtimeOf('codex', 'tmux'))).toBe('exact a');
  expect(dispatch.for(runtimeOf('codex', 'process'))).toBe('default');
  expect(dispatch.for(runtimeOf('claude_code', 'tmux'))).toBe('default');
});

test('without either, the error names the step, the pair and what is registered', () => {
  const dispatch = new StepDispatch<string>('launcher', {
    entries: { 'codex/tmux': () => 'c', 'aider/tmux': () => 'a' },
  });
  const said = {
    code: 'unregistered_step',
    message: 'no launcher for gemini/tmux; registered: aider/tmux, codex/tmux',
  };
  expect(() => dispatch.for(runtimeOf('gemini', 'tmux'))).toThrow(expect.objectContaining(said));
  expect(() => new StepDispatch('kickoff', {}).for(runtimeOf('x', 'y'))).toThrow(
    'no kickoff for x/y; registered: none',
  );
});

test('a graph is checked against every table before anything is made', () => {
  const made: string[] = [];
  const full = new StepDispatch<void>('preparer', { default: () => void made.push('preparer') });
  const partial = new StepDispatch<void>('kickoff', { entries: { 'codex/tmux': () => void made.push('kickoff') } });
  const one = { id: 'a', framework: 'codex' };
  requireSteps(makeGraph({ tasks: [one] }), [full, partial]);
  const two = makeGraph({ tasks: [one, { id: 'b', framework: 'codex', environment: 'ssh' }] });
  expect(() => requireSteps(two, [full, partial])).toThrow('no kickoff for codex/ssh');
  expect(made).toEqual([]);
});

test('a runner refuses a graph for which any one of its tables has no step', () => {
  const graph = makeGraph({ tasks: [{ id: 'a' }] });
  const tables = scriptedTables({});
  expect(() => new StandardTaskRunner(tables).requireSteps(graph)).not.toThrow();
  for (const table of Object.keys(tables)) {
    const lacking = { ...tables, [table]: new StepDispatch<never>(table, {}) };
    expect(() => new StandardTaskRunner(lacking).requireSteps(graph)).toThrow(`no ${table} for command/tmux`);
  }
});

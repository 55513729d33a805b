import { describe, expect, test } from 'vitest';
import { StepDispatch } from '../../src/core/dispatch.ts';
import { AgentLaunchError, PullRequestError, SignalError, WorkspaceError } from '../../src/core/errors.ts';
import type { Fact } from '../../src/core/events.ts';
import type { TearDownMode } from '../../src/core/graph/graph.ts';
import type { GateResult } from '../../src/core/steps.ts';
import { StandardTaskRunner, type TaskRunResult } from '../../src/core/task-runner.ts';
import { type AbortCause, TaskRuntime } from '../../src/core/task-runtime.ts';
import { doneSignal, failedSignal, noPrSignal, scriptedTables, type TaskScript } from '../support/core.ts';
import { makeTask, makeWorkstream, type TaskSpec } from '../support/graphs.ts';

interface Ran {
  readonly result: TaskRunResult;
  readonly runtime: TaskRuntime;
  readonly facts: readonly Fact[];
  readonly kinds: string;
}

interface Setup {
  readonly task?: Partial<TaskSpec>;
  readonly teardownMode?: TearDownMode;
  readonly signal?: AbortSignal;
  readonly emit?: (fact: Fact) => void;
}

async function run(script: TaskScript, setup: Setup = {}): Promise<Ran> {
  const facts: Fact[] = [];
  const runtime = new TaskRuntime({
    task: makeTask({ id: 'a', ...setup.task }),
    workstream: makeWorkstream({ id: 'default' }),
    run: 1,
    attempt: 1,
    token: 'secret',
    tokenHash: 'hash',
    signal: setup.signal ?? new AbortController().signal,
    emit: (fact) => {
      setup.emit?.(fact);
      facts.push(fact);
    },
  });
  runtime.state.integrationBranch = 'agentrelay/graph/ws/default';
  const runner = new StandardTaskRunner(scriptedTables(script));
  const result = await runner.run(runtime, { teardownMode: setup.teardownMode ?? 'always' });
  const kinds = facts.map(({ kind }) => kind.replace('task_', '')).join(' ');
  return { result, runtime, facts, kinds };
}

const gate: Setup = { task: { completionGate: 'make test', maxGateAttempts: 2 } };
const gateSays =
  (...results: boolean[]) =>
  (): GateResult => {
    const passed = results.shift() ?? false;
    return { passed, exitCode: passed ? 0 : 1, outputFile: '/out' };
  };

describe('success', () => {
  test('a merged pull request, told in order', async () => {
    const { result, kinds, facts } = await run({});
    expect(result).toEqual({
      taskId: 'a',
      status: 'pr_merged',
      prUrl: 'local:agentrelay/graph/a@done-a-1',
      error: null,
      failureClass: null,
    });
    expect(kinds).toBe('started prepared launched waiting signalled pr_created pr_merging succeeded torn_down');
    expect(facts.find(({ kind }) => kind === 'task_succeeded')).toMatchObject({ commit: 'merge-a' });
  });

  test('NO_PR completes without a pull request, and nothing is merged', async () => {
    const { result, kinds } = await run({ wait: noPrSignal });
    expect(result).toMatchObject({ status: 'completed', prUrl: null, failureClass: null });
    expect(kinds).toBe('started prepared launched waiting signalled succeeded torn_down');
  });

  test('NO_PR is gated too', async () => {
    const { result, kinds } = await run({ wait: noPrSignal, gate: gateSays(true) }, gate);
    expect(result.status).toBe('completed');
    expect(kinds).toContain('signalled gate_started gate_passed succeeded');
  });

  test('concerns are kept, each once, by source', async () => {
    let waits = 0;
    const { runtime } = await run(
      {
        wait: (it) => doneSignal(it, { concerns: ['x'], opsConcerns: waits++ === 0 ? ['y'] : ['y', 'z'] }),
        gate: gateSays(false, true),
      },
      gate,
    );
    expect(runtime.artifacts.concerns.map(({ source, message }) => `${source} ${message}`)).toEqual([
      'agent x',
      'ops y',
      'ops z',
    ]);
  });
});

describe('what the agent signals is not believed', () => {
  test.each<[string, TaskScript['wait'], string, RegExp]>([
    ['failed with a message', (it) => failedSignal(it, 'no idea'), 'agent_failed', /^no idea$/],
    ['failed without one', (it) => failedSignal(it, null), 'failed_without_message', /gave no reason/],
    ['failed with an empty one', (it) => failedSignal(it, ''), 'failed_without_message', /gave no reason/],
    ['done without a URL', (it) => doneSignal(it, { prUrl: null }), 'no_pr_url', /without a pull request/],
    ['done with an empty URL', (it) => doneSignal(it, { prUrl: '' }), 'no_pr_url', /without a pull request/],
    ['NO_PR with commits', (it) => noPrSignal(it, { commitsAhead: 2 }), 'no_pr_with_commits', /2 commits/],
    ['a pull request without commits', (it) => doneSignal(it, { commitsAhead: 0 }), 'no_commits', /no commits/],
  ])('%s fails the task', async (_, wait, code, error) => {
    const { result, runtime, kinds } = await run({ wait: wait as NonNullable<TaskScript['wait']> });
    expect(result).toMatchObject({ status: 'failed', prUrl: null, failureClass: null });
    expect(result.error).toMatch(error);
    expect(runtime.state.errorCode).toBe(code);
    expect(kinds).toBe('started prepared launched waiting signalled failed torn_down');
  });

  test('NO_PR after a pull request was opened is a failure of the task, not a bug', async () => {
    let waits = 0;
    const { result, runtime } = await run(
      { wait: (it) => (waits++ === 0 ? doneSignal(it) : noPrSignal(it)), gate: gateSays(false, true) },
      gate,
    );
    expect(result).toMatchObject({ status: 'failed', failureClass: null });
    expect(runtime.state.errorCode).toBe('no_pr_after_pr');
  });

  test('failed after a pull request was opened fails it, and keeps the pull request', async () => {
    let waits = 0;
    const script = { wait: (it: TaskRuntime) => (waits++ === 0 ? doneSignal(it) : failedSignal(it, 'no')) };
    const { result } = await run({ ...script, gate: gateSays(false) }, gate);
    expect(result).toMatchObject({ status: 'failed', error: 'no', prUrl: 'local:agentrelay/graph/a@done-a-1' });
  });
});

describe('a step that throws', () => {
  const typed = [
    new WorkspaceError('w', 'm'),
    new AgentLaunchError('l', 'm'),
    new SignalError('s', 'm'),
    new PullRequestError('p', 'm'),
  ];
  const steps = ['prepare', 'launch', 'kickoff', 'wait', 'gate', 'merge'] as const;
  const cases = steps.flatMap((step) =>
    [...typed, new TypeError('m')].map((error) => ({ step, name: error.name, error })),
  );

  test.each(cases)('$name in $step', async ({ step, error }) => {
    const thrower = () => {
      throw error;
    };
    const { result, runtime, kinds } = await run({ [step]: thrower }, gate);
    const expected = error instanceof TypeError ? 'internal_error' : 'expected_task_failure';
    expect(result).toMatchObject({ status: 'failed', error: `${error.name}: m`, failureClass: expected });
    expect(runtime.state.errorCode).toBe('code' in error ? error.code : 'internal_error');
    expect(kinds).toMatch(/ failed torn_down$/);
  });

  test('a preparer that leaves its facts unset breaks a precondition', async () => {
    const tables = scriptedTables({});
    const preparer = new StepDispatch('preparer', { default: () => ({ prepare: async () => {} }) });
    const task = makeTask({ id: 'a' });
    const lane = makeWorkstream({ id: 'default' });
    const runtime = new TaskRuntime({ task, workstream: lane, run: 1, attempt: 1, token: '', tokenHash: '' });
    const result = await new StandardTaskRunner({ ...tables, preparer }).run(runtime);
    expect(result).toMatchObject({ status: 'failed', failureClass: 'internal_error' });
    expect(runtime.state.errorCode).toBe('missing_fact');
  });
});

describe('the gate', () => {
  test('a failure goes back to the live agent, and its new commit is gated', async () => {
    const told: string[] = [];
    const { result, kinds } = await run(
      {
        gate: gateSays(false, true),
        reopen: () => void told.push('reopen'),
        send: (text) => {
          told.push(text);
          return 'submitted';
        },
      },
      gate,
    );
    expect(result.status).toBe('pr_merged');
    expect(told).toEqual(['reopen', expect.stringContaining('round 1 of 2')]);
    expect(kinds).toContain(
      'signalled pr_created gate_started gate_failed sent_back signalled pr_created gate_started gate_passed pr_merging',
    );
  });

  test('attempts run out', async () => {
    const { result, runtime, kinds } = await run({ gate: gateSays(false, false, true) }, gate);
    expect(result).toMatchObject({ status: 'failed', failureClass: 'expected_task_failure' });
    expect(result.error).toMatch(/exited 1 2 of 2 times; output: \/out/);
    expect(runtime.state.errorCode).toBe('gate_failed');
    expect(kinds.match(/gate_started/g)).toHaveLength(2);
    expect(kinds).not.toContain('merging');
  });

  test('the agent is gone', async () => {
    const { result, kinds } = await run({ gate: gateSays(false, true), send: () => 'gone' }, gate);
    expect(result.error).toMatch(/the agent is gone/);
    expect(kinds).toMatch(/gate_failed sent_back failed torn_down$/);
  });
});

describe('a conflict', () => {
  const conflict = () => ({ kind: 'conflict', files: ['x.txt', 'y.txt'] }) as const;

  test('goes back twice; the third fails naming the files', async () => {
    const prompts: string[] = [];
    const send = (text: string) => {
      prompts.push(text);
      return 'submitted' as const;
    };
    const { result, runtime, kinds } = await run({ merge: conflict, send });
    expect(prompts).toHaveLength(2);
    expect(prompts[0]).toContain('x.txt, y.txt');
    expect(kinds.match(/pr_merging/g)).toHaveLength(3);
    expect(result).toMatchObject({ status: 'failed', failureClass: 'expected_task_failure' });
    expect(result.error).toContain('x.txt, y.txt');
    expect(runtime.state.errorCode).toBe('merge_conflict');
  });

  test('is resolved the second time', async () => {
    let merges = 0;
    const merge = () => (merges++ === 0 ? conflict() : ({ kind: 'merged', commit: 'm' } as const));
    const { result, kinds } = await run({ merge });
    expect(result.status).toBe('pr_merged');
    expect(kinds).toContain('pr_merging merge_conflict sent_back signalled pr_created pr_merging succeeded');
  });

  test('fails at once when the agent is gone', async () => {
    const { result, kinds } = await run({ merge: conflict, send: () => 'gone' });
    expect(result.error).toMatch(/x\.txt, y\.txt and the agent is gone/);
    expect(kinds.match(/pr_merging/g)).toHaveLength(1);
  });
});

describe('teardown', () => {
  const ends: Record<string, TaskScript> = {
    pr_merged: {},
    completed: { wait: noPrSignal },
    failed: { wait: (it) => failedSignal(it, 'no') },
  };
  const modes = { always: 'pr_merged completed failed', never: '', on_success: 'pr_merged completed' };
  const cases = Object.entries(modes).flatMap(([mode, torn]) =>
    Object.keys(ends).map((end) => ({ mode: mode as TearDownMode, end, expected: torn.split(' ').includes(end) })),
  );

  test.each(cases)('$mode after $end: $expected', async ({ mode, end, expected }) => {
    let torn = 0;
    const { result, kinds } = await run({ ...ends[end], teardown: () => void torn++ }, { teardownMode: mode });
    expect(result.status).toBe(end);
    expect(torn).toBe(expected ? 1 : 0);
    expect(kinds.endsWith('torn_down')).toBe(expected);
  });

  test.each(Object.keys(ends))('that throws does not change %s', async (end) => {
    const teardown = () => {
      throw new WorkspaceError('busy', 'in use');
    };
    const { result, runtime, kinds } = await run({ ...ends[end], teardown });
    expect(result.status).toBe(end);
    expect(result.error).toBe(end === 'failed' ? 'no' : null);
    expect(runtime.artifacts.concerns).toEqual([
      { source: 'teardown', message: 'teardown_failed: WorkspaceError: in use' },
    ]);
    expect(kinds).toMatch(/ concerned$/);
  });
});

describe('told to stop', () => {
  const steps = ['prepare', 'launch', 'kickoff', 'wait', 'gate'] as const;
  const cases = steps.flatMap((step) => [true, false].map((throws) => ({ step, throws })));

  async function stoppedIn(step: string, throws: boolean, cause: AbortCause): Promise<Ran & { torn: number }> {
    const abort = new AbortController();
    let torn = 0;
    const stop = (it: TaskRuntime) => {
      abort.abort(cause);
      if (throws) throw new Error('stopped in the middle');
      if (step === 'wait') return doneSignal(it);
      return { passed: false, exitCode: 1, outputFile: '/out' };
    };
    const ran = await run({ [step]: stop, teardown: () => void torn++ }, { ...gate, signal: abort.signal });
    return { ...ran, torn };
  }

  test.each(cases)('detach in $step (throws: $throws) leaves the attempt as it is', async ({ step, throws }) => {
    const { result, kinds, torn } = await stoppedIn(step, throws, 'detach');
    expect(['running', 'pr_created']).toContain(result.status);
    expect(result).toMatchObject({ error: null, failureClass: null });
    expect(torn).toBe(0);
    expect(kinds).not.toMatch(/failed|cancelled|succeeded|torn_down|sent_back/);
  });

  test.each(cases)('cancel in $step (throws: $throws) ends it as cancelled', async ({ step, throws }) => {
    const { result, kinds, torn } = await stoppedIn(step, throws, 'cancel');
    expect(result).toMatchObject({ status: 'cancelled', error: null, failureClass: null });
    expect(torn).toBe(1);
    expect(kinds).toMatch(/ cancelled torn_down$/);
    expect(kinds).not.toMatch(/failed|sent_back/);
  });

  test('a merge that was made is told, whatever the signal says', async () => {
    const abort = new AbortController();
    const merge = () => {
      abort.abort('cancel');
      return { kind: 'merged', commit: 'm' } as const;
    };
    const { result } = await run({ merge }, { signal: abort.signal });
    expect(result.status).toBe('pr_merged');
  });

  test('a conflict is not sent back by an owner who leaves', async () => {
    const abort = new AbortController();
    const merge = () => {
      abort.abort('detach');
      return { kind: 'conflict', files: ['x'] } as const;
    };
    let reopened = 0;
    const { result } = await run({ merge, reopen: () => void reopened++ }, { signal: abort.signal });
    expect(result.status).toBe('pr_created');
    expect(reopened).toBe(0);
  });
});

test('a runtime that is not pending is refused and left alone', async () => {
  const { runtime } = await run({});
  let prepared = 0;
  const again = new StandardTaskRunner(scriptedTables({ prepare: () => void prepared++ })).run(runtime);
  await expect(again).rejects.toThrow(
    expect.objectContaining({ code: 'not_pending', message: expect.stringContaining('pr_merged') }),
  );
  expect(prepared).toBe(0);
  expect(runtime.status).toBe('pr_merged');
});

test.each<[string, TearDownMode]>([
  ['task_started', 'never'],
  ['task_launched', 'never'],
  ['task_succeeded', 'never'],
  ['task_succeeded', 'always'],
  ['task_torn_down', 'always'],
])('an event that cannot be written at %s (teardown: %s) is what the run throws', async (last, teardownMode) => {
  let full = false;
  const emit = (fact: Fact) => {
    full ||= fact.kind === last;
    if (full) throw new Error('disk full');
  };
  await expect(run({}, { emit, teardownMode })).rejects.toThrow('disk full');
});

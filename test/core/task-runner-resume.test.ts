import { describe, expect, test } from 'vitest';
import type { KnownAgent } from '../../src/core/agent-handle.ts';
import { SignalError, WorkspaceError } from '../../src/core/errors.ts';
import type { Fact, RunEvent } from '../../src/core/events.ts';
import type { TearDownMode } from '../../src/core/graph/graph.ts';
import { attemptPatch, newAttempt } from '../../src/core/reduce-attempt.ts';
import type { AttemptState } from '../../src/core/run-state.ts';
import { StandardTaskRunner } from '../../src/core/task-runner.ts';
import { type AbortCause, type AttemptReport, TaskRuntime } from '../../src/core/task-runtime.ts';
import {
  doneSignal,
  failedSignal,
  noPrSignal,
  scriptedAgent,
  scriptedTables,
  type TaskScript,
} from '../support/core.ts';
import { makeTask, makeWorkstream, type TaskSpec } from '../support/graphs.ts';

const prepared: AttemptReport = {
  kind: 'task_prepared',
  branch: 'b',
  base_commit: 'base',
  worktree: '/w',
  signal_dir: '/s',
};
const launched: AttemptReport = { kind: 'task_launched', agent: 'place:a', place: null };
const waiting: AttemptReport = { kind: 'task_waiting' };
const commit = 'done-a-1';
const pr = `local:agentrelay/graph/a@${commit}`;
const signalled: AttemptReport = { kind: 'task_signalled', outcome: 'done', commit, commits_ahead: 1 };
const created: AttemptReport = { kind: 'task_pr_created', pr, commit };
const gateStarted = (round = 1): AttemptReport => ({ kind: 'task_gate_started', round, of: 2 });
const gatePassed: AttemptReport = { kind: 'task_gate_passed', round: 1, of: 2, commit };
const gateFailed = (round = 1): AttemptReport => ({
  kind: 'task_gate_failed',
  round,
  of: 2,
  exit_code: 1,
  output: '/out',
});
const sentBack = (cause: 'gate' | 'conflict' = 'gate'): AttemptReport => ({
  kind: 'task_sent_back',
  cause,
  result: 'submitted',
});
const merging: AttemptReport = { kind: 'task_pr_merging', pr, commit };
const conflict = (round = 1): AttemptReport => ({ kind: 'task_merge_conflict', round, of: 2, files: ['x.txt'] });
const atWork = [prepared, launched, waiting];
const atGate = [...atWork, signalled, created, gateStarted()];
const gate: Partial<TaskSpec> = { completionGate: 'make test', maxGateAttempts: 2 };

/** The attempt as its journal tells of it. */
function known(reports: readonly AttemptReport[]): AttemptState {
  let state = newAttempt(1, '2026-01-01T00:00:00.000Z', 'hash');
  for (const report of reports) {
    const event = { ...report, v: 1, seq: 1, at: '2026-01-01T00:00:01.000Z', task: 'a', attempt: 1 } as RunEvent;
    state = { ...state, ...attemptPatch(state, event as Parameters<typeof attemptPatch>[1]) };
  }
  return state;
}

interface Setup {
  readonly task?: Partial<TaskSpec>;
  readonly script?: TaskScript;
  readonly found?: KnownAgent['found'] | null;
  /** Its launcher has no `find`. */
  readonly blind?: boolean;
  readonly teardownMode?: TearDownMode;
  readonly signal?: AbortSignal;
}

/** A new owner goes on with it. `calls` are the steps that were taken, `kinds` what was told. */
async function resume(reports: readonly AttemptReport[], setup: Setup = {}) {
  const calls: string[] = [];
  const facts: Fact[] = [];
  const { script = {}, found = 'alive' } = setup;
  const call = <T>(name: string, act: () => T): T => {
    calls.push(name);
    return act();
  };
  const counted: TaskScript = {
    prepare: (it) => call('prepare', () => script.prepare?.(it)),
    launch: (it) => call('launch', () => script.launch?.(it)),
    kickoff: (it, agent) => call('kickoff', () => script.kickoff?.(it, agent)),
    wait: (it) => call('wait', () => script.wait?.(it) ?? doneSignal(it)),
    reopen: (_, k) => void calls.push(`reopen ${k}`),
    send: (text, options) => {
      calls.push(`send${options.unlessShown ? ' unless shown' : ''}`);
      return script.send?.(text, options) ?? 'submitted';
    },
    gate: (it) => call('gate', () => script.gate?.(it) ?? { passed: true, exitCode: 0, outputFile: '/out' }),
    merge: (it, url) => call('merge', () => script.merge?.(it, url) ?? { kind: 'merged', commit: 'merge-a' }),
    teardown: (it) => call('teardown', () => script.teardown?.(it)),
    ...(setup.blind ? {} : { find: (it) => (found === null ? null : { agent: scriptedAgent(counted, it), found }) }),
  };
  const runtime = new TaskRuntime({
    task: makeTask({ id: 'a', ...setup.task }),
    workstream: makeWorkstream({ id: 'default' }),
    run: 1,
    attempt: 1,
    token: 'secret',
    tokenHash: 'hash',
    resumed: known(reports),
    ...(setup.signal === undefined ? {} : { signal: setup.signal }),
    emit: (fact) => facts.push(fact),
  });
  runtime.state.integrationBranch = 'agentrelay/graph/ws/default';
  const runner = new StandardTaskRunner(scriptedTables(counted));
  await runner.adopt(runtime);
  const [adopted] = facts;
  const result = await runner.resume(runtime, { teardownMode: setup.teardownMode ?? 'always' });
  const told = facts.map(({ kind }) => kind.replace('task_', '')).join(' ');
  return { result, runtime, facts, adopted, calls: calls.join(', '), told };
}

describe('goes on at', () => {
  const rest = 'signalled pr_created pr_merging succeeded torn_down';
  test.each<[string, readonly AttemptReport[], KnownAgent['found'] | null, string, string]>([
    [
      'prepare',
      [],
      'alive',
      'prepare, launch, kickoff, wait, merge, teardown',
      `adopted prepared launched waiting ${rest}`,
    ],
    [
      'launch, and nothing was launched',
      [prepared],
      null,
      'prepare, launch, kickoff, wait, merge, teardown',
      `adopted prepared launched waiting ${rest}`,
    ],
    [
      'launch, and it was launched, and not recorded',
      [prepared],
      'alive',
      'kickoff, wait, merge, teardown',
      `adopted launched waiting ${rest}`,
    ],
    [
      'launch, and what was launched has ended',
      [prepared],
      'ended',
      'wait, merge, teardown',
      `adopted launched ${rest}`,
    ],
    ['kickoff', [prepared, launched], 'alive', 'kickoff, wait, merge, teardown', `adopted waiting ${rest}`],
    ['kickoff, and nobody is there', [prepared, launched], 'lost', 'wait, merge, teardown', `adopted ${rest}`],
    ['wait', atWork, 'alive', 'wait, merge, teardown', `adopted ${rest}`],
    ['wait, and the agent left a signal and is gone', atWork, 'lost', 'wait, merge, teardown', `adopted ${rest}`],
    [
      'a signal that was accepted',
      [...atWork, signalled],
      'alive',
      'wait, merge, teardown',
      'adopted pr_created pr_merging succeeded torn_down',
    ],
    [
      'a pull request that was told of',
      [...atWork, signalled, created],
      'alive',
      'wait, merge, teardown',
      'adopted pr_merging succeeded torn_down',
    ],
    [
      'merge, also when it was made and not recorded',
      [...atWork, signalled, created, merging],
      'alive',
      'wait, merge, teardown',
      'adopted pr_merging succeeded torn_down',
    ],
  ])('%s', async (_, reports, found, calls, told) => {
    const ran = await resume(reports, { found });
    expect(ran.calls).toBe(calls);
    expect(ran.told).toBe(told);
    expect(ran.result).toMatchObject({ status: 'pr_merged', prUrl: pr });
    const agent = found !== null && reports.length > 0 ? 'place:a' : null;
    const step = known(reports).step;
    expect(ran.adopted).toMatchObject({ kind: 'task_adopted', attempt: 1, agent, step });
  });

  test('a review that was signalled as done', async () => {
    const reports = [...atWork, { ...signalled, commits_ahead: 0 }];
    const { result, told } = await resume(reports, { script: { wait: noPrSignal } });
    expect(result.status).toBe('completed');
    expect(told).toBe('adopted succeeded torn_down');
  });

  test('another commit than the one that was accepted: it is told, and gated again', async () => {
    const wait: TaskScript['wait'] = (it) => doneSignal(it, { commit: 'c2', prUrl: 'local:b@c2' });
    const { told, calls } = await resume([...atGate, gatePassed], { task: gate, script: { wait } });
    expect(told).toBe('adopted signalled pr_created gate_started gate_passed pr_merging succeeded torn_down');
    expect(calls).toBe('wait, gate, merge, teardown');
  });

  test('a failure that was signalled', async () => {
    const { result, told } = await resume(atWork, { script: { wait: (it) => failedSignal(it, 'no') } });
    expect(result).toMatchObject({ status: 'failed', error: 'no', failureClass: null });
    expect(told).toBe('adopted signalled failed torn_down');
  });

  test('a concern that was told is not told again', async () => {
    const concern: AttemptReport = { kind: 'task_concerned', source: 'agent', message: 'x' };
    const wait: TaskScript['wait'] = (it) => doneSignal(it, { concerns: ['x', 'y'] });
    const { facts } = await resume([...atWork, concern], { script: { wait } });
    expect(facts.filter(({ kind }) => kind === 'task_concerned')).toMatchObject([{ message: 'y' }]);
  });
});

describe('a gate', () => {
  const fails: TaskScript['gate'] = () => ({ passed: false, exitCode: 1, outputFile: '/out' });
  const later = (it: TaskRuntime) => doneSignal(it, { commit: 'c2', prUrl: 'local:b@c2' });

  test('that was cut short is run again, and has burnt no round', async () => {
    const { calls, facts } = await resume(atGate, { task: gate });
    expect(calls).toBe('wait, gate, merge, teardown');
    expect(facts.filter(({ kind }) => kind === 'task_gate_started')).toMatchObject([{ round: 1, of: 2 }]);
  });

  test('that has passed is not run again for the same commit', async () => {
    const { calls, told } = await resume([...atGate, gatePassed], { task: gate });
    expect(calls).toBe('wait, merge, teardown');
    expect(told).toBe('adopted pr_merging succeeded torn_down');
  });

  test('that failed and was not sent back goes back, unless the agent was seen to know', async () => {
    const { calls, told, facts } = await resume([...atGate, gateFailed()], { task: gate, script: { wait: later } });
    expect(calls).toBe('reopen 1, send unless shown, wait, gate, merge, teardown');
    expect(told).toBe('adopted sent_back signalled pr_created gate_started gate_passed pr_merging succeeded torn_down');
    expect(facts.filter(({ kind }) => kind === 'task_gate_started')).toMatchObject([{ round: 2 }]);
  });

  test('that failed a second time under the new owner is sent back without looking', async () => {
    let gates = 0;
    const script: TaskScript = { wait: later, gate: (it) => (gates++ === 0 ? fails(it) : pass) };
    const pass = { passed: true, exitCode: 0, outputFile: '/out' };
    const task = { ...gate, maxGateAttempts: 3 };
    const { calls } = await resume([...atGate, gateFailed()], { task, script });
    expect(calls).toBe('reopen 1, send unless shown, wait, gate, reopen 2, send, wait, gate, merge, teardown');
  });

  test('that was sent back is waited for, with the rounds that are left', async () => {
    const reports = [...atGate, gateFailed(), sentBack()];
    const { calls, result, facts } = await resume(reports, { task: gate, script: { wait: later, gate: fails } });
    expect(calls).toBe('wait, gate, teardown');
    expect(facts.filter(({ kind }) => kind === 'task_gate_failed')).toMatchObject([{ round: 2, of: 2 }]);
    expect(result.error).toMatch(/exited 1 2 of 2 times/);
  });

  test('that failed for the last time ends the attempt, and is not run or sent back', async () => {
    const reports = [...atGate, gateFailed(), sentBack(), signalled, gateStarted(2), gateFailed(2)];
    const { calls, result, runtime } = await resume(reports, { task: gate });
    expect(calls).toBe('teardown');
    expect(result.error).toBe('GateError: the completion gate exited 1 2 of 2 times; output: /out');
    expect(runtime.state.errorCode).toBe('gate_failed');
  });

  test('that failed, and the agent is gone, fails the attempt with the gate', async () => {
    const script: TaskScript = { send: () => 'gone' };
    const { result, told } = await resume([...atGate, gateFailed()], { task: gate, script, found: 'ended' });
    expect(told).toBe('adopted sent_back failed torn_down');
    expect(result.error).toMatch(/exited 1 and the agent is gone/);
  });

  test('that went back: the same commit, signalled once more, is a new signal', async () => {
    const { told } = await resume([...atGate, gateFailed(), sentBack()], { task: gate });
    expect(told).toBe('adopted signalled pr_created gate_started gate_passed pr_merging succeeded torn_down');
  });

  test('that nobody was there to be told of is not told again', async () => {
    const gone: AttemptReport = { kind: 'task_sent_back', cause: 'gate', result: 'gone' };
    const wait = () => {
      throw new SignalError('agent_exited', 'gone');
    };
    const { calls, result } = await resume([...atGate, gateFailed(), gone], {
      task: gate,
      script: { wait },
      found: 'ended',
    });
    expect(calls).toBe('wait, teardown');
    expect(result.status).toBe('failed');
  });

  test('whose commit is signalled once more under the new owner is told and gated as before a crash', async () => {
    let gates = 0;
    const pass = { passed: true, exitCode: 0, outputFile: '/out' };
    const gateTwice: TaskScript['gate'] = (it) => (gates++ === 0 ? fails(it) : pass);
    const { told } = await resume([...atWork, signalled, created], { task: gate, script: { gate: gateTwice } });
    expect(told).toBe(
      'adopted gate_started gate_failed sent_back signalled pr_created gate_started gate_passed pr_merging succeeded torn_down',
    );
  });
});

describe('a conflict', () => {
  const atMerge = [...atWork, signalled, created, merging];
  const again = (it: TaskRuntime) => doneSignal(it, { commit: 'c2', prUrl: 'local:b@c2' });
  const conflicts: TaskScript['merge'] = () => ({ kind: 'conflict', files: ['y.txt'] });

  test('that was not sent back goes back, unless the agent was seen to know', async () => {
    const prompts: string[] = [];
    const send: TaskScript['send'] = (text) => {
      prompts.push(text);
      return 'submitted';
    };
    const { calls, told } = await resume([...atMerge, conflict()], { script: { wait: again, send } });
    expect(calls).toBe('reopen 1, send unless shown, wait, merge, teardown');
    expect(told).toBe('adopted sent_back signalled pr_created pr_merging succeeded torn_down');
    expect(prompts).toEqual([expect.stringMatching(/round 1 of 2.*x\.txt/)]);
  });

  test('that was sent back is waited for, with the rounds that are left', async () => {
    const reports = [...atMerge, conflict(), sentBack('conflict')];
    const { calls, result } = await resume(reports, { script: { wait: again, merge: conflicts } });
    expect(calls).toBe('wait, merge, reopen 2, send, wait, merge, teardown');
    expect(result.error).toMatch(/still conflicts in y\.txt/);
  });

  test('too many end the attempt', async () => {
    const round = (n: number) => [signalled, merging, conflict(n)];
    const twice = [...round(1), sentBack('conflict'), ...round(2), sentBack('conflict')];
    const { calls, runtime } = await resume([...atMerge, ...twice, ...round(3)]);
    expect(calls).toBe('teardown');
    expect(runtime.state.errorCode).toBe('merge_conflict');
  });

  test('after a gate is counted with it: what is set aside has a number of its own', async () => {
    const reports = [...atGate, gateFailed(), sentBack(), signalled, created, gatePassed, merging, conflict()];
    const { calls } = await resume(reports, { task: gate, script: { wait: again } });
    expect(calls).toBe('reopen 2, send unless shown, wait, gate, merge, teardown');
  });
});

describe('an attempt that has ended', () => {
  const failed: AttemptReport = { kind: 'task_failed', code: 'c', error: 'e', failure_class: null };
  const succeeded: AttemptReport = { kind: 'task_succeeded', status: 'pr_merged', pr, commit: 'm' };

  test.each<[TearDownMode, AttemptReport, boolean]>([
    ['always', failed, true],
    ['always', succeeded, true],
    ['on_success', failed, false],
    ['on_success', succeeded, true],
    ['never', succeeded, false],
  ])('is only torn down: %s after %o: %s', async (teardownMode, end, torn) => {
    const { calls, told, result } = await resume([...atWork, signalled, created, end], { teardownMode });
    expect(calls).toBe(torn ? 'teardown' : '');
    expect(told).toBe(torn ? 'torn_down' : '');
    expect(result).toMatchObject({
      status: end === failed ? 'failed' : 'pr_merged',
      error: end === failed ? 'e' : null,
      prUrl: pr,
    });
  });

  test('a teardown that fails as before is no second concern', async () => {
    const message = 'teardown_failed: WorkspaceError: in use';
    const concern: AttemptReport = { kind: 'task_concerned', source: 'teardown', message };
    const teardown = () => {
      throw new WorkspaceError('busy', 'in use');
    };
    const { told } = await resume([...atWork, failed, concern], { script: { teardown } });
    expect(told).toBe('');
  });
});

describe('a launcher that cannot look for agents', () => {
  test('has lost those that were launched', async () => {
    const { adopted, result, runtime, calls } = await resume(atWork, { blind: true });
    expect(adopted).toMatchObject({ agent: null, step: 'wait', found: 'lost' });
    expect(result).toMatchObject({ status: 'failed', failureClass: 'expected_task_failure' });
    expect(runtime.state.errorCode).toBe('agent_lost');
    expect(calls).toBe('teardown');
  });

  test('launches what was not', async () => {
    const { adopted, calls, result } = await resume([prepared], { blind: true });
    expect(adopted).toMatchObject({ agent: null, found: 'not_launched' });
    expect(calls).toBe('prepare, launch, kickoff, wait, merge, teardown');
    expect(result.status).toBe('pr_merged');
  });

  test('tears down what has ended', async () => {
    const failed: AttemptReport = { kind: 'task_failed', code: 'c', error: 'e', failure_class: null };
    const { told, calls } = await resume([...atWork, failed], { blind: true });
    expect(calls).toBe('teardown');
    expect(told).toBe('torn_down');
  });
});

describe('told to stop', () => {
  test.each<[AbortCause, string, string]>([
    ['cancel', 'cancelled', 'adopted cancelled torn_down'],
    ['call_off', 'cancelled', 'adopted cancelled torn_down'],
    ['detach', 'running', 'adopted'],
  ])('%s before it goes on: nothing is done but its end', async (cause, status, told) => {
    const ran = await resume(atWork, { signal: AbortSignal.abort(cause) });
    expect(ran.result.status).toBe(status);
    expect(ran.told).toBe(told);
    expect(ran.calls).toBe(status === 'cancelled' ? 'teardown' : '');
  });
});

test('an agent that is lost without a signal fails the attempt with what the wait knows', async () => {
  const wait = () => {
    throw new SignalError('agent_lost', 'gone');
  };
  const { result, adopted, told } = await resume(atWork, { found: 'lost', script: { wait } });
  expect(adopted).toMatchObject({ found: 'lost' });
  expect(told).toBe('adopted failed torn_down');
  expect(result).toMatchObject({ status: 'failed', failureClass: 'expected_task_failure' });
});

test('only an attempt of an earlier owner can be adopted and gone on with', async () => {
  const task = makeTask({ id: 'a' });
  const workstream = makeWorkstream({ id: 'default' });
  const runtime = new TaskRuntime({ task, workstream, run: 1, attempt: 1, token: '', tokenHash: '' });
  const runner = new StandardTaskRunner(scriptedTables({}));
  const refused = expect.objectContaining({ code: 'not_resumed' });
  await expect(runner.adopt(runtime)).rejects.toThrow(refused);
  await expect(runner.resume(runtime, { teardownMode: 'always' })).rejects.toThrow(refused);
});

import { describe, expect, test } from 'vitest';
import { StepDispatch } from '../../src/core/dispatch.ts';
import type { RetryChange } from '../../src/core/events.ts';
import type { Wish } from '../../src/core/requests.ts';
import { NO_CHANGE } from '../../src/core/retry-change.ts';
import type { TaskRuntime } from '../../src/core/task-runtime.ts';
import { doneSignal, failedSignal, quiet, scriptedAgent, type TaskScript, UnderWay } from '../support/core.ts';
import { endAll, OwnedRun, workers } from '../support/owned-run.ts';

const retry = (task: string, change: Partial<RetryChange> = {}): Wish => ({
  action: 'retry',
  task,
  change: { ...NO_CHANGE, ...change },
});
const cancel = (task: string | null): Wish => ({ action: 'cancel', task });
const chain = [{ id: 'a' }, { id: 'b', deps: ['a'] }, { id: 'c', deps: ['b'] }];
const failing = (...ids: string[]): TaskScript => ({
  wait: (it) => (ids.includes(it.task.id) ? failedSignal(it, 'no') : doneSignal(it)),
});

/** A run that ended with `a` failed; its journal. */
async function failedRun(tasks: { id: string; deps?: string[] }[] = chain) {
  const run = new OwnedRun({ tasks, script: failing('a') });
  expect(await run.orchestrator.run()).toBe('completed_with_failures');
  return run.journal;
}

describe('retry', () => {
  test('of a failed task grants one attempt, frees what it blocked, and keeps what is finished', async () => {
    const journal = await failedRun();
    const asked = new OwnedRun({ tasks: chain, journal, idle: true });
    expect(await asked.ask(retry('a'))).toBe('applied');
    expect(asked.task('a')).toMatchObject({ status: 'pending', granted: 1 });
    expect(asked.task('c')).toMatchObject({ status: 'pending', blockedBy: null });
    expect(asked.lane('default')).toMatchObject({ status: 'active', failure: null });
    const second = new OwnedRun({ tasks: chain, journal, script: failing('b') });
    expect(await second.orchestrator.run()).toBe('completed_with_failures');
    expect(second.told('started')).toEqual(['started a 1', 'started a 2', 'started b 1']);
    const third = new OwnedRun({ tasks: chain, journal, script: failing('b') });
    const end = third.orchestrator.run();
    expect(await third.ask(retry('b'))).toBe('applied');
    expect(await end).toBe('completed_with_failures');
    expect(third.told('started').slice(3)).toEqual(['started b 2']);
    expect(third.events('task_retrying')).toMatchObject([
      { attempt: 1, of: 2 },
      { attempt: 1, of: 2 },
    ]);
  });

  test('what is changed reaches the next attempt and all later ones, and their tables', async () => {
    const seen: unknown[] = [];
    const script: TaskScript = {
      wait(it) {
        const { primaryAgent, description } = it.task;
        seen.push([
          it.attempt,
          primaryAgent.framework,
          primaryAgent.model,
          description,
          it.note,
          it.earlierAttempts.length,
        ]);
        if (it.attempt === 1) throw new TypeError('bug');
        return it.attempt < 4 ? failedSignal(it, 'no') : doneSignal(it);
      },
    };
    const setup = { tasks: [{ id: 'a', description: 'old' }], script, limits: { maxTaskAttempts: 2 } };
    const first = new OwnedRun(setup);
    expect(await first.orchestrator.run()).toBe('fatal_internal_error');
    const change = { note: 'look', instructions: 'new', framework: 'codex', model: 'big' };
    const asked = new OwnedRun({ ...setup, journal: first.journal, idle: true });
    expect(await asked.ask(retry('a', change))).toBe('applied');
    const second = new OwnedRun({ ...setup, journal: first.journal });
    expect(await second.orchestrator.run()).toBe('completed_with_failures');
    const third = new OwnedRun({ ...setup, journal: first.journal });
    const end = third.orchestrator.run();
    await third.ask(retry('a', { model: 'small', fresh: true }));
    expect(await end).toBe('succeeded');
    expect(seen).toEqual([
      [1, 'command', null, 'old', null, 0],
      [2, 'codex', 'big', 'new', 'look', 1],
      [3, 'codex', 'big', 'new', 'look', 2],
      [4, 'command', 'small', 'old', null, 0],
    ]);
  });

  test('keeps the work of the last attempt, and not of an earlier one', async () => {
    const kept: unknown[] = [];
    const script: TaskScript = {
      prepare: (it) => {
        kept.push(it.keptWork);
        it.report({ kind: 'task_work_saved', ref: `refs/${it.attempt}`, commit: `c${it.attempt}` });
      },
      wait: (it) => (it.attempt < 3 ? failedSignal(it, 'no') : doneSignal(it)),
    };
    const first = new OwnedRun({ tasks: [{ id: 'a' }], script });
    await first.orchestrator.run();
    const second = new OwnedRun({
      tasks: [{ id: 'a' }],
      script,
      journal: first.journal,
      limits: { maxTaskAttempts: 2 },
    });
    const end = second.orchestrator.run();
    await end;
    expect(kept).toEqual([null, null]);
    const third = new OwnedRun({ tasks: [{ id: 'a' }], script, journal: first.journal });
    const last = third.orchestrator.run();
    await third.ask(retry('a', { keep_work: true }));
    expect(await last).toBe('succeeded');
    expect(kept[2]).toEqual({ attempt: 2, saved: [{ ref: 'refs/2', commit: 'c2' }], onBranch: false, session: null });
  });

  test('of a running task calls it off first, and its old agent is torn down before the new one starts', async () => {
    const { underWay, script } = workers();
    const run = new OwnedRun({ tasks: chain, script });
    const end = run.orchestrator.run();
    await quiet();
    expect(await run.ask(retry('a', { note: 'n' }))).toBe('applied');
    await quiet();
    expect(run.told('started', 'cancelled', 'torn_down', 'retrying', 'failed')).toEqual([
      'started a 1',
      'cancelled a 1',
      'torn_down a 1',
      'retrying a 1',
      'started a 2',
    ]);
    expect(run.events('task_cancelled')).toMatchObject([{ by: 'person' }]);
    for (const id of ['a', 'b', 'c']) {
      await quiet();
      underWay.end(id);
    }
    expect(await end).toBe('succeeded');
  });

  test('of a running task that nobody runs ends the agent here, and leaves the next attempt to the next owner', async () => {
    const { underWay, script } = workers();
    const first = new OwnedRun({ tasks: chain, script });
    const left = first.orchestrator.run();
    await quiet();
    first.orchestrator.detach();
    expect(await left).toBeNull();
    const asked = new OwnedRun({ tasks: chain, script, journal: first.journal, idle: true });
    expect(await asked.ask(retry('a'))).toBe('applied');
    expect(asked.told('adopted', 'cancelled', 'torn_down', 'retrying')).toEqual([
      'adopted a 1',
      'cancelled a 1',
      'torn_down a 1',
      'retrying a 1',
    ]);
    expect(underWay.names()).toEqual([]);
    const second = new OwnedRun({ tasks: chain, journal: first.journal });
    expect(await second.orchestrator.run()).toBe('succeeded');
    expect(second.told('started')[1]).toBe('started a 2');
  });

  test('while a failed attempt is torn down: it is tried again once, after the teardown', async () => {
    const underWay = new UnderWay();
    const script: TaskScript = {
      wait: (it) => (it.attempt === 1 ? failedSignal(it, 'no') : doneSignal(it)),
      teardown: (it) => underWay.begin(`teardown ${it.attempt}`, new AbortController().signal),
    };
    const run = new OwnedRun({ tasks: [{ id: 'a' }], script });
    const end = run.orchestrator.run();
    await quiet();
    const answer = run.ask(retry('a', { note: 'n' }));
    await quiet();
    underWay.end('teardown 1');
    expect(await answer).toBe('applied');
    await quiet();
    underWay.end('teardown 2');
    expect(await end).toBe('succeeded');
    expect(run.told('started', 'torn_down', 'retrying').filter((each) => !each.startsWith('ret'))).toEqual([
      'started a 1',
      'torn_down a 1',
      'started a 2',
      'torn_down a 2',
    ]);
    expect(run.events('task_retrying')).toMatchObject([{ change: { note: 'n' } }]);
  });

  test.each<[string, string, string]>([
    ['a task that has succeeded', 'done', 'task_succeeded'],
    ['a blocked task', 'behind', 'task_blocked'],
    ['an unknown task', 'x', 'unknown_task'],
  ])('of %s is refused', async (_, id, code) => {
    const tasks = [{ id: 'done' }, { id: 'a', deps: ['done'] }, { id: 'behind', deps: ['a'] }];
    const journal = await failedRun(tasks);
    const asked = new OwnedRun({ tasks, journal, idle: true });
    const before = journal.lines.length;
    expect(await asked.ask(retry(id))).toBe(code);
    expect(journal.lines).toHaveLength(before + 1);
  });

  test('of a pending task is refused', async () => {
    const run = new OwnedRun({ tasks: chain });
    expect(await run.ask(retry('a', { note: 'n' }))).toBe('task_pending');
  });

  test('with a framework that nobody has is refused before anything is reset', async () => {
    const { underWay, script } = workers();
    const launcher = { launch: async (it: TaskRuntime) => scriptedAgent(script, it) };
    const tables = { launcher: new StepDispatch('launcher', { entries: { 'command/tmux': () => launcher } }) };
    const run = new OwnedRun({ tasks: [{ id: 'a' }], script, tables });
    const end = run.orchestrator.run();
    await quiet();
    expect(await run.ask(retry('a', { framework: 'nonesuch' }))).toBe('unknown_framework');
    expect(underWay.names()).toEqual(['a']);
    underWay.end('a');
    expect(await end).toBe('succeeded');
    expect(run.events('task_retrying', 'task_cancelled')).toEqual([]);
  });

  test('with another framework: its caps count, and those of the old one no more', async () => {
    const tasks = [
      { id: 'a', framework: 'codex' },
      { id: 'b', framework: 'aider' },
      { id: 'c', framework: 'codex' },
    ];
    const workstreams = [{ id: 'default', parallel: true }];
    const limits = { maxConcurrency: 3, caps: { codex: 1, aider: 1 } };
    const { underWay, script } = workers();
    const run = new OwnedRun({ tasks, workstreams, limits, script });
    const end = run.orchestrator.run();
    await quiet();
    expect(underWay.names()).toEqual(['a', 'b']);
    expect(await run.ask(retry('a', { framework: 'aider' }))).toBe('applied');
    await quiet();
    expect(underWay.names()).toEqual(['b', 'c']);
    underWay.end('b');
    await quiet();
    expect(underWay.names()).toEqual(['c', 'a']);
    underWay.end('a');
    underWay.end('c');
    expect(await end).toBe('succeeded');
  });

  test('asked for in the moment in which another attempt fails loses neither', async () => {
    const tasks = [{ id: 'a' }, { id: 'b' }, { id: 'c', deps: ['b'] }];
    const workstreams = [{ id: 'default', parallel: true }];
    const limits = { maxConcurrency: 3, maxTaskAttempts: 2 };
    for (let delay = 0; delay < 40; delay++) {
      const { underWay, script } = workers((id, attempt) => id === 'a' && attempt === 1);
      const run = new OwnedRun({ tasks, workstreams, limits, script });
      const end = run.orchestrator.run();
      await quiet();
      underWay.end('a');
      for (let tick = 0; tick < delay; tick++) await null;
      const answer = run.ask(retry('b'));
      await quiet();
      expect(await answer).toBe('applied');
      await endAll(underWay);
      expect(await end).toBe('succeeded');
      expect(run.told('started').sort()).toEqual([
        'started a 1',
        'started a 2',
        'started b 1',
        'started b 2',
        'started c 1',
      ]);
    }
  });

  test('of one of two failed roots frees only what waits for that one', async () => {
    const tasks = [{ id: 'a' }, { id: 'x' }, { id: 'both', deps: ['a', 'x'] }, { id: 'own', deps: ['a'] }];
    const workstreams = [{ id: 'default', parallel: true }];
    const first = new OwnedRun({ tasks, workstreams, script: failing('a', 'x') });
    await first.orchestrator.run();
    const second = new OwnedRun({ tasks, workstreams, journal: first.journal });
    const end = second.orchestrator.run();
    expect(await second.ask(retry('a'))).toBe('applied');
    expect(await end).toBe('completed_with_failures');
    expect(second.task('both')).toMatchObject({ status: 'blocked', blockedBy: { task: 'x' } });
    expect(second.task('own').status).toBe('pr_merged');
    expect(second.lane('default')).toMatchObject({ status: 'failed', failure: { root: { task: 'x' } } });
    const third = new OwnedRun({ tasks, workstreams, journal: first.journal });
    const last = third.orchestrator.run();
    expect(await third.ask(retry('x'))).toBe('applied');
    expect(await last).toBe('succeeded');
    expect(third.task('both').status).toBe('pr_merged');
  });
});

describe('cancel of a task', () => {
  test('that is pending blocks what waits for it, for every owner, until it is retried', async () => {
    const { underWay, script } = workers();
    const first = new OwnedRun({ tasks: chain, script });
    const end = first.orchestrator.run();
    await quiet();
    expect(await first.ask(cancel('b'))).toBe('applied');
    expect(first.task('b')).toMatchObject({ status: 'cancelled', calledOff: true, attempts: [] });
    expect(first.task('c')).toMatchObject({ status: 'blocked', blockedBy: { task: 'b' } });
    underWay.end('a');
    expect(await end).toBe('completed_with_failures');
    const second = new OwnedRun({ tasks: chain, journal: first.journal });
    expect(await second.orchestrator.run()).toBe('completed_with_failures');
    expect(second.told('started')).toEqual(['started a 1']);
    const third = new OwnedRun({ tasks: chain, journal: first.journal });
    const last = third.orchestrator.run();
    expect(await third.ask(retry('b'))).toBe('applied');
    expect(await last).toBe('succeeded');
    expect(third.told('started')).toEqual(['started a 1', 'started b 1', 'started c 1']);
  });

  test('that runs stops its agent, burns no attempt, and is not tried again by itself', async () => {
    const { underWay, script } = workers();
    const limits = { maxTaskAttempts: 3 };
    const run = new OwnedRun({ tasks: chain, script, limits });
    const end = run.orchestrator.run();
    await quiet();
    expect(await run.ask(cancel('a'))).toBe('applied');
    expect(underWay.names()).toEqual([]);
    expect(await end).toBe('completed_with_failures');
    expect(run.told('cancelled', 'torn_down', 'retrying')).toEqual(['cancelled a 1', 'torn_down a 1']);
    expect(run.task('b')).toMatchObject({ status: 'blocked', blockedBy: { task: 'a' } });
    const next = new OwnedRun({ tasks: chain, journal: run.journal, limits });
    expect(await next.orchestrator.run()).toBe('completed_with_failures');
    expect(next.told('started')).toEqual(['started a 1']);
    const asked = new OwnedRun({ tasks: chain, journal: run.journal, limits, idle: true });
    expect(await asked.ask(retry('a'))).toBe('applied');
    expect(asked.events('task_retrying')).toMatchObject([{ attempt: 1, of: 5 }]);
  });

  test('twice is done once; of one that has ended or is blocked it is refused', async () => {
    const journal = await failedRun([...chain, { id: 'd' }]);
    const asked = new OwnedRun({ tasks: [...chain, { id: 'd' }], journal, idle: true });
    expect(await asked.ask(cancel('a'))).toBe('not_running');
    expect(await asked.ask(cancel('b'))).toBe('not_running');
    expect(await asked.ask(cancel('d'))).toBe('not_running');
    await asked.ask(retry('a'));
    expect(await asked.ask(cancel('a'))).toBe('applied');
    expect(await asked.ask(cancel('a'))).toBe('applied');
    expect(asked.told('cancelled')).toEqual(['cancelled a 1']);
  });

  test('whose lane is being made ready: it does not start, and what waits for it is blocked', async () => {
    const underWay = new UnderWay();
    const lanes = { prepare: (lane: { signal: AbortSignal }) => underWay.begin('prepare', lane.signal) };
    const run = new OwnedRun({ tasks: chain, lanes });
    const end = run.orchestrator.run();
    await quiet();
    expect(await run.ask(cancel('a'))).toBe('applied');
    underWay.end('prepare');
    expect(await end).toBe('completed_with_failures');
    expect(run.told('started')).toEqual([]);
    expect(run.task('c')).toMatchObject({ status: 'blocked', blockedBy: { task: 'a' } });
    expect(run.lane('default')).toMatchObject({ status: 'failed', failure: { root: { task: 'a' } } });
  });

  test('whose lane is being made ready, and its retry: it starts after all, once', async () => {
    const underWay = new UnderWay();
    const lanes = { prepare: (lane: { signal: AbortSignal }) => underWay.begin('prepare', lane.signal) };
    const run = new OwnedRun({ tasks: chain, lanes });
    const end = run.orchestrator.run();
    await quiet();
    expect(await run.ask(cancel('a'))).toBe('applied');
    expect(await run.ask(retry('a'))).toBe('applied');
    underWay.end('prepare');
    expect(await end).toBe('succeeded');
    expect(run.told('started')).toEqual(['started a 1', 'started b 1', 'started c 1']);
  });
});

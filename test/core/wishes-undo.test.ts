import { expect, test } from 'vitest';
import { WorkspaceError } from '../../src/core/errors.ts';
import type { Wish } from '../../src/core/requests.ts';
import { NO_CHANGE } from '../../src/core/retry-change.ts';
import type { UndoneTeardown } from '../../src/core/steps.ts';
import type { KeptWork, TaskRuntime } from '../../src/core/task-runtime.ts';
import { doneSignal, failedSignal, noPrSignal, quiet, type TaskScript } from '../support/core.ts';
import { endAll, OwnedRun, type OwnedRunSetup, workers } from '../support/owned-run.ts';

const undo: Wish = { action: 'undo_teardown', task: 'a' };
const teardown: Wish = { action: 'teardown', task: 'a' };
const retry = (keep = false): Wish => ({ action: 'retry', task: 'a', change: { ...NO_CHANGE, keep_work: keep } });
const tasks = [{ id: 'a' }];
const BACK: UndoneTeardown = { branch: 'agentrelay/graph/a', commit: 'kept', worktree: '/repo/a' };

/** Its agent fails, and its teardown keeps a commit and what was not committed. */
const failing: TaskScript = {
  wait: (it) => failedSignal(it, 'no'),
  teardown(it) {
    it.report({ kind: 'task_work_saved', ref: 'refs/agentrelay/backup/1/1', commit: 'files' });
    it.report({ kind: 'task_work_saved', ref: `refs/agentrelay/attempts/1/a/${it.attempt}`, commit: 'kept' });
  },
  undo: () => BACK,
};

async function failedRun(setup: Partial<OwnedRunSetup> = {}) {
  const run = new OwnedRun({ tasks, script: failing, ...setup });
  expect(await run.orchestrator.run()).toBe('completed_with_failures');
  return run.journal;
}

test('brings back what the last attempt left, told with what it is; then it can be torn down again', async () => {
  const journal = await failedRun();
  const seen: TaskRuntime[] = [];
  const torn: number[] = [];
  const script: TaskScript = {
    undo(it) {
      seen.push(it);
      return BACK;
    },
    teardown: (it) => void torn.push(it.attempt),
  };
  const asked = new OwnedRun({ tasks, journal, script, idle: true });
  expect(await asked.ask(undo)).toBe('applied');
  expect(asked.events('task_teardown_undone')).toMatchObject([{ task: 'a', attempt: 1, ...BACK, request: 1 }]);
  expect(asked.task('a').attempts[0]).toMatchObject({ tornDown: false, broughtBack: 'worktree', savedBefore: 2 });
  expect(seen[0]?.resumed).toMatchObject({ savedBefore: 0, saved: [{ commit: 'files' }, { commit: 'kept' }] });
  expect(await asked.ask(undo)).toBe('not_torn_down');
  expect(await asked.ask(teardown)).toBe('applied');
  expect(asked.task('a').attempts[0]).toMatchObject({ tornDown: true, broughtBack: null });
  expect(await asked.ask(undo)).toBe('applied');
  expect(torn).toEqual([1]);
});

test('in a run that goes on, while others work', async () => {
  const { underWay, script: work } = workers((id) => id === 'a');
  const script: TaskScript = { ...work, undo: () => ({ ...BACK, worktree: null }) };
  const both = [{ id: 'a' }, { id: 'b' }];
  const run = new OwnedRun({
    tasks: both,
    script,
    workstreams: [{ id: 'default', parallel: true }],
    limits: { maxConcurrency: 2 },
  });
  const end = run.orchestrator.run();
  await quiet();
  expect(await run.ask(undo)).toBe('task_running');
  underWay.end('a');
  await quiet();
  expect(await run.ask(undo)).toBe('applied');
  expect(run.task('a').attempts[0]?.broughtBack).toBe('branch');
  await endAll(underWay);
  expect(await end).toBe('completed_with_failures');
});

test('what was brought back stays for the next owner, until somebody tears it down', async () => {
  const journal = await failedRun({ tasks: [{ id: 'a' }, { id: 'b', deps: ['a'] }] });
  const two = { tasks: [{ id: 'a' }, { id: 'b', deps: ['a'] }], journal };
  expect(await new OwnedRun({ ...two, script: failing, idle: true }).ask(undo)).toBe('applied');
  const next = new OwnedRun({ ...two, script: failing });
  expect(await next.orchestrator.run()).toBe('completed_with_failures');
  expect(next.task('a').attempts[0]).toMatchObject({ tornDown: false, broughtBack: 'worktree' });
  expect(next.told('torn_down', 'adopted')).toEqual(['torn_down a 1']);
});

test.each<[string, string | null, KeptWork]>([
  [
    'a worktree: its work is there, and not where it was kept',
    '/repo/a',
    { attempt: 1, saved: [], onBranch: true, session: null },
  ],
  [
    'a branch alone: it may have moved, and the rest is where it was kept',
    null,
    {
      attempt: 1,
      saved: [
        { ref: 'refs/agentrelay/backup/1/1', commit: 'files' },
        { ref: 'refs/agentrelay/attempts/1/a/1', commit: 'kept' },
      ],
      onBranch: true,
      session: null,
    },
  ],
])('a retry goes on from %s', async (_, worktree, kept) => {
  const journal = await failedRun();
  const asked = new OwnedRun({ tasks, journal, script: { undo: () => ({ ...BACK, worktree }) }, idle: true });
  expect(await asked.ask(undo)).toBe('applied');
  expect(await asked.ask(retry(true))).toBe('applied');
  expect(await asked.ask(undo)).toBe('task_pending');
  const seen: (KeptWork | null)[] = [];
  const wait: TaskScript['wait'] = (it) => {
    seen.push(it.keptWork);
    return doneSignal(it);
  };
  const next = new OwnedRun({ tasks, journal, script: { wait } });
  expect(await next.orchestrator.run()).toBe('succeeded');
  expect(seen).toEqual([kept]);
});

test('was done by an owner that could not say so any more: it is not done again', async () => {
  const journal = await failedRun();
  await new OwnedRun({ tasks, journal, script: failing, idle: true }).ask(undo);
  journal.lines.splice(journal.kinds().indexOf('request_applied'));
  let count = 0;
  const script: TaskScript = {
    undo() {
      count++;
      return BACK;
    },
  };
  const next = new OwnedRun({ tasks, journal, script, idle: true });
  expect(await next.ask(undo)).toBe('applied');
  expect(count).toBe(0);
});

test('is refused with the reason of the step, and changes nothing', async () => {
  const journal = await failedRun();
  const script: TaskScript = {
    undo() {
      throw new WorkspaceError('branch_exists', 'there is one again');
    },
  };
  const asked = new OwnedRun({ tasks, journal, script, idle: true });
  expect(await asked.ask(undo)).toBe('branch_exists');
  expect(asked.events('request_refused')).toMatchObject([{ message: 'there is one again' }]);
  expect(asked.task('a').attempts[0]).toMatchObject({ tornDown: true, broughtBack: null });
  const bare = new OwnedRun({ tasks, journal, idle: true });
  expect(await bare.ask(undo)).toBe('no_undo');
});

test('of what was never started, left by the teardown mode, or merged is refused', async () => {
  const never = new OwnedRun({ tasks, script: failing, idle: true });
  expect(await never.ask(undo)).toBe('never_started');
  expect(await never.ask({ ...undo, task: 'x' })).toBe('unknown_task');
  const journal = await failedRun({ limits: { teardownMode: 'never' } });
  expect(await new OwnedRun({ tasks, journal, idle: true }).ask(undo)).toBe('not_torn_down');
  const merged = new OwnedRun({ tasks });
  await merged.orchestrator.run();
  expect(await new OwnedRun({ tasks, journal: merged.journal, idle: true }).ask(undo)).toBe('task_merged');
});

test('of a task that had nothing to merge brings it back, too', async () => {
  const script: TaskScript = { wait: (it) => noPrSignal(it), undo: () => BACK };
  const run = new OwnedRun({ tasks, script });
  expect(await run.orchestrator.run()).toBe('succeeded');
  expect(await new OwnedRun({ tasks, journal: run.journal, script, idle: true }).ask(undo)).toBe('applied');
});

test('of an attempt that is not torn down is no event that can be', async () => {
  const journal = await failedRun({ limits: { teardownMode: 'never' } });
  const log = journal.open();
  const undone = { kind: 'task_teardown_undone', task: 'a', attempt: 1, ...BACK } as const;
  expect(() => log.append(undone)).toThrow(expect.objectContaining({ code: 'illegal_transition' }));
});

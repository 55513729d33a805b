import { appendFileSync, readFileSync, truncateSync } from 'node:fs';
import { test as base, describe, expect, onTestFinished } from 'vitest';
import type { Io } from '../../src/commands/io.ts';
import { type ResetOptions, reset } from '../../src/commands/reset.ts';
import type { RollbackOptions } from '../../src/commands/rollback-place.ts';
import { undo } from '../../src/commands/undo.ts';
import type { RunEvent } from '../../src/core/events.ts';
import { RunStore } from '../../src/steps/run-store.ts';
import { tryLock } from '../../src/steps/tools/lock-file.ts';
import { temporaryFolder } from '../support/git-repository.ts';
import { makeGraph } from '../support/graphs.ts';
import { FakeRun } from '../support/rollback/fake-run.ts';
import { takeSnapshot } from '../support/rollback/snapshot.ts';

class Stopped {
  readonly run: FakeRun;
  readonly store: RunStore;
  #written = 0;

  constructor() {
    const graph = makeGraph({ tasks: [{ id: 'a' }, { id: 'b', deps: ['a'] }, { id: 'c', deps: ['b'] }] });
    this.run = new FakeRun(temporaryFolder(), graph);
    onTestFinished(() => this.run.close());
    this.store = new RunStore(this.run.root, graph.name);
    this.store.create(1, { graph_digest: 'd', base_commits: {}, settings: {} as never, graphText: '' });
  }

  /** What the run has done since is on disk. */
  record(): this {
    appendFileSync(this.store.journalFile(1), this.run.journal.lines.slice(this.#written).join(''));
    this.#written = this.run.journal.lines.length;
    return this;
  }

  events(): readonly RunEvent[] {
    return this.store.journal(1).events;
  }

  async ask<O extends RollbackOptions>(command: (options: O, io: Io) => Promise<number>, options: Partial<O>) {
    const [out, err]: [string[], string[]] = [[], []];
    const io: Io = { out: (line) => void out.push(line), err: (line) => void err.push(line), colour: false };
    const defaults: RollbackOptions = {
      graph: null,
      targetRepo: this.run.root,
      run: null,
      yes: false,
      dryRun: false,
      json: false,
      tmuxSocket: null,
      confirm: null,
    };
    return { code: await command({ ...defaults, ...options } as O, io), out, err };
  }

  reset(options: Partial<ResetOptions>) {
    return this.ask<ResetOptions>(reset, { scope: 'task', subject: 'b', ...options });
  }
}

const test = base.extend<{ stopped: Stopped }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads what a fixture needs from this pattern
  stopped: async ({}, use) => {
    const stopped = new Stopped();
    for (const id of ['a', 'b']) await stopped.run.execute(id, 'merged');
    await stopped.run.execute('c', 'left');
    await use(stopped.record());
  },
});

describe('reset', () => {
  test('prints the plan as a table, does it, and undo prints and does the way back', async ({ stopped }) => {
    const { run } = stopped;
    const before = takeSnapshot(run.root);
    const [tip, first] = ['', '^'].map((at) => run.commit(`${run.laneBranch('default')}${at}`).slice(0, 8));
    const work = run.commit('agentrelay/graph/c').slice(0, 8);
    const done = await stopped.reset({ yes: true });
    expect(done.err).toEqual([]);
    expect(done.out).toEqual([
      'reset of task b, graph graph, run 1: 2 tasks in 1 lane',
      '',
      'task  lane     status  becomes  why',
      'b     default  merged  pending  named',
      'c     default  failed  pending  depends on b',
      '',
      'lane     status  becomes  why',
      `default  active  active   goes on at ${first}`,
      '',
      'branch                       from      to',
      `agentrelay/graph/ws/default  ${tip}  ${first}`,
      `agentrelay/graph/c           ${work}  deleted`,
      '',
      'worktree                  now                                           becomes',
      `.worktrees/graph/default  on agentrelay/graph/c, with uncommitted work  detached at ${first}`,
      '',
      'All that goes is kept under refs/agentrelay/backup/1/, and agentrelay undo brings it back.',
      'reset 1 is done; 4 backup refs made',
    ]);
    expect(done.code).toBe(0);
    expect(
      stopped
        .events()
        .slice(-2)
        .map(({ kind }) => kind),
    ).toEqual(['run_reset', 'reset_applied']);
    const undone = await stopped.ask(undo, { yes: true });
    expect(undone).toMatchObject({ code: 0, err: [] });
    expect(undone.out.slice(0, 2)).toEqual([
      'undo of reset 1, of task b, graph graph, run 1',
      'tasks that are again what they were: b, c',
    ]);
    expect(undone.out.at(-1)).toBe('reset 1, of task b, is undone');
    expect(takeSnapshot(run.root)).toEqual(before);
    expect(await stopped.ask(undo, { yes: true })).toMatchObject({
      code: 2,
      err: ['agentrelay: run 1 of graph has no reset to undo', '  → agentrelay events shows what was done'],
    });
  });

  test('does nothing without a yes', async ({ stopped }) => {
    const before = [takeSnapshot(stopped.run.root), stopped.events().length];
    const asked: string[] = [];
    const confirm = async (question: string) => {
      asked.push(question);
      return false;
    };
    expect(await stopped.reset({})).toMatchObject({
      code: 2,
      err: [expect.anything(), '  → the same command with --yes does it'],
    });
    expect(await stopped.reset({ confirm })).toMatchObject({ code: 0, err: ['agentrelay: nothing was changed'] });
    expect(asked).toEqual(['Go on?']);
    expect(await stopped.reset({ dryRun: true, yes: true })).toMatchObject({ code: 0, err: [] });
    const json = await stopped.reset({ json: true });
    expect(JSON.parse(json.out.join(''))).toMatchObject({ plan: { tasks: ['b', 'c'], scope: 'task', subject: 'b' } });
    expect([takeSnapshot(stopped.run.root), stopped.events().length]).toEqual(before);
    expect(await stopped.reset({ confirm: async () => true })).toMatchObject({ code: 0, err: [] });
    expect(stopped.events().at(-1)?.kind).toBe('reset_applied');
  });

  test('as JSON, with what is kept, in one piece', async ({ stopped }) => {
    const { out, code } = await stopped.reset({ json: true, yes: true });
    expect(code).toBe(0);
    expect(JSON.parse(out.join(''))).toMatchObject({ reset: 1, backups: { length: 4 }, plan: { tasks: ['b', 'c'] } });
    const undone = await stopped.ask(undo, { json: true, yes: true });
    expect(JSON.parse(undone.out.join(''))).toMatchObject({ undo: { reset: 1 } });
  });

  test('says when there is nothing to take back', async ({ stopped }) => {
    await stopped.reset({ scope: 'run', subject: null, yes: true });
    expect(await stopped.reset({ scope: 'run', subject: null })).toEqual({
      code: 0,
      out: ['reset of the whole run: there is nothing to take back'],
      err: [],
    });
    expect((await stopped.reset({ json: true })).out).toEqual(['{"plan":null}']);
  });

  test('tells what is wrong with a name', async ({ stopped }) => {
    const fails = async (options: Partial<ResetOptions>, message: string, hint: string) =>
      await expect(stopped.reset(options)).rejects.toMatchObject({ name: 'UserError', message, hint });
    await fails({ subject: 'x' }, 'run 1 of graph has no task x', 'there are: a, b, c');
    await fails(
      { scope: 'workstream', subject: 'defalt' },
      'run 1 of graph has no lane defalt',
      'did you mean default?',
    );
    await fails(
      { scope: 'after', subject: 'c' },
      'task c has not succeeded, so nothing came after it',
      'agentrelay reset-task c takes back what it has left',
    );
    await fails({ run: 2 }, 'graph graph has no run 2', 'there are: 1');
  });

  test('refuses with every reason, and what to do about each', async ({ stopped }) => {
    const { run } = stopped;
    const branch = run.laneBranch('default');
    const mine = run.run('commit-tree', `${branch}^{tree}`, '-p', branch, '-m', 'by hand');
    run.run('update-ref', `refs/heads/${branch}`, mine);
    run.run('worktree', 'add', '-q', `${run.root}/../mine`, branch);
    const { code, err } = await stopped.reset({ yes: true });
    expect(code).toBe(2);
    expect(err.join('\n')).toContain(
      `${branch} holds 1 commit that no task of this run has made:\n    ${mine.slice(0, 8)} by hand`,
    );
    expect(err.join('\n')).toContain(`git branch keep-${mine.slice(0, 8)} ${mine} keeps them`);
    expect(err.join('\n')).toContain(`branch ${branch} is checked out in`);
    const json = await stopped.reset({ yes: true, json: true });
    expect(JSON.parse(json.out.join('')).refused).toHaveLength(2);
    expect(stopped.events().some(({ kind }) => kind === 'run_reset')).toBe(false);
  });

  test('offers the revert of a lane that was merged', async () => {
    const stopped = new Stopped();
    await stopped.run.execute('a', 'merged');
    const merge = await stopped.run.mergeLane('default');
    expect(await stopped.record().reset({ subject: 'a', yes: true })).toEqual({
      code: 2,
      out: [],
      err: [
        'agentrelay: lane default is merged into main, which is never rewritten',
        `  → git checkout main && git revert -m 1 ${merge}\n    then agentrelay run GRAPH --new-run does it anew`,
      ],
    });
  });
});

describe('the run', () => {
  test('is held while it is rolled back, and one with a live owner is left alone', async ({ stopped }) => {
    const lock = tryLock(stopped.store.lockFile);
    if (lock.kind !== 'held') throw new Error('the lock is taken');
    await expect(stopped.reset({ yes: true })).rejects.toMatchObject({
      message: expect.stringContaining(`graph graph is being run by process ${process.pid}`),
      hint: expect.stringContaining(`kill -TERM ${process.pid}`),
    });
    lock.lock.release();
    const held: string[] = [];
    const confirm = async () => {
      held.push(tryLock(stopped.store.lockFile).kind);
      return false;
    };
    await stopped.reset({ confirm });
    expect(held).toEqual(['taken']);
    expect(tryLock(stopped.store.lockFile).kind).toBe('held');
  });

  test('with tasks that run refuses, naming them', async () => {
    const stopped = new Stopped();
    await stopped.run.execute('a', 'merged');
    stopped.run.log.append({ kind: 'task_started', task: 'b', attempt: 1, token_hash: 'h' });
    expect(await stopped.record().reset({ subject: 'a', yes: true })).toMatchObject({
      code: 2,
      err: [
        'agentrelay: b is still running',
        '  → agentrelay cancel b -G graph calls it off; agentrelay run GRAPH, as it was started before, goes on with it',
      ],
    });
  });

  test('that has a later one is put away', async ({ stopped }) => {
    stopped.store.create(2, { graph_digest: 'd', base_commits: {}, settings: {} as never, graphText: '' });
    await expect(stopped.reset({ run: 1 })).rejects.toMatchObject({ hint: 'the last one is run 2' });
    await expect(stopped.reset({})).rejects.toMatchObject({ message: 'run 2 of graph graph has not begun yet' });
  });

  test('whose rollback was cut short has it done first', async ({ stopped }) => {
    const { run } = stopped;
    const before = run.commit(run.laneBranch('default'));
    await stopped.reset({ yes: true });
    const lines = stopped.store.journal(1);
    const file = stopped.store.journalFile(1);
    const text = readFileSync(file, 'utf8').trimEnd();
    truncateSync(file, text.lastIndexOf('\n') + 1);
    run.run('update-ref', `refs/heads/${run.laneBranch('default')}`, before);
    const { err, code } = await stopped.ask(undo, { dryRun: true });
    expect(err).toEqual(['agentrelay: reset 1 was cut short, and is done now']);
    expect(code).toBe(0);
    expect(run.commit(run.laneBranch('default'))).not.toBe(before);
    expect(stopped.events().map(({ kind }) => kind)).toEqual(lines.events.map(({ kind }) => kind));
  });
});

test('branches that move while a person thinks end it', async ({ stopped }) => {
  const { run } = stopped;
  const confirm = async () => {
    run.run('branch', '-f', 'agentrelay/graph/b', 'main');
    return true;
  };
  const { code, err } = await stopped.reset({ confirm });
  expect({ code, err: err[0] }).toEqual({
    code: 2,
    err: 'agentrelay: the branches or worktrees have changed since this plan was made; nothing was reset',
  });
  expect(stopped.events().some(({ kind }) => kind === 'run_reset')).toBe(false);
});

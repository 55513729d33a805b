import { expect, test } from 'vitest';
import { Attempts } from '../../src/core/attempts.ts';
import type { Fact } from '../../src/core/events.ts';
import { DEFAULT_SETTINGS, type GraphTask } from '../../src/core/graph/graph.ts';
import { NO_CHANGE } from '../../src/core/retry-change.ts';
import { StandardTaskRunner } from '../../src/core/task-runner.ts';
import type { AbortCause, TaskRuntime } from '../../src/core/task-runtime.ts';
import type { WorkstreamRuntime } from '../../src/core/workstream.ts';
import { Journal, namedToken, quiet, scriptedTables, startLog, type TaskScript, UnderWay } from '../support/core.ts';
import { makeGraph } from '../support/graphs.ts';
import { workers } from '../support/owned-run.ts';

const graph = makeGraph({ tasks: [{ id: 'up' }, { id: 'a', deps: ['up'], description: 'old' }] });
const task = graph.taskById.get('a') as GraphTask;
const prepared = (of: { task: string; attempt: number }): Fact => ({
  ...of,
  kind: 'task_prepared',
  branch: 'b',
  base_commit: 'base',
  worktree: '/w',
  signal_dir: `/signals/${of.task}/${of.attempt}`,
});

function setup(script: TaskScript, ...facts: Fact[]) {
  const log = startLog(graph, new Journal());
  for (const fact of facts) log.append(fact);
  const abort = new AbortController();
  const seen: TaskRuntime[] = [];
  const watched: TaskScript = {
    ...script,
    prepare: (it) => void seen.push(it),
    adopt: (it) => void seen.push(it),
  };
  const attempts = new Attempts({
    graph,
    settings: DEFAULT_SETTINGS,
    log,
    taskRunner: new StandardTaskRunner(scriptedTables(watched)),
    tokenOf: namedToken,
    signal: abort.signal,
  });
  const lane: WorkstreamRuntime = {
    workstream: graph.workstreams[0] as WorkstreamRuntime['workstream'],
    run: 1,
    signal: abort.signal,
    state: { integrationBranch: 'ws', baseCommit: 'base', tip: null, worktreePath: '/lane' },
  };
  return { attempts, lane, log, seen, abort };
}

const failed = (attempt: number): Fact[] => [
  { kind: 'task_started', task: 'a', attempt, token_hash: 'h' },
  prepared({ task: 'a', attempt }),
  { kind: 'task_work_saved', task: 'a', attempt, ref: `refs/${attempt}`, commit: `c${attempt}` },
  { kind: 'task_failed', task: 'a', attempt, code: 'c', error: `e${attempt}`, failure_class: null },
];

test('an attempt begins with all that is known of its lane, of earlier ones and of what it depends on', async () => {
  const up = { task: 'up', attempt: 1 };
  const { attempts, lane, seen } = setup(
    {},
    { ...up, kind: 'task_started', token_hash: 'h' },
    prepared(up),
    ...failed(1),
    { kind: 'task_retrying', task: 'a', attempt: 1, of: 2 },
  );
  const result = await attempts.start(task, lane);
  expect(result.status).toBe('pr_merged');
  expect(seen).toMatchObject([
    {
      run: 1,
      attempt: 2,
      token: 'token-a-2',
      tokenHash: 'hash-a-2',
      earlierAttempts: [{ number: 1, error: 'e1', signalDir: '/signals/a/1' }],
      dependencies: [{ id: 'up' }],
      note: null,
      keptWork: null,
      resumed: null,
      state: { integrationBranch: 'ws', workstreamWorktreePath: '/lane' },
    },
  ]);
  expect(seen[0]?.signalDirOf('up')).toBe('/signals/up/1');
  expect(seen[0]?.signalDirOf('a')).toBe('/repo/signals/a/attempt-2');
  expect(seen[0]?.signalDirOf('nobody')).toBeNull();
});

test('one that was asked for begins with what was asked', async () => {
  const change = { ...NO_CHANGE, note: 'n', instructions: 'new', framework: 'codex', keep_work: true, fresh: true };
  const { attempts, lane, seen } = setup({}, ...failed(1), {
    kind: 'task_retrying',
    task: 'a',
    attempt: 1,
    of: 2,
    change,
  });
  await attempts.start(task, lane);
  expect(seen).toMatchObject([
    {
      task: { description: 'new', primaryAgent: { framework: 'codex' } },
      note: 'n',
      keptWork: { attempt: 1, saved: [{ ref: 'refs/1', commit: 'c1' }] },
      earlierAttempts: [],
    },
  ]);
});

test.each([
  ['the same program goes on in its session', {}, 'session-1'],
  ['another program begins anew', { framework: 'codex' }, null],
  ['one that is to know nothing begins anew', { fresh: true }, null],
] as const)('where work is kept, %s', async (_, wanted, session) => {
  const change = { ...NO_CHANGE, keep_work: true, ...wanted };
  const [started, ...rest] = failed(1);
  const { attempts, lane, seen } = setup(
    {},
    started as Fact,
    { kind: 'task_session', task: 'a', attempt: 1, session: 'session-1', transcript: null },
    ...rest,
    { kind: 'task_retrying', task: 'a', attempt: 1, of: 2, change },
  );
  await attempts.start(task, lane);
  expect(seen).toMatchObject([{ keptWork: { session } }]);
});

test('work is kept only where there was an attempt', async () => {
  const off: Fact = { kind: 'task_cancelled', task: 'a', attempt: 0, by: 'person' };
  const change = { ...NO_CHANGE, keep_work: true };
  const { attempts, lane, seen } = setup({}, off, { kind: 'task_retrying', task: 'a', attempt: 0, of: 1, change });
  await attempts.start(task, lane);
  expect(seen).toMatchObject([{ attempt: 1, keptWork: null }]);
});

test('an adopted one is the last one as the record has it, with its own token', async () => {
  const { attempts, lane, seen, log } = setup(
    {},
    ...failed(1),
    { kind: 'task_retrying', task: 'a', attempt: 1, of: 2 },
    { kind: 'task_started', task: 'a', attempt: 2, token_hash: 'h' },
    prepared({ task: 'a', attempt: 2 }),
  );
  const live = await attempts.adopt(task, lane);
  expect(attempts.live('a')).toBeNull();
  expect(seen).toEqual([live.runtime]);
  expect(live.runtime).toMatchObject({
    attempt: 2,
    token: 'token-a-2',
    status: 'running',
    resumed: log.state.tasks.get('a')?.attempts[1],
    earlierAttempts: [{ number: 1 }],
    keptWork: null,
  });
  const end = attempts.goOn(live);
  expect(attempts.live('a')).toBe(live);
  expect((await end).status).toBe('pr_merged');
  expect(attempts.live('a')).toBeNull();
});

test.each<[string, AbortCause, string]>([
  ['that is called off', 'call_off', 'person'],
  ['of a run that is called off', 'cancel', 'run'],
])('one %s ends, and the record says by whom', async (_, cause, by) => {
  const { script } = workers();
  const { attempts, lane, log, abort } = setup(script);
  const cancelled: unknown[] = [];
  log.subscribe((event) => {
    if (event.kind === 'task_cancelled') cancelled.push(event.by);
  });
  const end = attempts.start(task, lane);
  await quiet();
  if (cause === 'call_off') attempts.live('a')?.callOff();
  else abort.abort(cause);
  expect((await end).status).toBe('cancelled');
  expect(cancelled).toEqual([by]);
});

test('one that is only torn down is under way too, and its end can be waited for', async () => {
  const underWay = new UnderWay();
  const never = new AbortController().signal;
  const { attempts, lane } = setup({ teardown: () => underWay.begin('teardown', never) }, ...failed(1));
  let over = false;
  await attempts.over('a');
  const old = attempts.goOn(await attempts.adopt(task, lane));
  const waited = attempts.over('a').then(() => {
    over = true;
  });
  await quiet();
  expect(attempts.live('a')?.runtime.attempt).toBe(1);
  expect(over).toBe(false);
  underWay.end('teardown');
  await old;
  await waited;
  expect(attempts.live('a')).toBeNull();
});

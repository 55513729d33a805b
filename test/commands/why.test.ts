import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { why } from '../../src/commands/why.ts';
import type { Fact } from '../../src/core/events.ts';
import { attemptDirectory } from '../../src/core/names.ts';
import { ownIdentity } from '../../src/steps/tools/process-identity.ts';
import { temporaryFolder } from '../support/git-repository.ts';
import { RecordedRuns } from '../support/recorded-runs.ts';

const b = { task: 'b', attempt: 1 };

function begun(signalDir: string): Fact[] {
  return [
    { ...b, kind: 'task_started', token_hash: 'h' },
    {
      ...b,
      kind: 'task_prepared',
      branch: 'agentrelay/shop/b',
      base_commit: 'c',
      worktree: 'w',
      signal_dir: signalDir,
    },
    { ...b, kind: 'task_launched', agent: 'place:7' },
  ];
}

function failed(code: string, error: string): Fact[] {
  return [
    { ...b, kind: 'task_failed', code, error, failure_class: null },
    { kind: 'task_blocked', task: 'a', root: { task: 'b' } },
  ];
}

test('a task that nobody starts says so, and so does one that waits for it', async () => {
  const runs = new RecordedRuns();
  runs.record('shop', 1, []);
  expect(await runs.ask(why, { task: 'a' })).toEqual({
    code: 0,
    out: [
      'a waits for b, which has not started',
      '  b could start, but nobody runs its graph',
      '  → agentrelay run GRAPH, as it was started before, goes on with shop',
    ],
    err: ['agentrelay: nobody runs shop now'],
  });
});

test('of an attempt that runs: the step, the time and the agent', async () => {
  const runs = new RecordedRuns();
  const { store } = runs.record('shop', 1, begun('/none'));
  writeFileSync(store.lockFile, JSON.stringify(ownIdentity()));
  const { out, err } = await runs.ask(why, { task: 'b' });
  expect(out[0]).toMatch(/^b is running: attempt 1, step kickoff, for \d+:\d\d\.\d, agent at place:7$/);
  expect(out[1]).toBe('1 unfinished task waits for it');
  expect(err).toEqual([]);
});

test('a blocked task shows the error at its root, and the end of what that agent showed', async () => {
  const runs = new RecordedRuns();
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'agent.log'), `${'early\n'.repeat(50)}I cannot \u001b[31mdo\u0007 it\n`);
  runs.record('shop', 1, [...begun(folder), ...failed('agent_failed', 'no\nway')]);
  const { out } = await runs.ask(why, { task: 'a' });
  expect(out.slice(0, 3)).toEqual([
    'a is blocked by b',
    '  b failed in attempt 1: agent_failed: no way',
    `  the end of ${join(folder, 'agent.log')}:`,
  ]);
  expect(out.slice(-2)).toEqual(['    I cannot do it', `  → agentrelay retry b -t ${runs.repository.root}`]);
  expect(out).toHaveLength(3 + 12 + 1);
});

test('of a failed gate the output of the gate is shown', async () => {
  const runs = new RecordedRuns();
  const folder = temporaryFolder();
  const output = join(folder, 'gate_last_output.txt');
  writeFileSync(output, 'not ok 3');
  writeFileSync(join(folder, 'agent.log'), 'all done\n');
  const gate: Fact = { ...b, kind: 'task_gate_failed', round: 5, of: 5, exit_code: 1, output };
  runs.record('shop', 1, [...begun(folder), gate, ...failed('gate_failed', 'e')]);
  expect((await runs.ask(why, { task: 'b' })).out).toContain('    not ok 3');
});

test('where the agent was not started, what was run before it is shown', async () => {
  const runs = new RecordedRuns();
  const { store } = runs.record('shop', 1, [...begun('/none').slice(0, 1), ...failed('setup_failed', 'e')]);
  const folder = join(store.runDirectory(1), attemptDirectory('b', 1));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'setup.log'), 'no such package\n');
  expect((await runs.ask(why, { task: 'b' })).out).toContain('    no such package');
});

test('a failure without a log is told without one', async () => {
  const runs = new RecordedRuns();
  const folder = join(temporaryFolder(), 'gone');
  runs.record('shop', 1, [...begun(folder), ...failed('agent_lost', 'e')]);
  expect((await runs.ask(why, { task: 'b' })).out).toEqual([
    'b failed in attempt 1: agent_lost: e',
    `  → agentrelay retry b -t ${runs.repository.root}`,
    '1 unfinished task waits for it',
  ]);
  mkdirSync(folder);
  writeFileSync(join(folder, 'agent.raw.log'), 'half a line');
  expect((await runs.ask(why, { task: 'b' })).out).toContain('    half a line');
});

test('gives the same as JSON on one line', async () => {
  const runs = new RecordedRuns();
  runs.record('shop', 1, [...begun('/none'), ...failed('agent_lost', 'e')]);
  const { out, code, err } = await runs.ask(why, { task: 'a', json: true });
  expect({ code, lines: out.length, err }).toEqual({ code: 0, lines: 1, err: [] });
  expect(JSON.parse(out[0] ?? '')).toEqual({
    graph: 'shop',
    run: 1,
    owner: null,
    task: 'a',
    status: 'blocked',
    reason: { kind: 'blocked', root: { task: 'b' } },
    chain: [{ subject: { task: 'b' }, reason: { kind: 'failed', attempt: 1, code: 'agent_lost', error: 'e' } }],
    root: { task: 'b' },
    waiting: 0,
  });
});

test('names a task that is meant, and the graphs where it cannot choose', async () => {
  const runs = new RecordedRuns();
  runs.record('shop', 1, []);
  await expect(runs.ask(why, { task: 'bb' })).rejects.toMatchObject({ name: 'UserError', hint: 'did you mean b?' });
  runs.record('cart', 1, []);
  await expect(runs.ask(why, { task: 'b' })).rejects.toMatchObject({ hint: expect.stringContaining('shop') });
  expect((await runs.ask(why, { task: 'b', graph: 'cart' })).code).toBe(0);
});

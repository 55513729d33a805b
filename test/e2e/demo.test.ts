import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EventKind, FactOf, RunEvent } from '../../src/core/events.ts';
import { replay } from '../../src/core/reduce.ts';
import { eventsIn, type Finished, startProgram } from '../support/run-fixture.ts';

const PROGRAM = process.env.AGENTRELAY_TEST_BIN ?? resolve(import.meta.dirname, '../../bin/agentrelay');

/** A home whose git settings would break the demo if they reached it. */
const HOSTILE_GIT = `[user]
  useConfigOnly = true
[commit]
  gpgSign = true
[core]
  hooksPath = /nowhere
[init]
  defaultBranch = trunk
  templateDir = /nowhere
[merge]
  ff = only
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-demo-'));
  for (const name of ['home', 'tmux', 'tmp', 'empty']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'home/.gitconfig'), HOSTILE_GIT);
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/** As on a build server: no terminal, no identity, no UTF-8, and inside a tmux that is not ours. */
function environment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    TMUX_TMPDIR: join(folder, 'tmux'),
    TMUX: '/nowhere/default,1,0',
    LANG: 'C',
    CI: 'true',
    NO_COLOR: '1',
    GIT_DIR: join(folder, 'empty'),
  };
}

const start = (...args: string[]) => startProgram(['demo', ...args], { cwd: folder, env: environment() });

/** The folder that a demo says it is in, below a temporary folder whose own path may hold links. */
function placeOf(stdout: string): string {
  const place = /^ {2}where {2}(\S+)$/m.exec(stdout)?.[1];
  if (place === undefined) throw new Error(`the demo does not say where it is:\n${stdout}`);
  return place;
}

/** Names of all sockets of tmux; one is there as long as its server. */
function tmuxSockets(): string[] {
  return readdirSync(join(folder, 'tmux'), { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('/'));
}

describe('agentrelay demo', () => {
  let demo: Finished;
  let place: string;
  let events: RunEvent[];
  let milliseconds: number;

  beforeAll(async () => {
    const began = performance.now();
    demo = await start().ended;
    milliseconds = performance.now() - began;
    place = placeOf(demo.stdout);
    events = eventsIn(readFileSync(join(place, 'shop/.workflow/shop/runs/1/events.jsonl'), 'utf8'));
  }, 60_000);

  const git = (...args: string[]) => {
    const env = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
    return execFileSync('git', args, { cwd: join(place, 'shop'), env, encoding: 'utf8' }).trim();
  };
  const isIn = (commit: string, branch: string) => git('branch', '--contains', commit, '--list', branch) !== '';
  const ofKind = <K extends EventKind>(kind: K) =>
    events.filter((event) => event.kind === kind) as unknown as (FactOf<K> & { seq: number })[];
  const only = <K extends EventKind>(kind: K, id: string) => {
    const found = ofKind(kind).filter((event) => Object.values(event).includes(id));
    expect(found, `${kind} of ${id}`).toHaveLength(1);
    return found[0] as FactOf<K> & { seq: number };
  };
  const signals = (path: string) => join(place, 'shop/.workflow/shop/runs/1/signals', path);
  const read = (path: string) => readFileSync(signals(path), 'utf8');

  test('succeeds in less than 20 seconds, without colours and without a complaint', () => {
    expect(demo).toMatchObject({ code: 0, stderr: '' });
    expect(demo.stdout).not.toContain('\u001b');
    expect(milliseconds).toBeLessThan(20_000);
    const state = replay(events);
    expect(state.outcome).toBe('succeeded');
    expect(state.tasks.size).toBeGreaterThanOrEqual(8);
    expect(state.workstreams.size).toBe(3);
  });

  test('no line is wider than 120 cells but those with a path', () => {
    const wide = demo.stdout.split('\n').filter((line) => line.length > 120 && !line.includes(place));
    expect(wide).toEqual([]);
  });

  test('a gate failed, went back to the agent in its terminal, and passed on the second try', () => {
    expect(only('task_gate_failed', 'cart-code')).toMatchObject({ attempt: 1, round: 1, exit_code: 1 });
    expect(only('task_sent_back', 'cart-code')).toMatchObject({ cause: 'gate', result: 'submitted' });
    const passed = only('task_gate_passed', 'cart-code');
    expect(passed).toMatchObject({ attempt: 1, round: 2 });
    // The commit that failed is the one that was signalled first; the one that passed was made on top of it.
    const first = /@([0-9a-f]{40})$/m.exec(read('cart-code/attempt-1/.done.1'))?.[1] ?? '';
    expect(read('cart-code/attempt-1/.done')).toContain(passed.commit);
    expect(git('rev-parse', `${passed.commit}^`)).toBe(first);
    expect(isIn(passed.commit, 'main')).toBe(true);
    const screen = read('cart-code/attempt-1/agent.log');
    expect(screen).toMatch(/^agentrelay: the completion gate exited with 1 \(round 1 of 3\)/m);
    expect(screen).toContain('not ok 3 - the same item becomes one line');
  });

  test('a task failed with its own reason, and its second attempt, which knew the reason, was merged', () => {
    const failed = only('task_failed', 'shipping');
    expect(failed).toMatchObject({ attempt: 1, code: 'agent_failed', failure_class: null });
    expect(failed.error).toContain('start again in whole cents');
    expect(read('shipping/attempt-1/.failed')).toContain(failed.error);
    expect(read('shipping/attempt-2/context.md')).toContain(failed.error);
    expect(only('task_succeeded', 'shipping')).toMatchObject({ attempt: 2, status: 'pr_merged' });
    const kept = git('rev-parse', 'refs/agentrelay/attempts/1/shipping/1');
    expect(git('show', `${kept}:src/shipping.js`)).toContain('0.1 + 0.2');
    expect(isIn(kept, 'agentrelay/shop/ws/rules')).toBe(false);
    expect(git('show', 'agentrelay/shop/ws/rules:src/shipping.js')).toContain('PER_KILOGRAM');
  });

  test('the tasks of the parallel lane were at work at once, each in a worktree of its own', () => {
    const lane = ['coupons', 'shipping', 'tax'];
    const worktrees = ofKind('task_prepared').filter(({ task }) => lane.includes(task));
    expect(new Set(worktrees.map(({ worktree }) => worktree)).size).toBe(3);
    const live = new Set<string>();
    let most = 0;
    for (const event of events) {
      if (event.kind === 'task_waiting') live.add(event.task);
      if (event.kind === 'task_signalled') live.delete(event.task);
      most = Math.max(most, lane.filter((task) => live.has(task)).length);
    }
    expect(most).toBeGreaterThanOrEqual(2);
  });

  test('a concern holds back the merge of its lane, and the command that is named merges it', () => {
    expect(only('task_concerned', 'tax')).toMatchObject({ source: 'agent' });
    expect(read('tax/attempt-1/concerns.log')).toContain('nobody has confirmed');
    const held = only('workstream_held', 'rules');
    expect(held.reason).toBe('concerns');
    expect(ofKind('workstream_merged').map(({ workstream }) => workstream)).toEqual(['cart', 'bill']);
    for (const task of ['coupons', 'shipping', 'tax']) {
      const { commit } = only('task_succeeded', task);
      expect(isIn(commit ?? '', 'agentrelay/shop/ws/rules')).toBe(true);
      expect(isIn(commit ?? '', 'main')).toBe(false);
    }
    expect(demo.stdout).toContain(held.merge_command);
    const clone = join(folder, 'merged');
    git('clone', '--quiet', '--no-hardlinks', '.', clone);
    const mine = (command: string) =>
      execFileSync('sh', ['-c', command], { cwd: clone, encoding: 'utf8', stdio: 'pipe' });
    mine('git branch agentrelay/shop/ws/rules origin/agentrelay/shop/ws/rules');
    mine('git config user.name me && git config user.email me@example.com');
    mine(held.merge_command);
    expect(runTests(clone)).toMatch(/^# pass 13\n# fail 0$/m);
  });

  test('a task waited for a lane that another of its dependencies is in, and has that work on its branch', () => {
    const merged = only('workstream_merged', 'cart');
    expect(merged).toMatchObject({ by: 'agentrelay' });
    expect(only('task_succeeded', 'bill-spec').seq).toBeLessThan(merged.seq);
    expect(only('task_started', 'bill-code').seq).toBeGreaterThan(merged.seq);
    const { base_commit: base } = only('task_prepared', 'bill-code');
    expect(git('merge-base', base, merged.commit)).toBe(merged.commit);
    expect(git('show', `${base}:src/cart.js`)).toContain('class Cart');
  });

  test('main is what git log --graph shows: both merged lanes, every task of theirs, and tests that pass', () => {
    const subjects = git('log', '--format=%s', 'main').split('\n');
    for (const task of ['cart-spec', 'cart-tests', 'cart-code', 'bill-spec', 'bill-code']) {
      expect(subjects.filter((subject) => subject.startsWith(`Merge task ${task}: `))).toHaveLength(1);
    }
    expect(git('log', '--first-parent', '--format=%s', 'main').split('\n')).toEqual([
      'Merge workstream bill into main',
      'Merge workstream cart into main',
      'Start the shop',
    ]);
    const graph = git('log', '--graph', '--oneline', '--decorate', '--branches=agentrelay', 'main');
    const shown = demo.stdout.split('\n').map((line) => line.replace(/^ {2}/, '').trimEnd());
    for (const line of graph.split('\n')) expect(shown).toContain(line.trimEnd());
    expect(runTests(join(place, 'shop'))).toMatch(/^# pass 7\n# fail 0$/m);
  });

  test('the review had nothing to merge', () => {
    expect(read('bill-review/attempt-1/.done').split('\n')[1]).toBe('NO_PR');
    expect(only('task_succeeded', 'bill-review')).toMatchObject({ status: 'completed' });
  });

  test('agents declared their files and wrote summaries', () => {
    expect(JSON.parse(read('cart-spec/attempt-1/outputs.json'))).toMatchObject([
      { path: 'docs/cart.md', action: 'created', category: 'spec' },
    ]);
    expect(read('cart-tests/attempt-1/instructions.md')).toContain('docs/cart.md');
    expect(read('bill-review/attempt-1/summary.md')).toContain('Nothing to change.');
    for (const { outline, attempts } of replay(events).tasks.values()) {
      for (const { number } of attempts) {
        const log = read(`${outline.id}/attempt-${number}/agent.log`);
        expect(log).toContain(`* task ${outline.id}, attempt ${number}, on agentrelay/shop/${outline.id}\n`);
      }
    }
  });

  test('nothing is left but what was told: lanes, one kept attempt, no task branch, no worktree, no tmux', () => {
    expect(git('for-each-ref', '--format=%(refname)').split('\n')).toEqual([
      'refs/agentrelay/attempts/1/shipping/1',
      'refs/heads/agentrelay/shop/ws/bill',
      'refs/heads/agentrelay/shop/ws/cart',
      'refs/heads/agentrelay/shop/ws/rules',
      'refs/heads/main',
    ]);
    expect(git('worktree', 'list').split('\n')).toHaveLength(1);
    expect(readdirSync(join(place, 'shop/.worktrees/shop'))).toEqual([]);
    expect(git('status', '--porcelain')).toBe('');
    expect(existsSync(join(place, 'shop/.workflow/shop/owner.lock'))).toBe(false);
    expect(tmuxSockets()).toEqual([]);
  });

  test('every command that it names works', () => {
    const [, look = ''] = demo.stdout.split('How to look\n');
    const commands = look.split('\n').flatMap((line) => /^ {2}(\S.*?)(?: +# .*)?$/.exec(line)?.[1] ?? []);
    expect(commands.length).toBeGreaterThan(8);
    expect(commands.at(-1)).toBe(`rm -rf ${place}`);
    const script = ['set -e', 'alias git="git --no-pager"', ...commands.slice(0, -1)].join('\n');
    const { status, stdout, stderr } = spawnSync('sh', ['-c', script], {
      env: { PATH: process.env.PATH },
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('succeeded: 9 of 9 tasks');
    expect(stdout).toContain('# Task `cart-code` of `shop`, attempt 1');
  });
});

function runTests(cwd: string): string {
  return execFileSync(process.execPath, ['--test', '--test-reporter=tap'], { cwd, encoding: 'utf8', env: {} })
    .split('\n')
    .filter((line) => /^# (pass|fail) /.test(line))
    .join('\n');
}

test('Ctrl-C twice cancels it, leaves no tmux behind, and names the command that goes on with it', async () => {
  const live = start();
  await live.line((line) => /cart-spec +working/.test(line));
  live.interrupt();
  await live.line((line) => line.includes('stopping        interrupted'));
  live.interrupt();
  const { code, stdout, stderr } = await live.ended;
  expect(code).toBe(130);
  expect(tmuxSockets()).toEqual([]);
  expect(stderr).toContain(`cd ${placeOf(stdout)} && ./agentrelay run graph.yaml -t shop -L `);
});

test('a reader that leaves ends it, and no tmux stays behind', () => {
  const argv = ['-c', '"$0" "$1" demo | head -n 3', process.execPath, PROGRAM];
  const { stdout, stderr } = spawnSync('sh', argv, { cwd: folder, env: environment(), encoding: 'utf8' });
  const place = placeOf(stdout);
  expect(stderr).toContain('the demo was interrupted');
  expect(tmuxSockets()).toEqual([]);
  const state = replay(eventsIn(readFileSync(join(place, 'shop/.workflow/shop/runs/1/events.jsonl'), 'utf8')));
  expect(state).toMatchObject({ stopping: 'detached', outcome: null });
});

test.each(['git', 'tmux'])('without %s it says what to install, and makes nothing', async (missing) => {
  const bin = join(folder, `without-${missing}`);
  mkdirSync(bin);
  for (const program of ['git', 'tmux'].filter((name) => name !== missing)) {
    symlinkSync(execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim(), join(bin, program));
  }
  const tmp = join(folder, `tmp-${missing}`);
  mkdirSync(tmp);
  const env = { ...environment(), PATH: [bin, '/nowhere'].join(delimiter), TMPDIR: tmp };
  const { code, stdout, stderr } = await startProgram(['demo'], { cwd: folder, env }).ended;
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`agentrelay: ${missing} is not installed`);
  expect(stderr).toContain(`apt-get install ${missing}`);
  expect(readdirSync(tmp).filter((name) => name.includes('agentrelay'))).toEqual([]);
});

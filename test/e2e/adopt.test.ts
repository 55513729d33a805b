import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EventKind, FactOf, RunEvent } from '../../src/core/events.ts';
import { appears, type Live, makeProject, PROGRAM, type Project, SOCKET } from '../support/run-fixture.ts';

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => {
  project.tmux('-L', 'person', 'kill-server');
  project.remove();
});

const GOOD = 'commit $AGENTRELAY_TASK.txt done; agentrelay-complete';
/** Works until the test says so, by a file beside the repository. */
const HELD = `wait_for "$HOME/go"; ${GOOD}`;
const COUNTED = 'echo "$AGENTRELAY_TASK $AGENTRELAY_ATTEMPT" >>"$HOME/launches"';

const task = (id: string, script: string, more: object = {}) => ({
  id,
  primary_agent: { framework: 'command', command: project.agent(id, `${COUNTED}\n${script}`) },
  ...more,
});
const graphOf = (...tasks: object[]) =>
  project.graph({ name: 'g', workstreams: [{ id: 'default', auto_merge: true }], tasks });
const start = (graph: string, ...flags: string[]) => project.start('run', graph, '-L', SOCKET, '--json', ...flags);
const run = (graph: string, ...flags: string[]) => project.run('run', graph, '-L', SOCKET, ...flags);
const go = () => project.write('go', '');
const signals = (id: string, attempt = 1) => join(project.repo, '.workflow/g/runs/1/signals', id, `attempt-${attempt}`);
const launches = () => readFileSync(join(project.folder, 'launches'), 'utf8').trim().split('\n').toSorted();

async function kill(live: Live): Promise<void> {
  live.kill('SIGKILL');
  expect(await live.ended).toMatchObject({ code: null });
}

function of<K extends EventKind>(kind: K, id?: string): FactOf<K>[] {
  const fits = (event: RunEvent) => event.kind === kind && (id === undefined || ('task' in event && event.task === id));
  return project.journal('g').filter(fits) as never;
}

const waitsFor = (live: Live, ...ids: string[]) =>
  Promise.all(ids.map((id) => live.event('task_waiting', (event) => event.task === id)));
/** What becomes of an agent whose owner was killed: its script, what is found of it, and its end. */
interface Case {
  readonly script: string;
  readonly task?: object;
  readonly found: FactOf<'task_adopted'>['found'];
  readonly line: RegExp;
  readonly ends: string | { readonly code: string; readonly error: RegExp };
}

const KILLED = 'wait_for "$HOME/killed"';
const WORK = 'commit $AGENTRELAY_TASK.txt work; pr=$(here)';
const CASES: Record<string, Case> = {
  waits: { script: HELD, found: 'alive', line: /adopted {9}agentrelay:%\d+, goes on with wait$/, ends: 'pr_merged' },
  gated: {
    script: `${GOOD}; exec sleep 1000`,
    task: { completion_gate: 'until [ -e "$HOME/go" ]; do sleep 0.02; done; echo x >>"$HOME/gated"' },
    found: 'alive',
    line: /adopted .* goes on with gate$/,
    ends: 'pr_merged',
  },
  signals: {
    script: `${KILLED}; ${GOOD}; exec sleep 1000`,
    found: 'alive',
    line: /adopted .* goes on with wait$/,
    ends: 'pr_merged',
  },
  signals_and_ends: {
    script: `${KILLED}; ${GOOD}`,
    found: 'ended',
    line: /ended .*what it left counts$/,
    ends: 'pr_merged',
  },
  gives_up: {
    script: `${KILLED}; agentrelay-failed --reason 'the spec is wrong'`,
    found: 'ended',
    line: /ended/,
    ends: { code: 'agent_failed', error: /^the spec is wrong$/ },
  },
  ends: {
    script: `${KILLED}; echo last words; exit 7`,
    found: 'ended',
    line: /ended/,
    ends: { code: 'agent_exited', error: /exited with 7 and without a signal; its last lines: .*last words/ },
  },
  pane_closed: {
    script: 'exec sleep 1000',
    found: 'lost',
    line: /lost .*without a trace$/,
    ends: { code: 'agent_lost', error: /gone, without a signal and without an exit code/ },
  },
  no_worktree: {
    script: `${WORK}; wait_for "$HOME/go"; signal done "$pr"; exec sleep 1000`,
    found: 'alive',
    line: /adopted/,
    ends: { code: 'wrong_branch', error: /its worktree is on no branch/ },
  },
  no_branch: {
    script: `${WORK}; wait_for "$HOME/go"; signal done "$pr"; exec sleep 1000`,
    found: 'alive',
    line: /adopted/,
    ends: { code: 'branch_missing', error: /is gone/ },
  },
};

test('agents whose owner is killed are found by the next one, each once, and all that they did counts', async () => {
  const ids = Object.keys(CASES);
  const graph = project.graph({
    name: 'g',
    max_concurrency: ids.length,
    workstreams: ids.map((id) => ({ id })),
    tasks: Object.entries(CASES).map(([id, one]) => task(id, one.script, { workstream_id: id, ...one.task })),
  });
  const first = start(graph);
  await waitsFor(first, ...ids);
  await first.event('task_gate_started');
  await Promise.all(
    ['no_worktree', 'no_branch'].map((id) => appears(join(project.repo, `.worktrees/g/${id}/${id}.txt`))),
  );
  await kill(first);

  project.write('killed', '');
  for (const id of ['signals', 'signals_and_ends']) await appears(join(signals(id), '.done'));
  for (const id of ['signals_and_ends', 'gives_up', 'ends']) await appears(join(signals(id), 'exit_code'));
  const panes = project.tmux('list-panes', '-a', '-F', '#{pane_id} #{@agentrelay}') ?? '';
  project.tmux('kill-pane', '-t', /^(%\d+) g\/1\/pane_closed\//m.exec(panes)?.[1] ?? '');
  const commits = Object.fromEntries(
    ['no_worktree', 'no_branch'].map((id) => [id, project.git('rev-parse', `agentrelay/g/${id}`)]),
  );
  rmSync(join(project.repo, '.worktrees/g/no_worktree'), { recursive: true });
  project.git('update-ref', '-d', 'refs/heads/agentrelay/g/no_branch');

  const second = project.start('run', graph, '-L', SOCKET);
  const lines = ids.map((id) =>
    second.line((line) => new RegExp(`^\\S+ +${id} `).test(line) && CASES[id]?.line.test(line) === true),
  );
  await Promise.all(lines);
  go();
  expect(await second.ended).toMatchObject({ code: 1, stderr: '' });

  for (const [id, one] of Object.entries(CASES)) {
    expect(of('task_adopted', id)).toMatchObject([{ found: one.found, attempt: 1 }]);
    const end =
      typeof one.ends === 'string'
        ? { status: one.ends }
        : { ...one.ends, error: expect.stringMatching(one.ends.error) };
    expect([...of('task_succeeded', id), ...of('task_failed', id)]).toMatchObject([end]);
    expect(of('task_torn_down', id)).toHaveLength(1);
  }
  expect(launches()).toEqual(ids.map((id) => `${id} 1`).toSorted());
  expect(of('task_gate_started', 'gated')).toMatchObject([{ round: 1 }, { round: 1 }]);
  expect(of('task_signalled', 'gated')).toHaveLength(1);
  expect(project.git('rev-parse', 'refs/agentrelay/attempts/1/no_worktree/1')).toBe(commits.no_worktree);
  expect(project.git('for-each-ref', '--contains', commits.no_branch ?? '', 'refs/agentrelay')).not.toBe('');
  expect(project.git('for-each-ref', '--format=%(refname:short)', 'refs/heads').split('\n')).toEqual([
    ...ids.map((id) => `agentrelay/g/ws/${id}`).toSorted(),
    'main',
  ]);
  expect(project.tmux('list-panes', '-a')).toBeNull();
});

test('a tmux server that went with the owner, as in a reboot, costs no attempt', async () => {
  const graph = graphOf(
    task('a', `${GOOD}; [ "$AGENTRELAY_ATTEMPT" = 2 ] || exec sleep 1000`, {
      completion_gate: 'until [ -e "$HOME/go" ]; do sleep 0.02; done',
    }),
    task('b', `[ "$AGENTRELAY_ATTEMPT" = 2 ] || { echo half >half.txt; exec sleep 1000; }; ${GOOD}`, {
      workstream_id: 'other',
    }),
  );
  const text = JSON.parse(readFileSync(graph, 'utf8'));
  const workstreams = ['default', 'other'].map((id) => ({ id, auto_merge: true }));
  project.graph({ ...text, workstreams, max_concurrency: 2 });
  const first = start(graph);
  await first.event('task_gate_started');
  await waitsFor(first, 'b');
  await appears(join(project.repo, '.worktrees/g/other/half.txt'));
  await kill(first);
  project.tmux('kill-server');
  go();

  const { code, stdout } = await run(graph);
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/ b +lost +its agent is gone/) });
  expect(of('task_adopted')).toMatchObject([
    { task: 'a', found: 'lost' },
    { task: 'b', found: 'lost' },
  ]);
  // What had been handed over counts without its agent; what had not is done again, and what was there of it is kept.
  expect(launches()).toEqual(['a 1', 'b 1', 'b 2']);
  expect(of('task_failed')).toMatchObject([{ task: 'b', code: 'place_lost' }]);
  const [saved] = of('task_work_saved', 'b');
  expect(project.git('show', `${saved?.ref}:half.txt`)).toBe('half');
  expect(project.git('ls-tree', '--name-only', 'main').split('\n')).toEqual(['README.md', 'a.txt', 'b.txt']);
});

test('an owner that is told to leave, or whose terminal is closed, leaves its agents to the next one', async () => {
  const graph = graphOf(task('a', HELD), task('b', GOOD, { dependencies: ['a'] }));
  const first = start(graph);
  await waitsFor(first, 'a');
  first.kill('SIGTERM');
  expect(await first.ended).toMatchObject({ code: 130, stderr: '' });
  const lock = join(project.repo, '.workflow/g/owner.lock');
  expect(existsSync(lock)).toBe(false);

  const command = [process.execPath, PROGRAM, 'run', graph, '-L', SOCKET, '-t', project.repo].join(' ');
  project.tmux('-L', 'person', 'new-session', '-d', '-s', 'desk', command);
  await appears(lock);
  await expect.poll(() => of('task_adopted').length, { timeout: 20_000, interval: 20 }).toBe(1);
  project.tmux('-L', 'person', 'kill-session', '-t', 'desk');
  await expect.poll(() => existsSync(lock), { timeout: 20_000, interval: 20 }).toBe(false);
  go();

  expect(await run(graph)).toMatchObject({ code: 0, stderr: '' });
  expect(of('task_adopted')).toMatchObject([{ found: 'alive' }, { found: expect.stringMatching(/alive|ended/) }]);
  expect(of('run_stopping')).toMatchObject([
    { reason: 'detached', running: ['a'] },
    { reason: 'detached', running: ['a'] },
  ]);
  expect(launches()).toEqual(['a 1', 'b 1']);
});

describe('what a person deletes between two owners', () => {
  const LANE = 'agentrelay/g/ws/default';

  test('an integration branch comes back where it was last seen, while an agent is at work', async () => {
    const graph = graphOf(task('a', GOOD), task('b', HELD, { dependencies: ['a'] }));
    const first = start(graph);
    await waitsFor(first, 'b');
    await kill(first);
    const tip = project.git('rev-parse', LANE);
    project.git('branch', '-D', LANE);
    const second = start(graph);
    await second.event('task_adopted');
    expect(project.git('rev-parse', LANE)).toBe(tip);
    go();
    expect(await second.ended).toMatchObject({ code: 0, stderr: '' });
    expect(project.git('ls-tree', '--name-only', 'main').split('\n')).toEqual(['README.md', 'a.txt', 'b.txt']);
    expect(launches()).toEqual(['a 1', 'b 1']);
  });

  test('a branch and a worktree are there again when a run with failures is tried again; then it is over', async () => {
    const graph = graphOf(
      task('a', GOOD),
      task('b', `[ "$AGENTRELAY_ATTEMPT" = 2 ]; ${GOOD}`, { dependencies: ['a'] }),
    );
    expect(await run(graph)).toMatchObject({ code: 1 });
    const over = await run(graph);
    expect(over).toMatchObject({
      code: 1,
      stderr: 'agentrelay: run 1 of g is over; agentrelay retry TASK tries a task again, --new-run starts over\n',
    });
    expect(launches()).toEqual(['a 1', 'b 1']);
    project.git('branch', '-D', LANE);
    rmSync(join(project.repo, '.worktrees/g/default'), { recursive: true });

    expect(await run(graph, '-a', '2')).toMatchObject({ code: 0, stderr: '' });
    expect(project.git('ls-tree', '--name-only', 'main').split('\n')).toEqual(['README.md', 'a.txt', 'b.txt']);
    expect(launches()).toEqual(['a 1', 'b 1', 'b 2']);
    const before = project.journal('g');
    expect(await run(graph, '-a', '3')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('succeeded: 2 of 2 tasks'),
      stderr: 'agentrelay: run 1 of g is over; --new-run starts over\n',
    });
    expect(project.journal('g')).toEqual(before);
  });

  test('agents are known, and their signals count, without the key that their tokens were made from', async () => {
    const graph = graphOf(task('a', HELD), task('b', GOOD, { dependencies: ['a'] }));
    const first = start(graph);
    await waitsFor(first, 'a');
    await kill(first);
    rmSync(join(project.repo, '.workflow/g/runs/1/token.key'));
    const second = start(graph, '-a', '2');
    expect(await second.event('task_adopted')).toMatchObject({ found: 'alive' });
    go();
    expect(await second.ended).toMatchObject({ code: 0, stderr: '' });
    expect(launches()).toEqual(['a 1', 'b 1']);
    expect(of('task_signal_ignored')).toEqual([]);
    expect(project.tmux('list-panes', '-a')).toBeNull();
  });
});

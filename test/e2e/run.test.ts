import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/core/events.ts';
import { replay } from '../../src/core/reduce.ts';
import { appears, eventsIn, makeProject, PROGRAM, type Project, SOCKET } from '../support/run-fixture.ts';

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

const ESCAPE = '\u001b';
const GOOD = 'commit $AGENTRELAY_TASK.txt done; agentrelay-complete';
/** Works until the test says so, by a file beside the repository. */
const HELD = `wait_for "$HOME/go"; ${GOOD}`;
const go = () => project.write('go', '');

/** A task whose agent runs this script. */
const task = (id: string, script: string, more: object = {}) => ({
  id,
  primary_agent: { framework: 'command', command: project.agent(id, script) },
  ...more,
});
const merging = { workstreams: [{ id: 'default', auto_merge: true }] };
const run = (graph: string, ...flags: string[]) => project.run('run', graph, '-L', SOCKET, ...flags);
const start = (graph: string, ...flags: string[]) => project.start('run', graph, '-L', SOCKET, '--json', ...flags);
const kinds = (events: readonly RunEvent[]) => events.map((event) => event.kind);
const heads = () => project.git('for-each-ref', '--format=%(refname:short)', 'refs/heads').split('\n');

describe('what is printed', () => {
  test('a line an event and a table, without a colour', async () => {
    const graph = project.graph({ name: 'g', ...merging, tasks: [task('a', GOOD), task('longer', GOOD)] });
    const { code, stdout, stderr } = await run(graph);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain(ESCAPE);
    const [lines = '', table = ''] = stdout.split('\n\ntask ');
    for (const line of lines.split('\n')) expect(line).toMatch(/^\d\d:\d\d\.\d {2}\S.{11} {2}\S/);
    expect(lines).toMatch(/ longer {8}merged {10}[0-9a-f]{8}$/m);
    expect(table).toMatch(/^longer +default +merged +1 +00:\d\d\.\d +/m);
    expect(stdout.trimEnd()).toMatch(/succeeded: 2 of 2 tasks in 00:\d\d\.\d$/);
  });

  test('colours on a terminal, and none under NO_COLOR', async () => {
    const graph = project.graph({ name: 'g', tasks: [task('a', 'agentrelay-complete-no-pr')] });
    const onTerminal = (env: object, ...more: string[]) => {
      const program = ['run', graph, '-L', SOCKET, '-t', project.repo, ...more].map((word) => `'${word}'`).join(' ');
      const node = `${process.execPath} ${PROGRAM}`;
      return execFileSync('env', ['script', '-qec', `${node} ${program}`, '/dev/null'], {
        env: { ...project.env, ...env },
        encoding: 'utf8',
      });
    };
    expect(onTerminal({})).toContain(`${ESCAPE}[32mcompleted`);
    expect(onTerminal({ NO_COLOR: '1' }, '--new-run')).not.toContain(ESCAPE);
  });

  test('--json is the journal, line by line, and the journal replays to the state that is reported', async () => {
    const tasks = [
      task('a', `agentrelay-concern --message 'a doubt'; ${GOOD}`),
      task('b', 'exit 1', { dependencies: ['a'] }),
      task('c', GOOD, { dependencies: ['b'] }),
    ];
    const graph = project.graph({ name: 'g', max_task_attempts: 2, tasks });
    const { code, stdout } = await run(graph, '--json');
    expect(code).toBe(1);
    const journal = readFileSync(join(project.repo, '.workflow/g/runs/1/events.jsonl'), 'utf8');
    expect(stdout).toBe(journal);
    expect(eventsIn(journal).map(({ seq }) => seq)).toEqual(eventsIn(journal).map((_, at) => at + 1));
    const status = JSON.parse((await project.run('status', 'g', '--json')).stdout);
    const state = replay(eventsIn(journal));
    const plain = {
      ...state,
      tasks: Object.fromEntries(state.tasks),
      workstreams: Object.fromEntries(state.workstreams),
    };
    expect(status).toEqual(JSON.parse(JSON.stringify({ ...plain, owner: null })));
    expect(status.tasks).toMatchObject({
      a: { status: 'pr_merged' },
      b: { status: 'failed' },
      c: { status: 'blocked' },
    });
  });
});

describe('a run that waits for a person', () => {
  const lanes = [{ id: 'base' }, { id: 'top', auto_merge: true }];
  const graph = () =>
    project.graph({
      name: 'g',
      workstreams: lanes,
      tasks: [
        task('a', GOOD, { workstream_id: 'base' }),
        task('b', `test -e a.txt; ${GOOD}`, { workstream_id: 'top', dependencies: ['a'] }),
      ],
    });

  test('ends with 4 and says how to merge; the next goes on', async () => {
    const first = await run(graph());
    expect(first.code).toBe(4);
    expect(first.stdout).toMatch(/waiting for person: lanes base/);
    const held = project.journal('g').find((event) => event.kind === 'workstream_held');
    expect(first.stdout).toContain(held?.merge_command);
    execFileSync('sh', ['-c', held?.merge_command ?? 'false'], { cwd: project.repo, env: project.env, stdio: 'pipe' });
    const second = await run(graph());
    expect(second).toMatchObject({ code: 0, stderr: '' });
    expect(second.stdout).toMatch(/merged .*by a person/);
    expect(readdirSync(project.repo)).toEqual(expect.arrayContaining(['a.txt', 'b.txt']));
  });

  test('--wait goes on when the merge is made meanwhile', async () => {
    const live = start(graph(), '--wait', '30s');
    const { merge_command } = await live.event('workstream_held', ({ workstream }) => workstream === 'base');
    execFileSync('sh', ['-c', merge_command], { cwd: project.repo, env: project.env, stdio: 'pipe' });
    expect((await live.ended).code).toBe(0);
    expect(kinds(project.journal('g')).filter((kind) => kind === 'run_finished')).toHaveLength(1);
  });

  test('--wait that runs out ends with 4', async () => {
    expect((await run(graph(), '--wait', '0.3s')).code).toBe(4);
  });
});

describe('a target that is checked out', () => {
  const graph = () =>
    project.graph({ name: 'g', ...merging, tasks: [task('a', 'commit README.md changed; agentrelay-complete')] });

  test('moves with its files where they are clean, whatever else is being edited', async () => {
    writeFileSync(join(project.repo, 'mine.txt'), 'mine\n');
    expect((await run(graph())).code).toBe(0);
    expect(readFileSync(join(project.repo, 'README.md'), 'utf8')).toBe('changed\n');
    expect(project.git('status', '--porcelain')).toBe('?? mine.txt');
  });

  test('is left as it is where they are not, and the lane is held', async () => {
    const before = project.git('rev-parse', 'main');
    writeFileSync(join(project.repo, 'README.md'), 'mine\n');
    const { code, stdout } = await run(graph());
    expect(code).toBe(0);
    expect(stdout).toMatch(/held +checked out dirty.*README\.md.* git merge /);
    expect(project.git('rev-parse', 'main')).toBe(before);
    expect(readFileSync(join(project.repo, 'README.md'), 'utf8')).toBe('mine\n');
  });
});

describe('Ctrl-C', () => {
  const graph = () => project.graph({ name: 'g', ...merging, tasks: [task('a', HELD), task('b', GOOD)] });

  test('once: nothing more starts, what runs ends, and the next run goes on', async () => {
    const live = start(graph());
    await live.event('task_waiting');
    live.interrupt();
    expect(await live.event('run_stopping')).toMatchObject({ reason: 'interrupted', running: ['a'] });
    go();
    const { code, stderr } = await live.ended;
    expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringMatching(/waiting for a\. Ctrl-C again/) });
    expect(replay(project.journal('g')).tasks.get('b')?.status).toBe('pending');
    expect(await run(graph())).toMatchObject({ code: 0, stderr: '' });
    const { tasks } = replay(project.journal('g'));
    expect([...tasks.values()].map(({ status, attempts }) => [status, attempts.length])).toEqual([
      ['pr_merged', 1],
      ['pr_merged', 1],
    ]);
    expect(readdirSync(project.repo)).toEqual(expect.arrayContaining(['a.txt', 'b.txt']));
  });

  test('twice: the agents are stopped, their work is kept, and the next run starts them anew', async () => {
    const live = start(
      project.graph({
        name: 'g',
        ...merging,
        tasks: [task('a', `echo half >half.txt; : >"$HOME/half"; ${HELD}`), task('b', GOOD)],
      }),
    );
    await live.event('task_waiting');
    await appears(join(project.folder, 'half'));
    live.interrupt();
    await live.event('run_stopping');
    live.interrupt();
    expect((await live.ended).code).toBe(130);
    const events = project.journal('g');
    expect(events.at(-1)).toMatchObject({ kind: 'run_finished', outcome: 'cancelled' });
    expect(kinds(events)).toContain('task_cancelled');
    const saved = events.filter((event) => event.kind === 'task_work_saved');
    expect(saved.map(({ ref }) => project.git('show', '--format=', '--name-only', ref))).toEqual(['half.txt']);
    expect(project.tmux('list-panes', '-a')).toBeNull();
    expect(heads()).toEqual(['agentrelay/g/ws/default', 'main']);
    go();
    expect((await run(join(project.folder, 'graph.yaml'))).code).toBe(0);
    expect(project.git('ls-tree', '--name-only', 'main').split('\n')).toEqual([
      'README.md',
      'a.txt',
      'b.txt',
      'half.txt',
    ]);
  });
});

describe('runs beside and after each other', () => {
  test('a second owner is refused and told of the first', async () => {
    const graph = project.graph({ name: 'g', tasks: [task('a', HELD)] });
    const live = start(graph);
    await live.event('task_waiting');
    for (const flags of [[], ['--new-run']]) {
      const second = await run(graph, ...flags);
      expect(second).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(`by process ${live.pid} on `) });
    }
    go();
    expect((await live.ended).code).toBe(0);
  });

  test('a run that is over prints its result, and exits as it did', async () => {
    const graph = project.graph({
      name: 'g',
      tasks: [task('a', GOOD), task('b', 'agentrelay-failed --reason no', { dependencies: ['a'] })],
    });
    expect((await run(graph)).code).toBe(1);
    const before = project.journal('g').length;
    const again = await run(graph);
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/run 1 of g is over; agentrelay retry TASK .*--new-run/),
    });
    expect(again.stdout).toMatch(/b +default +failed/);
    expect(again.stdout).toMatch(/b, attempt 1: no/);
    expect(project.journal('g')).toHaveLength(before);
  });

  test('--new-run starts over, and keeps the branches of the old run', async () => {
    const graph = project.graph({ name: 'g', teardown_mode: 'never', tasks: [task('a', GOOD)] });
    await run(graph);
    const old = project.git('rev-parse', 'agentrelay/g/a', 'agentrelay/g/ws/default');
    expect((await run(graph, '--new-run')).code).toBe(0);
    expect(project.git('rev-parse', 'refs/agentrelay/archive/1/a', 'refs/agentrelay/archive/1/ws/default')).toBe(old);
    expect(replay(project.journal('g', 2))).toMatchObject({ run: 2, outcome: 'succeeded' });
  });
});

test('a defect in a step ends the run with 3, and is told as what it is', async () => {
  const config = project.write(
    'config.mjs',
    "export default { steps: { preparer: { default: () => ({ prepare() { throw new RangeError('no room') } }) } } };",
  );
  const graph = project.graph({ name: 'g', tasks: [task('a', GOOD), task('b', GOOD)] });
  const { code, stdout } = await run(graph, '--config', config);
  expect(code).toBe(3);
  expect(stdout).toMatch(/ a +failed +internal_error: RangeError: no room$/m);
  expect(replay(project.journal('g')).tasks.get('b')?.status).toBe('pending');
});

describe('settings', () => {
  test('-c bounds the agents that are alive at once, and is reached', async () => {
    const tasks = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => task(id, 'sleep 0.2; agentrelay-complete-no-pr'));
    const graph = project.graph({ name: 'g', workstreams: [{ id: 'default', parallel: true }], tasks });
    const { code, stdout } = await run(graph, '-c', '3', '--json');
    expect(code).toBe(0);
    let alive = 0;
    const counts = eventsIn(stdout).map(({ kind }) => {
      if (kind === 'task_launched') alive++;
      if (kind === 'task_torn_down') alive--;
      return alive;
    });
    expect(Math.max(...counts)).toBe(3);
  });

  test('-a retries a task that failed, with a new token, and the old work kept', async () => {
    const flaky = `commit try.txt $AGENTRELAY_ATTEMPT; [ $AGENTRELAY_ATTEMPT -gt 1 ]; agentrelay-complete`;
    const graph = project.graph({ name: 'g', ...merging, tasks: [task('a', flaky)] });
    expect((await run(graph, '-a', '2')).code).toBe(0);
    expect(readFileSync(join(project.repo, 'try.txt'), 'utf8')).toBe('2\n');
    expect(project.git('show', 'refs/agentrelay/attempts/1/a/1:try.txt')).toBe('1');
    const started = project.journal('g').filter((event) => event.kind === 'task_started');
    expect(new Set(started.map(({ token_hash }) => token_hash)).size).toBe(2);
  });

  /** A shared worktree changes hands from one that failed to one that succeeds; panes and branches left at the end. */
  async function leftBy(...flags: string[]): Promise<{ panes: number; branches: string[]; merged: string }> {
    const tasks = [
      task('bad', 'commit bad.txt bad; echo left >left.txt; agentrelay-failed --reason no; sleep 60'),
      task('good', `${GOOD}; sleep 60`),
    ];
    const graph = project.graph({ name: 'g', tasks });
    expect((await run(graph, ...flags)).code).toBe(1);
    const merged = project.git('diff', '--name-only', 'main', 'agentrelay/g/ws/default');
    const panes = (project.tmux('list-panes', '-a', '-F', '#{@agentrelay}') ?? '').split('\n');
    const branches = heads().filter((name) => !/^main$|\/ws\//.test(name));
    return { panes: panes.filter((tag) => tag.startsWith('g/')).length, branches, merged };
  }

  test('teardown always', async () => {
    expect(await leftBy('-T', 'always')).toEqual({ panes: 0, branches: [], merged: 'good.txt' });
  });

  test('teardown never', async () => {
    const branches = ['agentrelay/g/bad', 'agentrelay/g/good'];
    expect(await leftBy('-T', 'never')).toEqual({ panes: 2, branches, merged: 'good.txt' });
    const saved = project.journal('g').filter((event) => event.kind === 'task_work_saved');
    expect(saved.map(({ ref }) => project.git('show', '--format=', '--name-only', ref))).toEqual(['left.txt']);
  });

  test('teardown on_success', async () => {
    expect(await leftBy('-T', 'on_success')).toEqual({ panes: 1, branches: ['agentrelay/g/bad'], merged: 'good.txt' });
  });

  test('keep_panes keeps the dead panes', async () => {
    expect(await leftBy('-k')).toEqual({ panes: 2, branches: [], merged: 'good.txt' });
    expect(project.tmux('list-panes', '-a', '-f', '#{@agentrelay}', '-F', '#{@agentrelay} #{pane_dead}')).not.toMatch(
      /g\/.* 0$/m,
    );
  });
});

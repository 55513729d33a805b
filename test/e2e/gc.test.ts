import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Desk, makeDesk, programText } from '../support/desk.ts';
import { makeProject, type Project, SOCKET, snapshot } from '../support/run-fixture.ts';

let project: Project;
let desk: Desk;
beforeEach(() => {
  project = makeProject();
  desk = makeDesk(project);
});
afterEach(() => {
  desk.close();
  project.remove();
});

const GOOD = 'commit $AGENTRELAY_TASK.txt done; agentrelay-complete';
const task = (id: string, script: string, more: object = {}) => ({
  id,
  primary_agent: { framework: 'command', command: project.agent(id, script) },
  ...more,
});
const lanes = [{ id: 'good', auto_merge: true }, { id: 'bad' }];
const run = (graph: string, ...flags: string[]) => project.run('run', graph, '-L', SOCKET, ...flags);
const gc = (...flags: string[]) => project.run('gc', ...flags);
const refs = (prefix: string) => project.git('for-each-ref', '--format=%(refname)', prefix).split('\n').filter(Boolean);
const worktrees = () =>
  project
    .git('worktree', 'list', '--porcelain')
    .match(/^worktree .*/gm)
    ?.slice(1) ?? [];

interface Listed {
  readonly items: readonly { kind: string; name: string; group: string | null; reason: string; bytes: number | null }[];
  readonly removed: readonly { kind: string; name: string; kept: string | null; error: string | null }[];
}
const listed = async (...flags: string[]): Promise<Listed> => JSON.parse((await gc('--json', ...flags)).stdout);
const ofGroup = ({ items }: Listed, group: string | null) =>
  items.filter((item) => item.group === group).map(({ kind, name }) => `${kind} ${name}`);

/** Every commit that any ref holds, and every file of every kept tree: nothing of it may be gone later. */
const commits = () => new Set(project.git('rev-list', '--all').split('\n'));

/** A lane that is merged, and one whose task failed with a commit and with work that it did not commit. */
const failing = () =>
  project.graph({
    name: 'g',
    workstreams: lanes,
    teardown_mode: 'on_success',
    tasks: [
      task('a', GOOD, { workstream_id: 'good' }),
      task('b', `commit b.txt tried; printf 'not yet\n' >rest.txt; agentrelay-failed --reason 'no way'`, {
        workstream_id: 'bad',
      }),
    ],
  });

/** To its end, and until its agents have ended too: no teardown has seen to that. */
async function runFailing(): Promise<void> {
  expect((await run(failing())).code).toBe(1);
  const alive = () => project.tmux('list-panes', '-a', '-f', '#{==:#{pane_dead},0}', '-F', '#{@agentrelay}') ?? '';
  while (alive().includes('g/1/')) await delay(20);
}

describe('after a finished run', () => {
  test('lists what may go, touches nothing without a yes, and then removes it', async () => {
    const graph = project.graph({
      name: 'g',
      workstreams: [lanes[0]],
      tasks: [task('a', GOOD, { workstream_id: 'good' })],
    });
    await run(graph, '--keep-panes');
    await run(graph, '--detach');
    const before = snapshot(project.repo);
    const { code, stdout, stderr } = await gc();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^may go: nothing is lost$/m);
    expect(stdout).toMatch(/^ +\d+(\.\d)? (B|KiB) +\d+ min +branch +agentrelay\/g\/ws\/good +merged into main$/m);
    expect(stdout).toMatch(/dead pane +%\d+ \(a, attempt 1\) of tmux -L relay +its agent has ended$/m);
    expect(stdout).toMatch(/records +\.workflow\/g\/runs\/1 +one of the newest 3 runs$/m);
    expect(stderr).toContain('nothing was removed');
    expect(snapshot(project.repo)).toEqual(before);
    const all = commits();
    const done = await gc('--yes');
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout).toMatch(/^removed (\d+) of \1 items?, /m);
    expect(refs('refs/heads/agentrelay/')).toEqual([]);
    expect(commits()).toEqual(all);
    expect(existsSync(join(project.repo, '.worktrees'))).toBe(false);
    // The session that was only there for them, too.
    expect(project.tmux('list-sessions')).toBeNull();
    expect((await listed()).items.map(({ kind, group }) => [kind, group])).toEqual([['run_folder', null]]);
    expect(await run(graph)).toMatchObject({ code: 0 });
  });

  test('keeps the records of the newest runs, and of older ones with unmerged work', async () => {
    const good = project.graph({ name: 'g', tasks: [task('a', 'agentrelay-complete-no-pr')] });
    for (let n = 1; n <= 4; n++) await run(good, '--new-run');
    const folders = () => readdirSync(join(project.repo, '.workflow/g/runs')).sort();
    expect(ofGroup(await listed(), 'safe')).toContain('run_folder .workflow/g/runs/1');
    await gc('g', '--yes');
    expect(folders()).toEqual(['2', '3', '4']);
    // The archived branch of that run has a commit of its own.
    project.git(
      'update-ref',
      'refs/agentrelay/archive/2/extra',
      project.git('commit-tree', 'main^{tree}', '-p', 'main', '-m', 'x'),
    );
    const planned = await listed('--keep', '1');
    expect(ofGroup(planned, 'safe')).toContain('run_folder .workflow/g/runs/3');
    expect(ofGroup(planned, 'unmerged')).toEqual(['run_folder .workflow/g/runs/2']);
    await gc('--keep', '1', '--yes');
    expect(folders()).toEqual(['2', '4']);
    await gc('--keep', '1', '--unmerged', '--yes');
    expect(folders()).toEqual(['4']);
    expect(refs('refs/agentrelay/archive/2/')).toContain('refs/agentrelay/archive/2/extra');
  });
});

describe('after a failed run', () => {
  test('what is unmerged or uncommitted stays, and is never lost', async () => {
    await runFailing();
    const dirty = join(project.repo, '.worktrees/g/bad');
    expect(existsSync(join(dirty, 'rest.txt'))).toBe(true);
    const all = commits();
    const plan = await listed();
    expect(ofGroup(plan, 'safe')).toEqual(
      expect.arrayContaining(['branch agentrelay/g/ws/good', 'branch agentrelay/g/ws/bad']),
    );
    expect(ofGroup(plan, 'unmerged')).toEqual(
      expect.arrayContaining(['worktree .worktrees/g/bad', 'branch agentrelay/g/b']),
    );
    expect(plan.items.find(({ name }) => name === '.worktrees/g/bad')?.reason).toBe(
      '1 file not committed, 1 commit not merged',
    );
    expect((await gc('--yes')).code).toBe(0);
    expect(existsSync(join(dirty, 'rest.txt'))).toBe(true);
    expect(refs('refs/heads/agentrelay/')).toEqual(['refs/heads/agentrelay/g/b']);
    const { removed } = await listed('--unmerged', '--yes');
    expect(removed.map(({ error }) => error)).toEqual(removed.map(() => null));
    expect(existsSync(dirty)).toBe(false);
    expect(worktrees()).toEqual([]);
    expect(refs('refs/heads/agentrelay/')).toEqual([]);
    const backup = removed.find(({ kind }) => kind === 'worktree')?.kept;
    expect(project.git('show', `${backup}:rest.txt`)).toBe('not yet');
    expect(project.git('show', 'refs/agentrelay/archive/1/b:b.txt')).toBe('tried');
    const now = commits();
    expect([...all].filter((commit) => !now.has(commit))).toEqual([]);
  });

  test('kept refs go only when that is said, and only together with --yes', async () => {
    await runFailing();
    await gc('--unmerged', '--yes');
    const kept = refs('refs/agentrelay/');
    expect(kept).toContain('refs/agentrelay/archive/1/b');
    expect(await gc('--kept-refs')).toMatchObject({ code: 2, stderr: expect.stringContaining('--kept-refs --yes') });
    expect(ofGroup(await listed('--kept-refs', '--dry-run'), 'kept')).toEqual(kept.map((ref) => `kept_ref ${ref}`));
    await gc('--yes');
    expect(refs('refs/agentrelay/')).toEqual(kept);
    expect((await gc('--kept-refs', '--yes')).code).toBe(0);
    expect(refs('refs/agentrelay/')).toEqual([]);
  });

  test('a fault in one item keeps none of the others', async () => {
    await runFailing();
    // In the place of git's lock, where nobody takes it away: git cannot delete this branch.
    mkdirSync(join(project.repo, '.git/refs/heads/agentrelay/g/ws/good.lock'));
    const { code, stderr } = await gc('--yes');
    expect(code).toBe(1);
    expect(stderr).toMatch(/could not remove agentrelay\/g\/ws\/good: /);
    expect(refs('refs/heads/agentrelay/')).toEqual(['refs/heads/agentrelay/g/b', 'refs/heads/agentrelay/g/ws/good']);
  });

  test('a branch that a person has checked out, and a worktree that is locked, stay', async () => {
    await runFailing();
    project.git('worktree', 'add', '-q', join(project.folder, 'mine'), 'agentrelay/g/ws/good');
    project.git('worktree', 'lock', '.worktrees/g/bad');
    const { items } = await listed('--unmerged', '--yes');
    const reasons = Object.fromEntries(items.map(({ name, reason }) => [name, reason]));
    expect(reasons['agentrelay/g/ws/good']).toBe(`checked out in ${join(project.folder, 'mine')}`);
    expect(reasons['.worktrees/g/bad']).toBe('git worktree lock');
    expect(existsSync(join(project.repo, '.worktrees/g/bad/rest.txt'))).toBe(true);
    expect(refs('refs/heads/agentrelay/g/ws/good')).toHaveLength(1);
  });
});

describe('a run that is not over', () => {
  const held = `printf 'half\n' >half.txt; wait_for "$HOME/go"; ${GOOD}`;
  const graph = () =>
    project.graph({ name: 'g', workstreams: [lanes[0]], tasks: [task('a', held, { workstream_id: 'good' })] });

  test('is left alone while it has an owner, and after that was killed', async () => {
    const live = project.start('run', graph(), '-L', SOCKET, '--json');
    await live.event('task_waiting');
    await vi.waitFor(() => expect(refsAndFiles().half).toBe(true));
    const before = { ...refsAndFiles() };
    const owned = await gc('--unmerged', '--yes');
    expect(owned.stdout).toMatch(new RegExp(`^g: nothing is touched; process ${live.pid} on .* runs it$`, 'm'));
    live.kill('SIGKILL');
    await live.ended;
    // Its agent is still at work.
    const orphaned = await gc('--unmerged', '--yes', '--kept-refs');
    expect(orphaned.stdout).toMatch(/^g: nothing is touched; agents at work: a of run 1 in pane %\d+$/m);
    project.tmux('kill-server');
    const interrupted = await gc('--unmerged', '--yes', '--kept-refs');
    expect(interrupted.stdout).toMatch(/worktree +\.worktrees\/g\/good +run 1 is not over \(interrupted\)$/m);
    expect(refsAndFiles()).toEqual(before);
    project.write('go', '');
    expect((await run(graph())).code).toBe(0);
    expect((await gc('--yes')).code).toBe(0);
    expect(worktrees()).toEqual([]);
  });

  const refsAndFiles = () => ({
    refs: project.git('for-each-ref'),
    worktrees: worktrees(),
    half: existsSync(join(project.repo, '.worktrees/g/good/half.txt')),
  });

  test('does not keep another graph of the repository', async () => {
    const live = project.start('run', graph(), '-L', SOCKET, '--json');
    await live.event('task_waiting');
    const other = project.write(
      'h.yaml',
      JSON.stringify({ name: 'h', workstreams: [lanes[0]], tasks: [task('c', GOOD, { workstream_id: 'good' })] }),
    );
    await run(other);
    const { stdout } = await gc('--yes');
    expect(stdout).toMatch(/^removed (\d+) of \1/m);
    expect(refs('refs/heads/agentrelay/h/')).toEqual([]);
    expect(refs('refs/heads/agentrelay/g/')).not.toEqual([]);
    project.write('go', '');
    expect((await live.ended).code).toBe(0);
  });
});

describe('at a terminal', () => {
  test('each group of unmerged work has a question of its own', async () => {
    await runFailing();
    desk.open(programText('gc', '--unmerged'));
    await desk.screen(/Remove the \d items that nothing is lost with\? \[y/);
    desk.type('n', 'Enter');
    await desk.screen(/Remove 1 worktree with such work\?/);
    desk.type('y', 'Enter');
    await desk.screen(/Remove 1 such branch\?/);
    desk.type('Enter');
    const shown = await desk.screen(/left with 0/);
    expect(shown).toMatch(/removed 1 of 1 item, /);
    expect(shown).toMatch(/\.worktrees\/g\/bad is kept as refs\/agentrelay\/backup\/1\/1/);
    expect(refs('refs/heads/agentrelay/')).toHaveLength(3);
  });
});

test('a graph that left nothing, and a repository where nothing was run', async () => {
  expect(await gc()).toMatchObject({ code: 0, stdout: 'runs have left nothing here\n' });
  expect(await gc('nope')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('graph nope has left nothing here'),
  });
});

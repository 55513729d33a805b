import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Live, makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

// Agents that an owner has left at work, and what must not happen to them.

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

const GOOD = 'commit $AGENTRELAY_TASK.txt done; agentrelay-complete';
const HELD = `wait_for "$HOME/go"; ${GOOD}`;
const COUNTED = 'echo "$AGENTRELAY_TASK $AGENTRELAY_ATTEMPT" >>"$HOME/launches"';

const task = (id: string, script: string, more: object = {}) => ({
  id,
  primary_agent: { framework: 'command', command: project.agent(id, `${COUNTED}\n${script}`) },
  ...more,
});
const graphOf = (...tasks: object[]) =>
  project.graph({ name: 'g', workstreams: [{ id: 'default', auto_merge: true }], tasks });
const go = () => project.write('go', '');
const launches = () => readFileSync(join(project.folder, 'launches'), 'utf8').trim().split('\n').toSorted();

async function leave(live: Live, waiting: string): Promise<void> {
  await live.event('task_waiting', (event) => event.task === waiting);
  live.kill('SIGTERM');
  expect(await live.ended).toMatchObject({ code: 130 });
}

test('are found on the tmux server that they are on, and another one is refused while they work', async () => {
  const graph = graphOf(task('a', HELD));
  await leave(project.start('run', graph, '-L', SOCKET, '--json'), 'a');
  const elsewhere = await project.run('run', graph, '-L', 'another');
  expect(elsewhere).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('has agents at work on the tmux server relay: a'),
  });
  go();
  expect(await project.run('run', graph)).toMatchObject({ code: 0, stdout: expect.stringMatching(/(adopted|ended) /) });
  expect(launches()).toEqual(['a 1']);
});

test('keep --new-run from taking their worktree away', async () => {
  const graph = graphOf(task('a', HELD));
  await leave(project.start('run', graph, '-L', SOCKET, '--json'), 'a');
  const anew = await project.run('run', graph, '-L', SOCKET, '--new-run');
  expect(anew).toMatchObject({ code: 2, stderr: expect.stringContaining('has agents at work: a') });
  expect(await project.run('cancel', '-L', SOCKET)).toMatchObject({ code: 0 });
  go();
  expect(await project.run('run', graph, '-L', SOCKET, '--new-run')).toMatchObject({ code: 0 });
});

test('lose nothing by the teardown of who was in their worktree before', async () => {
  const graph = graphOf(task('a', GOOD), task('b', `echo draft >draft.txt; ${HELD}`, { dependencies: ['a'] }));
  const owner = project.start('run', graph, '-L', SOCKET, '--json', '-T', 'never');
  await owner.event('task_waiting', (event) => event.task === 'b');
  expect(await project.run('teardown', 'a', '-L', SOCKET)).toMatchObject({ code: 0 });
  await leave(owner, 'b');
  expect(await project.run('teardown', 'a', '-L', SOCKET)).toMatchObject({ code: 0 });
  go();
  expect(await project.run('run', graph, '-L', SOCKET, '-T', 'always')).toMatchObject({ code: 0 });
  expect(project.git('show', 'main:draft.txt')).toBe('draft');
  expect(launches()).toEqual(['a 1', 'b 1']);
});

test('a lane that failed by itself goes on once what was in its way is mended', async () => {
  project.git('branch', 'release');
  const lane = { id: 'default', auto_merge: true, merge_target_branch: 'release' };
  const graph = project.graph({
    name: 'g',
    workstreams: [lane],
    tasks: [task('a', `git branch -D release; ${GOOD}`)],
  });
  expect(await project.run('run', graph, '-L', SOCKET)).toMatchObject({ code: 1 });
  project.git('branch', 'release', 'main');
  expect(await project.run('run', graph, '-L', SOCKET)).toMatchObject({ code: 0 });
  expect(project.git('show', 'release:a.txt')).toBe('done');
  expect(launches()).toEqual(['a 1']);
});

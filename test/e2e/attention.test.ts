import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EventKind } from '../../src/core/events.ts';
import { appears, makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

const act = (...args: string[]) => project.run(...args, '-L', SOCKET);
const start = (graph: string) => project.start('run', graph, '-L', SOCKET, '--json');
const of = (kind: EventKind) => project.journal('g').filter((event) => event.kind === kind);
const task = (id: string, script: string, workstream: string) => ({
  id,
  workstream_id: workstream,
  primary_agent: { framework: 'command', command: project.agent(id, script) },
});

/** Asks, says what it was told, and goes on when it was told so. */
const ASKING = `
ask() { agentrelay-attention waiting_permission --question "$1" --choice 'Yes, do' --choice 'No'; }
hear() { IFS= read -r line; printf '%s\\n' "$line" >>"$HOME/heard"; agentrelay-attention working; }
ask 'npm install?'
hear
ask 'and now?'
hear
commit a.txt done
agentrelay-complete`;

test('an agent asks, and is answered by its owner, and by the command alone once nobody runs it', async () => {
  const graph = project.graph({
    name: 'g',
    workstreams: [{ id: 'default', auto_merge: true }],
    tasks: [task('a', ASKING, 'default')],
  });
  const live = start(graph);
  expect(await live.event('agent_waiting_permission')).toMatchObject({
    task: 'a',
    question: 'npm install?',
    choices: ['Yes, do', 'No'],
  });
  expect(await act('answer', 'a', '1')).toEqual({ code: 0, stdout: 'answered a\n', stderr: '' });
  await live.event('agent_waiting_permission', ({ question }) => question === 'and now?');
  live.kill('SIGKILL');
  await live.ended;
  const said = ['answer', 'a', '"as" you $HOME like'] as const;
  expect(await act(...said)).toEqual({ code: 0, stdout: 'answered a\n', stderr: '' });
  await appears(join(project.repo, '.workflow/g/runs/1/signals/a/attempt-1/.done'));
  expect(await act(...said)).toEqual({
    code: 2,
    stdout: '',
    stderr: 'agentrelay: the agent of a asks nothing\n  → agentrelay send a TEXT writes to it anyhow\n',
  });
  expect(readFileSync(join(project.folder, 'heard'), 'utf8')).toBe('Yes, do\n"as" you $HOME like\n');
  expect(await project.run('run', graph, '-L', SOCKET)).toMatchObject({ code: 0, stderr: '' });
  expect(of('task_prompted')).toHaveLength(2);
  expect(of('task_started')).toHaveLength(1);
});

test('a teardown is undone, and the task goes on from what is there', async () => {
  const script = `
if [ "$AGENTRELAY_ATTEMPT" = 1 ]; then
  commit half.txt half; echo draft >draft.txt; echo half+ >half.txt; agentrelay-failed --reason no; exit
fi
git add -A; commit more.txt more; agentrelay-complete`;
  const held = 'wait_for "$HOME/go"; commit long.txt done; agentrelay-complete';
  const graph = project.graph({
    name: 'g',
    max_concurrency: 3,
    workstreams: [
      { id: 'own', parallel: true, auto_merge: true },
      { id: 'shared', auto_merge: true },
    ],
    tasks: [task('a', script, 'own'), task('b', script, 'shared'), task('long', held, 'own')],
  });
  const live = start(graph);
  for (const id of ['a', 'b']) await live.event('task_torn_down', (event) => event.task === id);
  const worktree = join(project.repo, '.worktrees/g/own--a');
  expect(existsSync(worktree)).toBe(false);
  expect(await act('teardown', 'a', '--undo')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`its branch agentrelay/g/a is back\nand its worktree, ${worktree}, with what was`),
    stderr: '',
  });
  expect(readFileSync(join(worktree, 'draft.txt'), 'utf8')).toBe('draft\n');
  expect(readFileSync(join(worktree, 'half.txt'), 'utf8')).toBe('half+\n');
  expect(await act('teardown', 'long', '--undo')).toMatchObject({ code: 2 });
  expect(await act('teardown', 'a', '--undo')).toMatchObject({
    code: 2,
    stderr: 'agentrelay: task a is not torn down\n',
  });
  live.kill('SIGKILL');
  await live.ended;
  expect(await act('teardown', 'b', '--undo')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/its worktree is shared.* stays under refs\/agentrelay\/backup\/1\/\d\n/),
    stderr: '',
  });
  for (const id of ['a', 'b']) expect(await act('retry', id, '--keep-work', '--yes')).toMatchObject({ code: 0 });
  project.write('go', '');
  expect(await project.run('run', graph, '-L', SOCKET)).toMatchObject({ code: 0 });
  expect(project.git('show', 'main:draft.txt')).toBe('draft');
  expect(project.git('show', 'main:half.txt')).toBe('half+');
  expect(of('task_teardown_undone')).toMatchObject([
    { task: 'a', worktree },
    { task: 'b', worktree: null },
  ]);
});

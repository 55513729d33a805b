import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeSnapshot } from '../support/rollback/snapshot.ts';
import { makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

const WORKS = 'commit $AGENTRELAY_TASK.txt done; agentrelay-complete';
const LANE = 'agentrelay/g/ws/default';
const task = (id: string, script: string, ...dependencies: string[]) => ({
  id,
  dependencies,
  primary_agent: { framework: 'command', command: project.agent(id, script) },
});
const run = (graph: string, ...flags: string[]) => project.run('run', graph, '-L', SOCKET, ...flags);
const tree = () => project.git('rev-parse', `${LANE}^{tree}`);
const files = () => project.git('ls-tree', '--name-only', LANE).split('\n');

test('a task is taken back, undone, taken back again and done once more, with the same tree in the end', async () => {
  const tasks = [task('a', WORKS), task('b', WORKS, 'a'), task('c', WORKS, 'b'), task('d', WORKS, 'c')];
  const graph = project.graph({ name: 'g', tasks });
  expect(await run(graph)).toMatchObject({ code: 0 });
  const [final, before] = [tree(), takeSnapshot(project.repo)];

  const plan = await project.run('reset-task', 'c');
  expect(plan).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
  expect(plan.stdout).toContain('d     default  merged  pending  depends on c');
  expect(takeSnapshot(project.repo)).toEqual(before);

  expect(await project.run('reset-task', 'c', '--yes')).toMatchObject({ code: 0, stderr: '' });
  expect(files()).toEqual(['README.md', 'a.txt', 'b.txt']);
  expect(await project.run('undo', '-y')).toMatchObject({ code: 0, stderr: '' });
  expect(takeSnapshot(project.repo)).toEqual(before);

  expect(await project.run('reset-to', '--after', 'b', '-y')).toMatchObject({ code: 0, stderr: '' });
  expect(await run(graph)).toMatchObject({ code: 0 });
  expect(tree()).toBe(final);
  const attempts = project.journal('g').flatMap((event) => (event.kind === 'task_started' ? [event.task] : []));
  expect(attempts).toEqual(['a', 'b', 'c', 'd', 'c', 'd']);
  expect(await project.run('undo', '-y')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('c, d were started again since reset 2'),
  });
});

test('an agent that a teardown mode has left at work is stopped, and its work is kept', async () => {
  const script = 'echo half >draft; echo "this far"; signal failed "cannot"; exec sleep 1000';
  const graph = project.graph({ name: 'g', teardown_mode: 'never', tasks: [task('a', WORKS), task('b', script, 'a')] });
  expect(await run(graph)).toMatchObject({ code: 1 });
  const panes = () => project.tmux('list-panes', '-a', '-F', '#{@agentrelay}')?.match(/^g\/1\/b\//gm)?.length ?? 0;
  expect(panes()).toBe(1);

  const { code, stderr } = await project.run('reset-task', 'b', '-y', '-L', SOCKET);
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'agentrelay: the agents of b are stopped\n' });
  expect(panes()).toBe(0);
  const worktree = join(project.repo, '.worktrees/g/default');
  expect(existsSync(join(worktree, 'draft'))).toBe(false);
  expect(readFileSync(join(project.repo, '.workflow/g/runs/1/signals/b/attempt-1/agent.log'), 'utf8')).toContain(
    'this far',
  );
  expect(await project.run('undo', '-y')).toMatchObject({ code: 0 });
  expect(readFileSync(join(worktree, 'draft'), 'utf8')).toBe('half\n');
  expect(readdirSync(worktree)).toContain('a.txt');
});

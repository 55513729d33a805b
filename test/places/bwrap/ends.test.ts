import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EventKind, FactOf, RunEvent } from '../../../src/core/events.ts';
import { pathFolder } from '../../support/path-folder.ts';
import { appears, makeProject, type Project, SOCKET } from '../../support/run-fixture.ts';

// How agents in bubblewrap sandboxes end, and how they outlive their owner.

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

/** Left behind by agents, in sessions of their own; by the name of the project nobody else has such a process. */
const LEAVES = `setsid sh -c 'while :; do sleep 1000; done' left-of-"$(basename "$HOME")" </dev/null >/dev/null 2>&1 &
touch "$HOME/shared/$AGENTRELAY_TASK"`;

const task = (id: string, script: string) => ({
  id,
  workstream_id: id,
  primary_agent: { framework: 'command', command: project.agent(id, script) },
});

function leftProcesses(): string[] {
  const mark = `left-of-${project.folder.split('/').at(-1)}`;
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(mark));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It has ended since.
    return '';
  }
}

function of<K extends EventKind>(kind: K): FactOf<K>[] {
  return project.journal('g').filter((event: RunEvent) => event.kind === kind) as never;
}

test('exit codes pass, nothing survives its pane, and an agent goes on under the next owner', async () => {
  project.write('shared/.keep', '');
  const graph = project.graph({
    name: 'g',
    max_concurrency: 3,
    isolation: { sandbox: 'bwrap', mounts: [join(project.folder, 'shared')] },
    workstreams: ['exits', 'closed', 'held'].map((id) => ({ id, auto_merge: true })),
    tasks: [
      task('exits', `${LEAVES}\nwait_for "$HOME/shared/exit"; exit 7`),
      task('closed', `${LEAVES}\ntrap 'touch "$HOME/shared/hung-up"; exit 1' HUP\nsleep 1000 & wait`),
      task(
        'held',
        `trap 'touch "$HOME/shared/interrupted"' INT\n${LEAVES}\nuntil read -r word && [ "$word" = go ]; do sleep 0.1; done
        commit held.txt done; agentrelay-complete; exec sleep 1000`,
      ),
    ],
  });
  const first = project.start('run', graph, '-L', SOCKET);
  const inShared = (name: string) => join(project.folder, 'shared', name);
  await Promise.race([Promise.all(['exits', 'closed', 'held'].map((id) => appears(inShared(id)))), first.ended]);
  expect(leftProcesses()).toHaveLength(3);
  first.kill('SIGKILL');
  await first.ended;
  const panes = project.tmux('list-panes', '-a', '-F', '#{pane_id} #{@agentrelay}') ?? '';
  const paneOf = (id: string) => new RegExp(`^(%\\d+) g/1/${id}/`, 'm').exec(panes)?.[1] ?? '';
  project.tmux('send-keys', '-t', paneOf('held'), 'C-c');
  await appears(inShared('interrupted'));
  project.tmux('kill-pane', '-t', paneOf('closed'));
  await appears(inShared('hung-up'));
  project.write('shared/exit', '');
  await expect.poll(leftProcesses, { timeout: 20_000, interval: 20 }).toHaveLength(1);

  project.tmux('send-keys', '-t', paneOf('held'), 'go', 'Enter');
  expect(await project.run('run', graph, '-L', SOCKET)).toMatchObject({ code: 1, stderr: '' });
  expect(of('task_adopted')).toMatchObject([
    { task: 'exits', found: 'ended' },
    { task: 'closed', found: 'lost' },
    { task: 'held', found: expect.stringMatching(/alive/) },
  ]);
  expect(of('task_failed').toSorted((a, b) => a.task.localeCompare(b.task))).toMatchObject([
    { task: 'closed', code: 'agent_lost' },
    { task: 'exits', error: expect.stringContaining('exited with 7') },
  ]);
  expect(of('task_succeeded')).toMatchObject([{ task: 'held' }]);
  expect(leftProcesses()).toEqual([]);
  expect(project.tmux('list-panes', '-a')).toBeNull();
});

test('without bubblewrap nothing is made, and what is missing is named', async () => {
  project.env.PATH = pathFolder(join(project.folder, 'bin'), ['git', 'tmux', 'sh', 'env']);
  const graph = project.graph({
    name: 'g',
    isolation: { sandbox: 'bwrap' },
    workstreams: [{ id: 'a' }],
    tasks: [task('a', 'true')],
  });
  expect(await project.run('run', graph, '-L', SOCKET)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('bwrap is not installed; agentrelay needs bwrap 0.5 or newer'),
  });
  expect(existsSync(join(project.repo, '.workflow'))).toBe(false);
  const { code, stdout } = await project.run('check', graph);
  expect({ code, stdout }).toMatchObject({
    code: 2,
    stdout: expect.stringMatching(/bubblewrap +bwrap is not installed/),
  });
});

test('the graph of the page runs as it stands', async () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/places/bwrap.md'), 'utf8');
  const graph = project.write('shelf.yaml', /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '');
  expect(await project.run('run', graph, '--forge', 'local', '-L', SOCKET)).toMatchObject({ code: 0, stderr: '' });
  expect(project.git('show', 'agentrelay/shelf/ws/default:hello.txt')).toBe('hello');
});

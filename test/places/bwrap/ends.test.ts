import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EventKind, FactOf, RunEvent } from '../../../src/core/events.ts';
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
      task('closed', `${LEAVES}\nexec sleep 1000`),
      task(
        'held',
        `trap 'touch "$HOME/shared/interrupted"' INT\n${LEAVES}\nwait_for "$HOME/shared/go" || :
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
  project.write('shared/exit', '');
  await expect.poll(leftProcesses, { timeout: 20_000, interval: 20 }).toHaveLength(1);

  project.write('shared/go', '');
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

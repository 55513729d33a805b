import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { privatePodman } from '../support/places/podman.ts';
import { SlurmCluster } from '../support/places/slurm-cluster.ts';
import { startSshd } from '../support/places/sshd.ts';
import { appears, makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

// What an owner that was killed has left in a place: named, left alone while it lives, and ended when that is asked for.

/** The folder is for what the test and the agent tell each other. */
const held = ({ folder }: Project, then = 'commit a.txt done; agentrelay-complete') =>
  `: >${folder}/signs/here; wait_for ${folder}/signs/go; ${then}`;

function projectIn(env: Readonly<Record<string, string>>): Project {
  const project = makeProject();
  onTestFinished(() => project.remove());
  Object.assign(project.env, env);
  mkdirSync(join(project.folder, 'signs'));
  return project;
}

/** Both the owner and all windows are gone. */
async function crash(project: Project, graph: string): Promise<void> {
  const owner = project.start('run', graph, '-L', SOCKET, '--json');
  await appears(join(project.folder, 'signs/here'));
  await owner.event('task_waiting');
  owner.kill('SIGKILL');
  await owner.ended;
  project.tmux('kill-server');
}

async function isRespected(project: Project, graph: string, where: RegExp): Promise<void> {
  const anew = await project.run('run', graph, '-L', SOCKET, '--new-run');
  const [collected, checked] = await Promise.all([project.run('gc', '--yes'), project.run('check')]);
  expect(anew).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(new RegExp(`at work: a \\(${where.source}\\)`)),
  });
  for (const { stdout } of [collected, checked]) expect(stdout).toMatch(new RegExp(`a of run 1 in ${where.source}`));
}

test('containers', async () => {
  const podman = privatePodman();
  onTestFinished(() => podman.remove());
  const project = projectIn(podman.env);
  const graph = project.graph({
    name: 'g',
    workstreams: [{ id: 'default', auto_merge: true }],
    isolation: {
      ...{ sandbox: 'oci', runtime: 'podman', image: podman.image },
      mounts: [`${project.folder}/agents:ro`, `${project.folder}/signs`],
    },
    tasks: [{ id: 'a', primary_agent: { framework: 'command', command: project.agent('a', held(project)) } }],
  });
  await crash(project, graph);
  expect(podman.containers()).toHaveLength(1);
  await isRespected(project, graph, /container agentrelay-g-1-a-1-agent-\w+/);
  expect(podman.containers()).toHaveLength(1);
  expect(await project.run('cancel', '-L', SOCKET)).toMatchObject({ code: 0, stderr: '' });
  expect(podman.containers()).toEqual([]);
  project.write('signs/go', '');
  expect(await project.run('run', graph, '-L', SOCKET, '--new-run', '-T', 'never')).toMatchObject({ code: 0 });
  while (podman.run('ps', '-q') !== '') await delay(50);
  project.tmux('kill-server');
  expect(podman.containers()).toHaveLength(1);
  const collected = await project.run('gc', '--yes');
  expect(collected).toMatchObject({ code: 0, stdout: expect.stringMatching(/container +agentrelay-g-2-a-1-agent/) });
  expect(podman.containers()).toEqual([]);
});

test('jobs', async () => {
  const cluster = await SlurmCluster.start();
  onTestFinished(() => cluster.stop());
  const project = projectIn(cluster.env);
  const graph = project.graph({
    name: 'g',
    workstreams: [{ id: 'default', auto_merge: true }],
    primary_agent: { framework: 'command', environment: { type: 'slurm' } },
    tasks: [{ id: 'a', primary_agent: { command: project.agent('a', held(project)) } }],
  });
  const noJobs = async () => {
    while (cluster.jobs().length > 0) await delay(50);
  };
  await crash(project, graph);
  await noJobs();
  // One that has outlived its client.
  const started = project.journal('g').find((event) => event.kind === 'task_started');
  const name = `ar-g-1-a-1-${(started as { token_hash: string }).token_hash.slice(0, 12)}`;
  const submit = () =>
    cluster.run('sbatch', '-D', project.folder, '-o', '/dev/null', '-J', name, '--wrap', 'sleep 1000');
  const isUp = async () => {
    while (!cluster.jobs().some((job) => job.includes('RUNNING'))) await delay(50);
  };
  submit();
  await isUp();
  await isRespected(project, graph, /job \d+ on n\d/);
  expect(await project.run('cancel', '-L', SOCKET)).toMatchObject({ code: 0, stderr: '' });
  await noJobs();
  project.write('signs/go', '');
  expect(await project.run('run', graph, '-L', SOCKET)).toMatchObject({ code: 0 });
  submit();
  await isUp();
  expect(await project.run('gc', '--yes')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/job +\d+ on n\d \(a, attempt 1\)/),
  });
  await noJobs();
});

test('windows of another machine', async () => {
  const there = await startSshd();
  onTestFinished(() => there.end());
  const project = projectIn({});
  const stays = held(project, 'agentrelay-failed --reason no; exec sleep 1000');
  const graph = project.graph({
    name: 'g',
    primary_agent: { framework: 'command', environment: there.environment },
    tasks: [{ id: 'a', primary_agent: { command: project.agent('a', stays) } }],
  });
  await crash(project, graph);
  await isRespected(project, graph, /pane %\d+ on \S+/);
  const attached = await project.run('attach', 'a');
  expect(attached.stderr).toMatch(/in a terminal: ssh -t .*tmux -L agentrelay .*attach-session -t '?%\d+/);
  expect(there.processes()).not.toEqual([]);
  expect(await project.run('cancel', '-L', SOCKET)).toMatchObject({ code: 0, stderr: '' });
  expect(there.processes()).toEqual([]);
  project.write('signs/go', '');
  expect(await project.run('run', graph, '-L', SOCKET, '-T', 'never')).toMatchObject({ code: 1 });
  expect(there.processes()).not.toEqual([]);
  const reset = await project.run('reset', '--yes');
  expect(reset).toMatchObject({ code: 0, stderr: expect.stringContaining('the agents of a are stopped') });
  expect(there.processes()).toEqual([]);
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FactOf } from '../../../src/core/events.ts';
import { type NodeName, SlurmCluster } from '../../support/places/slurm-cluster.ts';
import { appears, makeProject, type Project, SOCKET } from '../../support/run-fixture.ts';

let cluster: SlurmCluster;
let project: Project;
beforeAll(async () => {
  cluster = await SlurmCluster.start();
});
afterAll(() => cluster?.stop());
beforeEach(async () => {
  await cluster.mend();
  project = makeProject();
  Object.assign(project.env, cluster.env);
});
afterEach(() => project.remove());

const GOOD = 'commit $AGENTRELAY_TASK.txt done; agentrelay-complete';
/** The second attempt does the work; the first goes on for as long as its node does, and says in the end what it has done. */
const SECOND = `if [ "$AGENTRELAY_ATTEMPT" = 1 ]; then
  wait_for "$HOME/late"
  agentrelay-complete >"$HOME/refused" 2>&1 || echo "code $?" >>"$HOME/refused"
  signal done "$(here)" || signal done none
  echo over >"$HOME/over"
else
  ${GOOD}
fi`;

function graphOf(tasks: readonly object[], environment: object = {}): string {
  return project.graph({
    name: 'g',
    primary_agent: { framework: 'command', environment: { type: 'slurm', ...environment } },
    workstreams: [{ id: 'default', auto_merge: true, parallel: true }],
    tasks,
  });
}

const task = (id: string, script: string, more: object = {}) => ({
  id,
  primary_agent: { command: project.agent(id, script) },
  ...more,
});
const start = (graph: string) => project.start('run', graph, '-L', SOCKET, '--json');
const isRunning = (event: FactOf<'task_place_changed'>) => event.state === 'running';
const nodeIn = (address: string | undefined) => /\(job \d+ on (n\d)\)$/.exec(address ?? '')?.[1] as NodeName;
const events = <K extends string>(kind: K) => project.journal('g').filter((event) => event.kind === kind);
const failures = () => events('task_failed').map((event) => (event.kind === 'task_failed' ? event.code : null));
const worktrees = () => readdirSync(join(project.repo, '.worktrees', 'g')).filter((name) => name.includes('--'));

async function noJobs(): Promise<void> {
  while (cluster.jobs().length > 0) await delay(50);
}

test('setup and gate run as jobs, and the gate on the node of its agent while that lives', async () => {
  const graph = graphOf([
    task('a', `commit a.txt done; agentrelay-complete; told task_gate_passed`, {
      setup: 'echo set up in job $SLURM_JOB_ID',
      completion_gate: 'echo gate in step $SLURM_JOB_ID.$SLURM_STEP_ID; test -s a.txt',
    }),
  ]);
  const run = start(graph);
  const { agent } = await run.event('task_place_changed', isRunning);
  expect(await run.ended).toMatchObject({ code: 0, stderr: '' });
  const job = /job (\d+)/.exec(agent ?? '')?.[1];
  const folder = join(project.repo, '.workflow/g/runs/1/signals/a/attempt-1');
  expect(readFileSync(join(folder, 'gate_last_output.txt'), 'utf8')).toBe(`gate in step ${job}.1\n`);
  expect(readFileSync(join(folder, 'setup.log'), 'utf8')).toBe(
    `$ echo set up in job $SLURM_JOB_ID\nset up in job ${Number(job) - 1}\n`,
  );
  expect(project.git('show', 'main:a.txt')).toBe('done');
  await noJobs();
});

describe('a place that is lost uses up no attempt, and the work is done again elsewhere', () => {
  test('a node that dies', async () => {
    const run = start(graphOf([task('a', SECOND)]));
    const first = nodeIn((await run.event('task_place_changed', isRunning)).agent);
    await cluster.killNode(first);
    cluster.declareDown(first);
    const { agent } = await run.event('task_place_changed', (event) => isRunning(event) && event.attempt === 2);
    expect(nodeIn(agent)).not.toBe(first);
    expect(await run.ended).toMatchObject({ code: 0, stderr: '' });
    expect(failures()).toEqual(['node_failed']);
    expect(project.git('show', 'main:a.txt')).toBe('done');
    expect(worktrees()).toEqual([]);
    await noJobs();
  });

  test('a node that is cut off, whose agent goes on: nothing that it says counts', async () => {
    const run = start(graphOf([task('a', SECOND), task('b', 'wait_for "$HOME/end"; agentrelay-complete-no-pr')]));
    const first = nodeIn((await run.event('task_place_changed', isRunning)).agent);
    cluster.cutNode(first);
    const again = await run.event('task_prepared', ({ attempt }) => attempt === 2);
    expect(again.worktree).toBe(join(project.repo, '.worktrees/g/default--a--2'));
    const merged = await run.event('task_succeeded');
    project.write('late', '');
    await appears(join(project.folder, 'over'));
    const refused = readFileSync(join(project.folder, 'refused'), 'utf8');
    expect(refused).toMatch(/agentrelay-complete: attempt 1 of task 'a' is over.*\ncode 1\n$/);
    await run.event('task_signal_ignored', ({ attempt }) => attempt === 1);
    project.write('end', '');
    expect(await run.ended).toMatchObject({ code: 0, stderr: '' });
    expect(failures()).toEqual(['node_failed']);
    expect(project.git('rev-parse', 'agentrelay/g/ws/default')).toBe(merged.commit);
    expect(project.git('show', 'main:a.txt')).toBe('done');
    expect(worktrees()).toEqual([]);
  });
});

test('what waits says why, and is gone from the queue when the run is called off', async () => {
  const filler = await cluster.fill();
  const graph = graphOf([
    task('a', GOOD),
    task('b', GOOD, { primary_agent: { command: ['true'], environment: { type: 'slurm', queue_timeout: '1s' } } }),
  ]);
  const run = project.start('run', graph, '-L', SOCKET, '--json', '-c', '2');
  // Slurm has no reason before it has looked; and either of the two may stand behind the other.
  expect(await run.event('task_place_changed', ({ task: id, reason }) => id === 'a' && reason !== null)).toMatchObject({
    state: 'queued',
    reason: expect.stringMatching(/^(Resources|Priority)$/),
  });
  expect(await run.event('task_failed')).toMatchObject({ task: 'b', code: 'queue_timeout' });
  run.interrupt();
  await run.event('run_stopping');
  run.interrupt();
  expect((await run.ended).code).toBe(130);
  await filler.end();
  await noJobs();
  expect(existsSync(join(project.repo, '.worktrees/g/default--a--1'))).toBe(false);
});

// Last: a controller that was restarted takes its time to know its nodes again.
test('a run goes on under a new owner and a new controller, with the jobs that it had', async () => {
  const graph = graphOf([task('a', `wait_for "$HOME/go"; ${GOOD}`)]);
  const run = start(graph);
  const { agent } = await run.event('task_place_changed', isRunning);
  run.kill('SIGKILL');
  await run.ended;
  await cluster.restartController();
  const next = start(graph);
  expect(await next.event('task_adopted')).toMatchObject({ found: 'alive', agent });
  expect(cluster.jobs().length).toBe(1);
  project.write('go', '');
  expect(await next.ended).toMatchObject({ code: 0, stderr: '' });
  expect(events('task_started').length).toBe(1);
  expect(project.git('show', 'main:a.txt')).toBe('done');
  await noJobs();
});

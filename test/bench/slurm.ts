/**
 * Measures a run on a private cluster of two nodes with 8 slots each: `node test/bench/slurm.ts [TASKS]`, after a build.
 * First how long many tasks of one second take, and then what its owner uses while as many are queued.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunEvent } from '../../src/core/events.ts';
import { SlurmCluster } from '../support/places/slurm-cluster.ts';
import { type Live, makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

const SLOTS = 16;
const TASKS = Number(process.argv[2] ?? 100);
/** Of the kernel, a second. */
const JIFFIES = 100;
const WATCHED_SECONDS = 15;

function start(project: Project, script: string): Live {
  const tasks = Array.from({ length: TASKS }, (_, at) => ({ id: `t${at}` }));
  const graph = project.graph({
    name: 'bench',
    max_concurrency: TASKS,
    primary_agent: { framework: 'command', command: project.agent('a', script), environment: { type: 'slurm' } },
    workstreams: [{ id: 'default', parallel: true }],
    tasks,
  });
  return project.start('run', graph, '-L', SOCKET, '--json');
}

/** Seconds of processor time of the process, and of those that it has started and waited for. */
function used(pid: number): { own: number; children: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const seconds = (from: number) => ((fields[from] ?? 0) + (fields[from + 1] ?? 0)) / JIFFIES;
  return { own: seconds(11), children: seconds(13) };
}

/** An agent whose second is all that it takes: here nodes and owner share the same cores. */
const BARE = 'sleep 1; commit $AGENTRELAY_TASK.txt done; signal done "$(here)"';
/** The same with the command that agents hand over with: a start of Node for each. */
const USUAL = 'sleep 1; commit $AGENTRELAY_TASK.txt done; agentrelay-complete';

const throughputOf = (script: string) => (project: Project) => throughput(project, script);

async function throughput(project: Project, script: string): Promise<void> {
  const run = start(project, script);
  const began = performance.now();
  const { code } = await run.ended;
  const took = (performance.now() - began) / 1000;
  const ideal = Math.ceil(TASKS / SLOTS);
  say(
    `${TASKS} tasks of 1 s${script === USUAL ? ', and a Node each,' : ''} on ${SLOTS} slots: ${took.toFixed(1)} s, ${(took / ideal).toFixed(2)} of the ideal; code ${code}`,
  );
  const events = project.journal('bench');
  for (const kind of [
    'task_prepared',
    'task_launched',
    'task_waiting',
    'task_signalled',
    'task_succeeded',
    'task_torn_down',
  ]) {
    say(`  ${kind.padEnd(16)} ${spread(events, kind)}`);
  }
}

/** When the first, the middle and the last of them was, in seconds. */
function spread(events: readonly RunEvent[], kind: string): string {
  const began = Date.parse(events[0]?.at ?? '');
  const times = events.filter((event) => event.kind === kind).map(({ at }) => (Date.parse(at) - began) / 1000);
  return [times[0], times[Math.floor(times.length / 2)], times.at(-1)].map((time) => time?.toFixed(2)).join('  ');
}

async function queued(project: Project, cluster: SlurmCluster): Promise<void> {
  const filler = await cluster.fill();
  const run = start(project, 'agentrelay-complete-no-pr');
  let waiting = 0;
  await run.event('task_place_changed', ({ state }) => state === 'queued' && ++waiting === TASKS);
  const before = used(run.pid);
  await delay(WATCHED_SECONDS * 1000);
  const after = used(run.pid);
  const percent = (seconds: number) => `${((seconds / WATCHED_SECONDS) * 100).toFixed(1)} %`;
  const children = percent(after.children - before.children);
  say(`${TASKS} queued jobs: the owner uses ${percent(after.own - before.own)} of a core, and its squeue ${children}`);
  run.kill('SIGKILL');
  await run.ended;
  await filler.end();
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const cluster = await SlurmCluster.start();
try {
  for (const measure of [throughputOf(BARE), throughputOf(USUAL), queued]) {
    const project = makeProject();
    Object.assign(project.env, cluster.env);
    try {
      await measure(project, cluster);
    } finally {
      project.remove();
    }
  }
} finally {
  await cluster.stop();
}

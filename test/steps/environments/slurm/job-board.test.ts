import { expect, test } from 'vitest';
import { JobBoard } from '../../../../src/steps/environments/slurm/job-board.ts';
import type { Job, listJobs } from '../../../../src/steps/environments/slurm/jobs.ts';
import { ToolError } from '../../../../src/steps/tools/exec.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';

const job = (name: string, state: string, node: string | null = null, reason: string | null = null): Job => {
  return { id: `1${name}`, name, state, node, reason };
};

/** A cluster that says what the test wants, and who was asked for. */
function board() {
  const clock = new SimulatedClock();
  const cluster = { jobs: [] as Job[], ended: [] as Job[], isDown: false, asked: [] as string[] };
  const list: typeof listJobs = async ({ names, ended } = {}) => {
    cluster.asked.push(names?.join() ?? 'all');
    if (cluster.isDown) throw new ToolError(['squeue'], { exitCode: 1, stderr: 'no answer', timedOut: false });
    const known = [...cluster.jobs, ...(ended === true ? cluster.ended : [])];
    return known.filter(({ name }) => names === undefined || names.includes(name));
  };
  const told: string[] = [];
  const made = new JobBoard({ clock, list });
  const follow = (name: string, wasKnown = false) =>
    made.follow(name, {
      wasKnown: () => wasKnown,
      seen: (seen) =>
        told.push(`${name} ${seen === null ? 'forgotten' : [seen.state, seen.node ?? seen.reason].join(' ')}`),
      unreachable: (reason) => told.push(`${name} unreachable: ${reason}`),
    });
  const after = async (milliseconds: number) => {
    await clock.advance(milliseconds);
    return told.splice(0);
  };
  return { board: made, clock, cluster, follow, after };
}

test('one look tells of all jobs, and each news once', async () => {
  const { cluster, follow, after } = board();
  cluster.jobs = [job('a', 'PENDING', null, 'Priority'), job('b', 'RUNNING', 'n1'), job('c', 'RUNNING', 'n2')];
  follow('a');
  follow('b');
  expect(await after(1_000)).toEqual(['a PENDING Priority', 'b RUNNING n1']);
  expect(cluster.asked).toEqual(['all']);
  expect(await after(1_000)).toEqual([]);
  cluster.jobs = [job('a', 'PENDING', null, 'Resources'), job('b', 'RUNNING', 'n1')];
  expect(await after(2_000)).toEqual(['a PENDING Resources']);
});

test('what has left the queue is asked for by name, and what Slurm forgot is told as that', async () => {
  const { cluster, follow, after } = board();
  cluster.jobs = [job('a', 'RUNNING', 'n1'), job('b', 'RUNNING', 'n2')];
  follow('a');
  follow('b');
  await after(1_000);
  cluster.jobs = [];
  cluster.ended = [job('a', 'NODE_FAIL', 'n1')];
  expect(await after(1_000)).toEqual(['a NODE_FAIL n1', 'b forgotten']);
  expect(cluster.asked).toEqual(['all', 'all', 'a,b']);
});

test('one that came and went between two looks is told, and none that was not asked for yet', async () => {
  const { cluster, follow, after } = board();
  cluster.ended = [job('a', 'NODE_FAIL', 'n1')];
  follow('a');
  follow('b');
  follow('c', true);
  expect(await after(1_000)).toEqual(['a NODE_FAIL n1', 'c forgotten']);
});

test('nothing is concluded from silence; it is told after a while, and what is known again after it', async () => {
  const { cluster, follow, after } = board();
  cluster.jobs = [job('a', 'RUNNING', 'n1')];
  follow('a');
  await after(1_000);
  cluster.isDown = true;
  expect(await after(5_000)).toEqual([]);
  expect(await after(10_000)).toEqual(['a unreachable: no answer']);
  cluster.isDown = false;
  expect(await after(5_000)).toEqual(['a RUNNING n1']);
});

test('nobody is asked while there are no jobs', async () => {
  const { clock, cluster, follow, after } = board();
  const forget = follow('a');
  await after(1_000);
  forget();
  expect(clock.sleeping).toBe(0);
  await after(60_000);
  expect(cluster.asked).toEqual(['all', 'a']);
  follow('b');
  await after(1_000);
  expect(cluster.asked).toEqual(['all', 'a', 'all', 'b']);
});

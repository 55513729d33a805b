import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { RunEvent } from '../../src/core/events.ts';
import { type Figure, limitedFigure, median, milliseconds } from './figures.ts';
import { makeLongRun } from './long-run.ts';
import type { BenchOptions } from './options.ts';
import { PROGRAM } from './workplace.ts';

const TASKS = 1_000;
const LIMIT = 1_000;

/** From the start of the program to its first decision in a run that is almost over. */
export async function resuming({ rounds }: BenchOptions): Promise<Figure[]> {
  const times: number[] = [];
  let events = 0;
  for (let round = 0; round < rounds; round++) {
    const run = await makeLongRun(TASKS);
    await using place = run.place;
    events = run.events;
    const args = [PROGRAM, 'run', run.graphFile, '-t', place.folder, '-L', place.socket, '--json'];
    times.push(await untilStarted([process.execPath, ...args], run.lastTask));
  }
  const name = `resume ${TASKS.toLocaleString('en')} tasks, ${events.toLocaleString('en')} events`;
  return [limitedFigure(name, median(times), LIMIT, milliseconds)];
}

/** Milliseconds to the event that starts the task. The run is then left to come to its end. */
async function untilStarted(argv: readonly string[], task: string): Promise<number> {
  const [program = '', ...args] = argv;
  const begin = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let time = Number.NaN;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = JSON.parse(line) as RunEvent;
    if (event.kind === 'task_started' && event.task === task) time = performance.now() - begin;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${argv.join(' ')} exited ${code}`);
  return time;
}

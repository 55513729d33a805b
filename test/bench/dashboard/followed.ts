import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RunStore } from '../../../src/steps/run-store.ts';
import { tryLock } from '../../../src/steps/tools/lock-file.ts';
import { type Figure, limitedFigure, median, megabytes } from '../figures.ts';
import { makeLongRun } from '../long-run.ts';
import { PROGRAM } from '../workplace.ts';
import { loadDuring, loadFor, percent, residentOf } from './processes.ts';
import { BenchTerminal } from './terminal.ts';

const TASKS = 1_000;
const PROBE = fileURLToPath(new URL('./heap-probe.cjs', import.meta.url));
/** Of the events, how many the dashboard finds in the journal when it joins. */
const KNOWN = 0.1;
/** Milliseconds for the rest: as many events as a large run has in an hour. */
const FED = 60_000;
const STEP = 50;
/** Milliseconds for which V8 goes on collecting after much has happened. */
const TIDYING = 12_000;
/** Milliseconds over which CPU is measured. */
const WATCHED = 20_000;

const LIMITS = { nothing: 0.005, memory: 160 * 1024, growth: 5 * 1024 } as const;

/** A dashboard that has joined a large run, whose owner is this process: an hour of events, and then nothing. */
export async function followed(): Promise<Figure[]> {
  const { place: repository, graphFile, events } = await makeLongRun(TASKS);
  await using place = repository;
  const store = new RunStore(place.folder, 'bench');
  const journal = store.journalFile(1);
  const lines = readFileSync(journal, 'utf8').split(/(?<=\n)/);
  const known = Math.floor(lines.length * KNOWN);
  writeFileSync(journal, lines.slice(0, known).join(''));
  const lock = tryLock(store.lockFile);
  if (lock.kind !== 'held') throw new Error('somebody owns a run that was just made');
  const report = join(place.folder, '.git/heap');
  const argv = [process.execPath, PROGRAM, 'tui', graphFile, '-t', place.folder, '-L', place.socket];
  const env = { NODE_OPTIONS: `--require ${PROBE}`, BENCH_HEAP_PROBE: report };
  const socket = `${place.socket}-terminal`;
  await using terminal = await BenchTerminal.start({ socket, argv, cwd: place.folder, env });
  await terminal.seen((screen) => screen[0]?.includes('joined') === true);
  const heap = [await heapOf(terminal.pid, report)];
  const resident: number[] = [];
  const fed = await loadDuring(terminal.pid, async () => {
    await feed(journal, lines.slice(known), () => resident.push(residentOf(terminal.pid).now));
    await terminal.seen((screen) => screen[0]?.includes(`✔ ${TASKS - 1} `) === true);
  });
  heap.push(await heapOf(terminal.pid, report));
  lock.lock.release();
  await terminal.seen((screen) => screen[0]?.includes('nobody runs it') === true);
  await delay(TIDYING);
  const { own } = await loadFor(terminal.pid, WATCHED);
  const [begin = 0, end = 0] = heap;
  const name = `joined to ${TASKS} tasks, ${(events - known).toLocaleString('en')} events`;
  return [
    limitedFigure(`${name}: memory at its largest`, residentOf(terminal.pid).peak, LIMITS.memory, megabytes),
    { name: '  in the middle', ours: megabytes(median(resident)) },
    { name: '  heap at the beginning and at the end', ours: `${megabytes(begin)}, ${megabytes(end)}` },
    limitedFigure('  growth of the heap', end - begin, LIMITS.growth, megabytes),
    { name: `  CPU, ${(events / (FED / 1000)).toFixed(0)} events a second`, ours: percent(fed.own) },
    limitedFigure('  CPU when nothing runs', own, LIMITS.nothing, percent),
  ];
}

async function feed(journal: string, lines: readonly string[], onStep: () => void): Promise<void> {
  const begin = performance.now();
  for (let at = 0; at < lines.length; ) {
    await delay(STEP);
    const due = Math.min(lines.length, Math.ceil((lines.length * (performance.now() - begin)) / FED));
    appendFileSync(journal, lines.slice(at, due).join(''));
    at = due;
    onStep();
  }
}

/** Kilobytes on the heap after a garbage collection. */
async function heapOf(pid: number, report: string): Promise<number> {
  rmSync(report, { force: true });
  process.kill(pid, 'SIGUSR2');
  while (!existsSync(report)) await delay(20);
  return Number(readFileSync(report, 'utf8')) / 1024;
}

import { setTimeout as delay } from 'node:timers/promises';
import { type Figure, limitedFigure, median, megabytes, milliseconds, quantile } from '../figures.ts';
import type { BenchOptions } from '../options.ts';
import { ECHO, pressKeys, unevenPause } from './keys.ts';
import { type LiveRun, startLiveRun } from './live-run.ts';
import { loadDuring, loadFor, percent, residentOf } from './processes.ts';
import { BenchTerminal } from './terminal.ts';

const TASKS = 1_000;
const AGENTS = 20;
const LINES = 50;
/** Milliseconds over which CPU is measured. */
const WATCHED = 20_000;
/** Milliseconds until a start has left nothing to do. */
const CALM = 3_000;

const LIMITS = { p50: 30, p95: 60, busy: 0.35, quiet: 0.06, memory: 160 * 1024 } as const;

/** A dashboard that owns a large run with agents at work: keys, CPU and memory. */
export async function atWork({ rounds }: BenchOptions): Promise<Figure[]> {
  return [...(await printing(rounds)), ...(await quiet())];
}

async function printing(rounds: number): Promise<Figure[]> {
  await using run = await startLiveRun({ tasks: TASKS, agents: AGENTS, lines: LINES });
  const { terminal, place } = run;
  const socket = `${place.socket}-echo`;
  await using echo = await BenchTerminal.start({ socket, argv: ECHO, cwd: place.folder });
  await echo.seen((lines) => lines[0] === 'ready');
  await delay(CALM);
  const now = await loadDuring(terminal.pid, async () => {
    const over = performance.now() + WATCHED;
    // Between the output of a live agent and a task beside it.
    const now = { terminal, echo, key: (n: number) => 'jk'[n % 2] ?? '', pause: () => 1_000 };
    await pressKeys(now, () => performance.now() > over);
  });
  // Down through the list, which scrolls, and up again: quicker than the panel opens, and slower.
  const length = rounds * 20;
  const key = (n: number) => (n % (2 * length) < length ? 'j' : 'k');
  const times = await pressKeys({ terminal, echo, key, pause: unevenPause }, (n) => n === 2 * length);
  return [
    ...keyFigures(`${TASKS} tasks, ${AGENTS} agents, ${LINES} lines/s: key to frame`, times),
    limitedFigure('  CPU, a key a second', now.own, LIMITS.busy, percent),
    { name: '  CPU of programs that it ran', ours: percent(now.children) },
    memoryFigure(run),
  ];
}

async function quiet(): Promise<Figure[]> {
  await using run = await startLiveRun({ tasks: TASKS, agents: AGENTS, lines: 0 });
  await delay(CALM);
  const { own } = await loadFor(run.terminal.pid, WATCHED);
  return [limitedFigure(`${TASKS} tasks, ${AGENTS} quiet agents: CPU`, own, LIMITS.quiet, percent), memoryFigure(run)];
}

function keyFigures(name: string, times: { ours: readonly number[]; echo: readonly number[] }): Figure[] {
  return ([50, 95] as const).map((share) => {
    const [ours, echo] = [quantile(times.ours, share / 100), quantile(times.echo, share / 100)];
    const figure = limitedFigure(`${name} p${share}`, ours, LIMITS[`p${share}`], milliseconds);
    return { ...figure, baseline: milliseconds(echo), ratio: (ours / median(times.echo)).toFixed(0) };
  });
}

function memoryFigure({ terminal }: LiveRun): Figure {
  return limitedFigure('  memory at its largest', residentOf(terminal.pid).peak, LIMITS.memory, megabytes);
}

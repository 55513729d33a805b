import { fileURLToPath } from 'node:url';
import { type Figure, limitedFigure, median, megabytes, milliseconds } from './figures.ts';
import type { BenchOptions } from './options.ts';
import { timed, Workplace } from './workplace.ts';

const SCRIPT = fileURLToPath(new URL('./schedule-once.ts', import.meta.url));
const LIMITS = new Map([
  [1_000, 300],
  [10_000, 2_000],
]);
const GROWTH_LIMIT = 13;

/** A run whose runner does nothing: what is left is the schedule, the state, the events and the journal on disk. */
export async function scheduling({ rounds }: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const lanes of ['one', 'many'] as const) {
    const medians = new Map<number, number>();
    for (const tasks of [100, 1_000, 10_000]) {
      const name = `schedule ${tasks.toLocaleString('en')} tasks, ${lanes === 'one' ? 'one lane' : 'many lanes'}`;
      const runs: { ms: number; peak: number }[] = [];
      for (let round = 0; round < rounds; round++) runs.push(await scheduleOnce(tasks, lanes));
      const time = median(runs.map(({ ms }) => ms));
      medians.set(tasks, time);
      const limit = LIMITS.get(tasks);
      figures.push(
        limit === undefined ? { name, ours: milliseconds(time) } : limitedFigure(name, time, limit, milliseconds),
        { name: '  memory', ours: megabytes(median(runs.map(({ peak }) => peak))) },
      );
    }
    const growth = (medians.get(10_000) ?? 0) / (medians.get(1_000) ?? 1);
    figures.push(limitedFigure('  10,000 against 1,000', growth, GROWTH_LIMIT, (factor) => `${factor.toFixed(1)} ×`));
  }
  return figures;
}

/** In a process of its own, so that nothing is warm and nothing is left over. */
async function scheduleOnce(tasks: number, lanes: 'one' | 'many'): Promise<{ ms: number; peak: number }> {
  await using place = new Workplace();
  const argv = [process.execPath, SCRIPT, String(tasks), lanes];
  const { output } = await timed(argv, { cwd: place.folder });
  return JSON.parse(output) as { ms: number; peak: number };
}

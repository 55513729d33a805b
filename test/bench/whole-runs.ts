import { type Figure, milliseconds, pairedFigure } from './figures.ts';
import type { BenchOptions } from './options.ts';
import { eventsOf, notedBy, runBare, runOurs, type Shape, type Workplace } from './workplace.ts';

const EIGHT: Shape = { mode: 'parallel', tasks: 20, slots: 8 };

const SHAPES: readonly {
  readonly name: string;
  readonly shape: Shape;
  readonly limit: Parameters<typeof pairedFigure>[2];
}[] = [
  { name: '1 task', shape: { mode: 'chain', tasks: 1, slots: 1 }, limit: { extra: 350 } },
  { name: 'chain of 10', shape: { mode: 'chain', tasks: 10, slots: 1 }, limit: { ratio: 1.5 } },
  { name: '20 tasks, 1 slot', shape: { mode: 'parallel', tasks: 20, slots: 1 }, limit: { ratio: 1.5 } },
  { name: '20 tasks, 4 slots', shape: { mode: 'parallel', tasks: 20, slots: 4 }, limit: { ratio: 1.5 } },
  { name: '20 tasks, 8 slots', shape: EIGHT, limit: { ratio: 1.5 } },
];

/** Whole runs with agents that need no time, each paired with the bare script. */
export async function wholeRuns({ rounds }: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { name, shape, limit } of SHAPES) figures.push(await paired(name, shape, rounds, limit, {}));
  const chain: Shape = { mode: 'chain', tasks: 10, slots: 1 };
  figures.push(await paired('chain of 10, agentrelay-complete', chain, rounds, null, { BENCH_COMPLETE: '1' }));
  figures.push(...(await workingAgents()));
  return figures;
}

/** In turn, so that whatever else the machine does is shared fairly. */
async function paired(
  name: string,
  shape: Shape,
  rounds: number,
  limit: Parameters<typeof pairedFigure>[2],
  env: NodeJS.ProcessEnv,
): Promise<Figure> {
  const pairs: [number, number][] = [];
  for (let round = 0; round < rounds; round++) {
    // The bare script has no agentrelay-complete: its agents always print their signal.
    const bare = await runBare(shape, {});
    pairs.push([await runOurs(shape, env, (_place, run) => run.ms), bare]);
  }
  return pairedFigure(name, pairs, limit);
}

/** Agents that work for a second: what counts is how many do so at once. */
async function workingAgents(): Promise<Figure[]> {
  const env = { BENCH_WORK: '1', BENCH_TRACE: '1' };
  const bare = await runBare(EIGHT, { BENCH_WORK: '1' });
  const { ms, most } = await runOurs(EIGHT, env, (place, run) => ({ ms: run.ms, most: atOnce(place) }));
  const ideal = Math.ceil(EIGHT.tasks / EIGHT.slots) * 1000;
  return [
    pairedFigure('20 tasks of 1 s, 8 slots', [[ms, bare]], { ratio: 1.5 }),
    {
      name: '  against 3 waves of 1 s',
      ours: milliseconds(ms),
      baseline: milliseconds(ideal),
      ratio: (ms / ideal).toFixed(2),
    },
    { name: '  agents at work at once', ours: String(most), target: '8', ok: most === EIGHT.slots },
  ];
}

/** Most agents that had begun and not yet signalled, by their own notes. */
function atOnce(place: Workplace): number {
  const tasks = new Set(eventsOf(place).flatMap((event) => ('attempt' in event ? [event.task] : [])));
  const changes = [...tasks].flatMap((task) => [
    { at: notedBy(place, task, 'started'), by: 1 },
    { at: notedBy(place, task, 'done'), by: -1 },
  ]);
  let now = 0;
  let most = 0;
  for (const { by } of changes.sort((a, b) => a.at - b.at)) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}

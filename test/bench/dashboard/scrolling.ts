import { setTimeout as delay } from 'node:timers/promises';
import { type Figure, median, milliseconds, quantile } from '../figures.ts';
import type { BenchOptions } from '../options.ts';
import { ECHO, pressKeys, unevenPause } from './keys.ts';
import { startLiveRun } from './live-run.ts';
import { BenchTerminal, SIZE } from './terminal.ts';

const FEW = 50;
const MANY = 5_000;
/** Times as slow as with few tasks. */
const LIMIT = 1.5;
/** As terminals send the key. */
const HOME = '\x1b[H';

/** Key to frame in a list of many tasks against one of few, all rows moving at each key. */
export async function scrolling({ rounds }: BenchOptions): Promise<Figure[]> {
  await using few = await startLiveRun({ tasks: FEW, agents: 1, lines: 0 });
  await using many = await startLiveRun({ tasks: MANY, agents: 1, lines: 0 });
  const socket = `${few.place.socket}-echo`;
  await using echo = await BenchTerminal.start({ socket, argv: ECHO, cwd: few.place.folder });
  await echo.seen((lines) => lines[0] === 'ready');
  await delay(3_000);
  const times = { few: [] as number[], many: [] as number[] };
  // To where the list scrolls, and from there on so few rows that the end of the shorter one is not reached.
  const [away, measured] = [SIZE.rows - 10, 15];
  for (let round = 0; round < rounds; round++) {
    for (const [name, { terminal }] of [
      ['few', few],
      ['many', many],
    ] as const) {
      await pressKeys({ terminal, echo, key: () => 'j', pause: () => 5 }, (n) => n === away);
      const { ours } = await pressKeys({ terminal, echo, key: () => 'j', pause: unevenPause }, (n) => n === measured);
      times[name].push(...ours);
      await pressKeys({ terminal, echo, key: () => HOME, pause: () => 200 }, (n) => n === 1);
    }
  }
  const ratio = median(times.many) / median(times.few);
  const middle = {
    name: `scrolling ${MANY.toLocaleString('en')} tasks, against ${FEW}: key to frame p50`,
    ours: milliseconds(median(times.many)),
    baseline: milliseconds(median(times.few)),
    ratio: ratio.toFixed(2),
    target: `≤ ${LIMIT} ×`,
    ok: ratio <= LIMIT,
  };
  const [slowMany, slowFew] = [quantile(times.many, 0.95), quantile(times.few, 0.95)];
  return [
    middle,
    {
      name: '  p95',
      ours: milliseconds(slowMany),
      baseline: milliseconds(slowFew),
      ratio: (slowMany / slowFew).toFixed(2),
    },
  ];
}

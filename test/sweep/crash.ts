import { crashAt, crashAtRandom } from '../support/sweep/crash-cases.ts';
import { runSweep } from '../support/sweep/main.ts';
import { sweepOptions } from '../support/sweep/options.ts';

// npm run sweep:crash -- [--points A-B/STEP] [--runs N] [--seed S] [--jobs J] [--unkilled N] [--program FOLDER]
// The owner of the demo's graph is killed before, after and in the middle of every event, one kill a run, and in N runs
// 1 to 4 times at random; each run is then gone on with, and must end as one that was never killed.

const MODES = ['before', 'after', 'torn'] as const;

const options = sweepOptions(process.argv.slice(2), { runs: 200 });
process.exitCode = await runSweep(options, ({ points, duration }) => [
  ...points.flatMap((seq) => MODES.map((when) => crashAt(seq, when, options.seed))),
  ...Array.from({ length: options.runs }, (_, at) => crashAtRandom(at + 1, options.seed, duration)),
]);

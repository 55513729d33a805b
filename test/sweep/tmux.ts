import { runSweep } from '../support/sweep/main.ts';
import { sweepOptions } from '../support/sweep/options.ts';
import { tmuxGoneAt, tmuxGoneAtRandom } from '../support/sweep/tmux-cases.ts';

// npm run sweep:tmux -- [the options of sweep:crash]
// The tmux server of the demo's run ends after every event, once with the owner alive and once with the owner killed
// too, and in N runs 1 to 3 times at random; each run must end with the same tree and the same statuses all the same.

const options = sweepOptions(process.argv.slice(2), { runs: 50 });
process.exitCode = await runSweep(options, ({ points, duration }) => [
  ...points.flatMap((seq) => [tmuxGoneAt(seq, false, options.seed), tmuxGoneAt(seq, true, options.seed)]),
  ...Array.from({ length: options.runs }, (_, at) => tmuxGoneAtRandom(at + 1, options.seed, duration)),
]);

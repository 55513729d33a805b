import { AGENT_PLACES, agentPlace } from '../support/places/agent-places.ts';
import { crashAtRandom } from '../support/sweep/crash-cases.ts';
import { runSweep } from '../support/sweep/main.ts';
import { sweepOptions } from '../support/sweep/options.ts';

// npm run sweep:places -- PLACE [--runs N] [--seed S] [--jobs J] [--unkilled N] [--program FOLDER]
// The owner of the demo's graph, whose agents live in PLACE (process, bwrap, oci, ssh, slurm), is killed 1 to 4 times at random
// in each of N runs, which is then gone on with, must end as one in tmux that was never killed, and leaves nothing running.

const [name = '', ...rest] = process.argv.slice(2);
const place = await agentPlace(name);
if (place === null) {
  console.error(`which place? One of ${AGENT_PLACES.join(', ')}`);
  process.exitCode = 2;
} else {
  const options = sweepOptions(rest, { runs: 20 });
  try {
    process.exitCode = await runSweep({ ...options, points: null }, ({ duration }) =>
      Array.from({ length: options.runs }, (_, at) => crashAtRandom(at + 1, options.seed, duration, place)),
    );
  } finally {
    await place.end();
  }
}

import { gitHarmed, gitHarms, gitUse, lockedAtRandom } from '../support/sweep/git-cases.ts';
import { chosen, runSweep } from '../support/sweep/main.ts';
import { sweepOptions } from '../support/sweep/options.ts';

// npm run sweep:git -- [--points A-B/STEP] [--runs N] [--seed S] [--jobs J] [--program FOLDER]
// One git process of the owner is killed before, within and at the end of its work, or finds a lock file that nobody
// holds, for the gits of every kind that a run uses (60 at most of a kind; --points chooses by number); and in N runs
// a lock file appears at random. The owner goes on, or another one goes on with the run: it must end with the same tree
// and the same statuses.

const MOST = 60;

const options = sweepOptions(process.argv.slice(2), { runs: 50 });
process.exitCode = await runSweep(options, async ({ swept, duration }) => {
  const harms = gitHarms(await gitUse(swept), options.seed, MOST);
  const numbers = chosen(options, harms.length);
  console.log(`${harms.length} ways to harm git, of which ${numbers.length} are tried`);
  return [
    ...numbers.flatMap((number) => harms[number - 1] ?? []).map(gitHarmed),
    ...Array.from({ length: options.runs }, (_, at) => lockedAtRandom(at + 1, options.seed, Math.round(duration))),
  ];
});

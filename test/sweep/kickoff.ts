import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { SHIPPED } from '../../src/steps/frameworks/shipped.ts';
import { kickoffTrial } from '../support/sweep/kickoff-cases.ts';
import { type KickoffResult, sweepKickoffs } from '../support/sweep/kickoff-sweep.ts';

// npm run sweep:kickoff -- [--runs N] [--seed S] [--jobs J] [--load L] [--framework NAME,NAME]
// N agents (200) are kicked off, J at once, while L processes keep all processors busy: they start late, show dialogs,
// leave their prompt in the input, swallow Enter or make a line break of it. Each must accept its prompt exactly once.

const text = { type: 'string' } as const;
const options = { runs: text, seed: text, jobs: text, load: text, framework: text };
const { values } = parseArgs({ options });
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const frameworks = values.framework?.split(',') ?? Object.keys(SHIPPED);
const trials = Array.from({ length: Number(values.runs ?? 200) }, (_, at) => kickoffTrial(at + 1, seed, frameworks));
const load = Number(values.load ?? availableParallelism());
console.log(`seed ${seed}; ${trials.length} kickoffs of ${frameworks.join(', ')}; ${load} processes of load`);

let ended = 0;
const results = await sweepKickoffs({ trials, jobs: Number(values.jobs ?? 6), load }, (result) => {
  ended++;
  if (ended % 25 === 0) console.log(`${ended} of ${trials.length}`);
  for (const deviation of result.deviations) {
    const { framework, obstacles } = result.trial;
    console.log(`DEVIATION ${result.task} ${framework} (${obstacles.join(', ') || 'no obstacle'}): ${deviation}`);
  }
});
console.log(summary(results));
process.exitCode = results.some(({ deviations }) => deviations.length > 0) ? 1 : 0;

function summary(results: readonly KickoffResult[]): string {
  const count = (of: (result: KickoffResult) => string | number | undefined) => {
    const counts = new Map<string, number>();
    for (const result of results) counts.set(String(of(result)), (counts.get(String(of(result))) ?? 0) + 1);
    return [...counts].sort(([a], [b]) => a.localeCompare(b)).map(([name, times]) => `${name} ${times}`);
  };
  const times = results.map(({ took }) => took / 1000).sort((a, b) => a - b);
  const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1);
  const right = results.filter(({ deviations }) => deviations.length === 0).length;
  return [
    `programs: ${count(({ trial }) => trial.framework).join(', ')}`,
    `seen by: ${count(({ kicked }) => kicked?.seenBy ?? 'nothing').join(', ')}`,
    `submitted: ${count(({ kicked }) => kicked?.tries ?? 'never').join(', ')}`,
    `seconds: median ${at(0.5)}, 95 % ${at(0.95)}, longest ${at(1)}`,
    `kickoffs ${results.length}, accepted exactly once ${right}, deviations ${results.length - right}`,
  ].join('\n');
}

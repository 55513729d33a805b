import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { MergeMethod } from '../../src/core/graph/graph.ts';
import { type FaultCase, faultCases, shuffled } from '../support/sweep/fault-cases.ts';
import type { FaultBaseline } from '../support/sweep/fault-judge.ts';
import { type FaultResult, faultBaseline, sweepFaults } from '../support/sweep/fault-sweep.ts';
import { faultTable } from '../support/sweep/fault-table.ts';
import { copyProgram } from '../support/sweep/program.ts';

// npm run sweep:fault -- [--call REGEX] [--fault REGEX] [--seed S] [--jobs J] [--program FOLDER]
// Each call to GitHub and to its git that a run makes (the first, a middle and a late one of those that are made often)
// goes wrong once, in each way. The run must end as if nothing had been: each pull request opened once and merged once.

/** Deviations of one run that are printed: where a run broke off, all that it would have done is missing. */
const MAX_TOLD = 8;

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { call: text, fault: text, seed: text, jobs: text, program: text } });
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const swept = values.program === undefined ? copyProgram() : copyProgram(values.program);
try {
  const baselines = new Map<MergeMethod, FaultBaseline>();
  for (const method of ['merge', 'squash'] as const) baselines.set(method, await faultBaseline(swept, method));
  const all = [...baselines].flatMap(([method, { calls }]) => faultCases(calls, method));
  const cases = shuffled(all.filter(isChosen), seed);
  const { calls, seconds } = baselines.get('merge') ?? { calls: null, seconds: 0 };
  console.log(`seed ${seed}; a run without faults takes ${seconds.toFixed(1)} s and makes these calls:`);
  for (const [call, count] of Object.entries({ ...calls?.api, ...calls?.git })) console.log(`  ${count} × ${call}`);
  console.log(`${cases.length} runs; of calls that are made more than 3 times the first, a middle and a late one`);
  const jobs = Number(values.jobs ?? 3);
  const results = await sweepFaults(cases, { swept, baselines, jobs }, report);
  const deviations = results.filter((result) => result.deviations.length > 0).length;
  console.log(`\n${faultTable(results)}\n`);
  console.log(
    'each: how it went (told: refused with a hint, nothing begun), how often more that call was made, seconds',
  );
  console.log(`runs ${results.length}, deviations ${deviations}`);
  process.exitCode = deviations > 0 ? 1 : 0;
} finally {
  rmSync(swept.folder, { recursive: true, force: true });
}

/** What squash does differently is how it merges. */
function isChosen({ method, call, fault }: FaultCase): boolean {
  const isIt = (wish: string | undefined, word: string) => wish === undefined || new RegExp(wish).test(word);
  if (method === 'squash' && call !== 'PullRequestMerge') return false;
  return isIt(values.call, call) && isIt(values.fault, fault);
}

function report({ cases: met, deviations, extra, seconds }: FaultResult): void {
  const what = met.map(({ method, call, nth, fault }) => `${method} ${call} ${nth}, ${fault}`).join(' and ');
  const more = Object.entries(extra).map(([name, count]) => `${name} ${count > 0 ? '+' : ''}${count}`);
  const wrong = deviations.length === 0 ? 'ok' : 'DEVIATION';
  console.log(`${wrong} ${what}: ${seconds.toFixed(1)} s; ${more.join(', ')}`);
  for (const deviation of deviations.slice(0, MAX_TOLD)) console.log(`    ${deviation.slice(0, 1_000)}`);
}

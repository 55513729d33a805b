import { rmSync } from 'node:fs';
import { withPlainGit } from '../../../src/commands/demo/plain-git.ts';
import type { SweepOptions } from './options.ts';
import { copyProgram, type SweptProgram } from './program.ts';
import { baselineOf, type CaseResult, type SweepCase, sweep } from './sweep.ts';

/** Places of runs that deviate are kept, up to this many. */
const MAX_KEPT = 20;

/** Characters of a deviation that are printed. */
const MAX_TOLD = 500;

export interface SweepPlan {
  /** Numbers of the events at which something is to happen. */
  readonly points: readonly number[];
  /** Milliseconds that an unkilled run takes. */
  readonly duration: number;
  readonly swept: SweptProgram;
}

/** Runs a whole sweep and says how it went, on standard output. Resolves to the exit code. */
export async function runSweep(
  options: SweepOptions,
  casesOf: (plan: SweepPlan) => readonly SweepCase[] | Promise<readonly SweepCase[]>,
): Promise<number> {
  return await withPlainGit(process.env, async () => {
    const swept = options.program === null ? copyProgram() : copyProgram(options.program);
    try {
      const { events, duration, world } = await baselineOf(swept);
      console.log(`seed ${options.seed}; an unkilled run has ${events} events and takes ${Math.round(duration)} ms`);
      const points = chosen(options, events);
      const unkilled = Array.from({ length: options.unkilled }, (_, at) => untouched(at + 1));
      const cases = [...unkilled, ...(await casesOf({ points, duration, swept }))];
      let ended = 0;
      const results = await sweep(
        cases,
        { swept, expected: world, jobs: options.jobs, maxKept: MAX_KEPT },
        (result) => {
          ended++;
          if (ended % 50 === 0) console.log(`${ended} of ${cases.length} runs`);
          report(result);
        },
      );
      return conclude(results);
    } finally {
      rmSync(swept.folder, { recursive: true, force: true });
    }
  });
}

/** The numbers from 1 to `last` that the options choose. */
export function chosen({ points }: SweepOptions, last: number): number[] {
  const { from, to, step } = points ?? { from: 1, to: last, step: 1 };
  const all = Array.from({ length: last }, (_, at) => at + 1);
  return all.filter((number) => number >= from && number <= to && (number - from) % step === 0);
}

function report({ name, deviations, kept }: CaseResult): void {
  if (deviations.length === 0) return;
  const all = deviations.join('; ');
  const told = all.length > MAX_TOLD ? `${all.slice(0, MAX_TOLD)}…` : all;
  console.log(`DEVIATION ${name}: ${told}${kept === null ? '' : `; all of it in ${kept}/deviations`}`);
}

function conclude(results: readonly CaseResult[]): number {
  const tried = results.filter(({ hit }) => hit).length;
  const deviations = results.filter((result) => result.deviations.length > 0).length;
  console.log(`kill points tried ${tried}, runs ${results.length}, deviations ${deviations}`);
  return deviations > 0 ? 1 : 0;
}

function untouched(number: number): SweepCase {
  return { name: `unkilled run ${number}`, mayRetry: false, legs: () => [] };
}

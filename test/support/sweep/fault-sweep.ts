import type { MergeMethod } from '../../../src/core/graph/graph.ts';
import type { FaultCase } from './fault-cases.ts';
import { callsOf, type FaultBaseline, type FaultVerdict, judgeFaultRun } from './fault-judge.ts';
import { type FaultRun, type FaultRunOptions, faultRun } from './fault-run.ts';
import { readFaultWorld } from './fault-world.ts';

export interface FaultResult extends FaultVerdict {
  /** What it met. */
  readonly cases: readonly FaultCase[];
  readonly seconds: number;
  /** What the run printed. */
  readonly output: string;
}

export type SweptOptions = Pick<FaultRunOptions, 'program' | 'compileCache' | 'signal'>;

/** A run without faults; throws when that alone goes wrong. */
export async function faultBaseline(swept: SweptOptions, method: MergeMethod): Promise<FaultBaseline> {
  const run = await faultRun({ ...swept, method });
  try {
    const { deviations } = await judgeFaultRun(run, null, []);
    if (deviations.length > 0)
      throw new Error(`the run without faults went wrong: ${deviations.join('; ')}\n${run.output}`);
    return { calls: callsOf(run), world: await readFaultWorld(run), seconds: run.seconds };
  } finally {
    await run.remove();
  }
}

/** One run that meets all of these. */
export async function tryFaults(
  swept: SweptOptions,
  baseline: FaultBaseline,
  cases: readonly FaultCase[],
): Promise<FaultResult> {
  let run: FaultRun | null = null;
  try {
    const { method = 'merge' } = cases[0] ?? {};
    const api = cases.flatMap((one) => one.api ?? []);
    const login = cases.flatMap((one) => one.login ?? []);
    run = await faultRun({ ...swept, method, api: [...api, ...login], git: cases.flatMap(({ git }) => git ?? []) });
    const { seconds, output } = run;
    return { cases, ...(await judgeFaultRun(run, baseline, cases)), seconds, output };
  } finally {
    await run?.remove();
  }
}

/** Tries the cases, each in a run of its own, `jobs` at once; `tell` hears of each as it ends. */
export async function sweepFaults(
  cases: readonly FaultCase[],
  { jobs, ...rest }: { swept: SweptOptions; baselines: ReadonlyMap<MergeMethod, FaultBaseline>; jobs: number },
  tell: (result: FaultResult) => void,
): Promise<FaultResult[]> {
  const { swept, baselines } = rest;
  const waiting = [...cases];
  const results: FaultResult[] = [];
  const work = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const baseline = baselines.get(one.method);
      if (baseline === undefined) throw new Error(`no run without faults with ${one.method}`);
      const result = await tryFaults(swept, baseline, [one]);
      results.push(result);
      tell(result);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return results;
}

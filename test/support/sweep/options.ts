import { parseArgs } from 'node:util';

export interface SweepOptions {
  /** Events at which something happens, both included; null for all. */
  readonly points: { readonly from: number; readonly to: number; readonly step: number } | null;
  /** Runs with harm at random times. */
  readonly runs: number;
  readonly seed: number;
  /** How many runs are made at once. */
  readonly jobs: number;
  /** Runs that nothing happens to, to see that the measure itself is right. */
  readonly unkilled: number;
  /** A checkout or a copy of one, built; null for this one. */
  readonly program: string | null;
}

/**
 * `--points A-B[/STEP] --runs N --seed S --jobs J --unkilled N --program FOLDER`; `--points 0` leaves points out, and a
 * step of 5 takes every fifth.
 */
export function sweepOptions(argv: readonly string[], defaults: { readonly runs: number }): SweepOptions {
  const text = { type: 'string' } as const;
  const options = { points: text, runs: text, seed: text, jobs: text, unkilled: text, program: text };
  const { values } = parseArgs({ args: [...argv], options });
  const [range, step = '1'] = values.points?.split('/') ?? [];
  const points = range?.split('-').map(Number);
  return {
    points: points === undefined ? null : { from: points[0] ?? 1, to: points.at(-1) ?? 0, step: Number(step) },
    runs: Number(values.runs ?? defaults.runs),
    seed: Number(values.seed ?? Date.now() % 1_000_000),
    jobs: Number(values.jobs ?? 3),
    unkilled: Number(values.unkilled ?? 0),
    program: values.program ?? null,
  };
}

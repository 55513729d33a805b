import { type GitHubSandbox, githubSandbox } from '../../support/github/sandbox.ts';
import { type Figure, pairedFigure } from '../figures.ts';
import type { BenchOptions } from '../options.ts';
import { type Ground, makeRepository, runBare, runOurs, type Shape } from '../workplace.ts';

const LIMIT = { ratio: 1.4 };

const SHAPES: readonly { readonly name: string; readonly shape: Shape }[] = [
  { name: '1 task', shape: { mode: 'chain', tasks: 1, slots: 1 } },
  { name: 'chain of 10', shape: { mode: 'chain', tasks: 10, slots: 1 } },
  { name: '20 tasks, 4 slots', shape: { mode: 'parallel', tasks: 20, slots: 4 } },
  { name: '20 tasks, 8 slots', shape: { mode: 'parallel', tasks: 20, slots: 8 } },
];

/** Whole runs with the real gh on both sides, against the local API; each in a repository of its own. */
export async function runsOnGitHub({ rounds }: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { name, shape } of SHAPES) {
    const pairs: [number, number][] = [];
    const calls: { readonly ours: number; readonly bare: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const bare = await inSandbox((ground) => runBare(shape, { BENCH_GH: 'github.com/acme/widgets' }, ground));
      const ours = await inSandbox((ground) => runOurs(shape, { BENCH_COMPLETE: '1' }, (_, run) => run.ms, ground));
      pairs.push([ours.result, bare.result]);
      calls.push({ ours: ours.calls, bare: bare.calls });
    }
    figures.push(pairedFigure(name, pairs, LIMIT));
    const [last] = calls.slice(-1);
    figures.push({ name: '  requests to GitHub', ours: String(last?.ours), baseline: String(last?.bare) });
  }
  return figures;
}

async function inSandbox<T>(work: (ground: Ground) => Promise<T>): Promise<{ result: T; calls: number }> {
  const box = await githubSandbox({});
  try {
    const result = await work({ make: () => withOrigin(box), env: box.env });
    const problems = box.api.problems();
    if (problems.length > 0) throw new Error(`the local API was asked what it does not know: ${problems.join('; ')}`);
    return { result, calls: box.api.calls.length };
  } finally {
    await box.close();
  }
}

async function withOrigin(box: GitHubSandbox) {
  const place = await makeRepository();
  await place.git('remote', 'add', 'origin', box.url);
  box.git(place.folder, 'push', '-q', '-f', 'origin', 'main');
  return place;
}

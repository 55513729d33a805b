import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { atWork } from './dashboard/at-work.ts';
import { firstFrame } from './dashboard/first-frame.ts';
import { followed } from './dashboard/followed.ts';
import { scrolling } from './dashboard/scrolling.ts';
import { type Figure, tableOf } from './figures.ts';
import { watching } from './github/watching.ts';
import { runsOnGitHub } from './github/whole-runs.ts';
import { loading } from './loading.ts';
import type { BenchOptions } from './options.ts';
import { resuming } from './resuming.ts';
import { scheduling } from './scheduling.ts';
import { processCount, signalLatency } from './signals.ts';
import { startUp } from './start-up.ts';
import { wholeRuns } from './whole-runs.ts';

// npm run bench -- [--quick] [SECTION...]: docs/benchmarks.md says what each figure means.

type Section = (options: BenchOptions) => Promise<Figure[]>;

const SECTIONS: Readonly<Record<string, { readonly title: string; readonly run: Section }>> = {
  a: { title: 'whole runs, against the bare script', run: wholeRuns },
  b: {
    title: 'from signal to step',
    run: async (options) => [...(await signalLatency(options)), ...(await processCount())],
  },
  c: { title: 'load and validate', run: loading },
  d: { title: 'schedule, with a journal', run: scheduling },
  e: { title: 'start-up and memory', run: startUp },
  f: { title: 'resume', run: resuming },
  g: { title: 'dashboard: first frame', run: firstFrame },
  h: { title: 'dashboard: agents at work', run: atWork },
  i: { title: 'dashboard: scrolling', run: scrolling },
  j: { title: 'dashboard: an hour of events, and nothing', run: followed },
  k: { title: 'GitHub: whole runs, against the bare script with gh', run: runsOnGitHub },
  l: { title: 'GitHub: half an hour of waiting for checks', run: watching },
};

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean' } }, allowPositionals: true });
const names = positionals.length === 0 ? Object.keys(SECTIONS) : positionals;
for (const name of names) {
  if (!(name in SECTIONS)) throw new Error(`no section ${name}; there are ${Object.keys(SECTIONS).join(', ')}`);
}
const figures: Figure[] = [];
for (const name of names) {
  const { title, run } = SECTIONS[name] as (typeof SECTIONS)[string];
  console.error(`${name}  ${title}`);
  figures.push({ name: `${name}  ${title}`, ours: '' }, ...(await run({ rounds: values.quick ? 2 : 5 })));
}
console.log(`Node ${process.version}, ${availableParallelism()} cores`);
for (const line of tableOf(figures)) console.log(line);

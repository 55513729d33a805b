import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Figure, limitedFigure, median, milliseconds, quantile } from './figures.ts';
import type { BenchOptions } from './options.ts';
import { eventsOf, makeRepository, notedBy, runArguments, runOurs, type Shape, timed } from './workplace.ts';

/** From an agent's signal to the step after it, and to the start of the next agent of the chain. */
export async function signalLatency({ rounds }: BenchOptions): Promise<Figure[]> {
  const chain: Shape = { mode: 'chain', tasks: 10, slots: 1 };
  const steps: number[] = [];
  const starts: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await runOurs(chain, { BENCH_TRACE: '1' }, (place) => {
      for (const event of eventsOf(place)) {
        if (event.kind === 'task_pr_merging') steps.push(Date.parse(event.at) - notedBy(place, event.task, 'done'));
      }
      for (let n = 1; n < chain.tasks; n++) {
        starts.push(notedBy(place, `t${n + 1}`, 'started') - notedBy(place, `t${n}`, 'done'));
      }
    });
  }
  return [
    limited('signal written → merge begun, p50', quantile(steps, 0.5), 20),
    limited('signal written → merge begun, p95', quantile(steps, 0.95), 80),
    limited('signal written → next agent started, p50', median(starts), 130),
  ];
}

function limited(name: string, value: number, limit: number): Figure {
  return limitedFigure(name, value, limit, milliseconds);
}

/** Programs started for one more task of a chain: the difference between a chain of 10 and one of 5, by 5. */
export async function processCount(): Promise<Figure[]> {
  const [ten, five] = [await programsOf(10), await programsOf(5)];
  if (ten === null || five === null) {
    return [{ name: 'programs started for one more chain task', ours: 'needs strace' }];
  }
  const more = (whose: keyof Programs) => {
    const names = new Set([...ten[whose].keys(), ...five[whose].keys()]);
    const counts = [...names].map((name) => {
      return { name, count: ((ten[whose].get(name) ?? 0) - (five[whose].get(name) ?? 0)) / 5 };
    });
    return counts.filter(({ count }) => count !== 0).sort((a, b) => b.count - a.count);
  };
  const total = (counts: readonly { count: number }[]) => counts.reduce((sum, { count }) => sum + count, 0);
  const listed = (counts: readonly { name: string; count: number }[]): Figure[] =>
    counts.map(({ name, count }) => ({ name: `    ${name}`, ours: String(count) }));
  const [ours, agents, tmux] = [more('ours'), more('agents'), more('tmux')];
  return [
    limitedFigure('programs started for one more chain task', total(ours), 8, String),
    ...listed(ours),
    { name: '  and by its agent', ours: String(total(agents)) },
    ...listed(agents),
    { name: '  and by tmux for each window', ours: String(total(tmux)) },
    ...listed(tmux),
  ];
}

interface Programs {
  readonly ours: Map<string, number>;
  readonly agents: Map<string, number>;
  /** The helper that writes utmp, where tmux was built with it. */
  readonly tmux: Map<string, number>;
}

/** Every program that ran in a chain, the tmux server's included. Null without strace. */
async function programsOf(tasks: number): Promise<Programs | null> {
  const folder = mkdtempSync(join(tmpdir(), 'agentrelay-bench-trace-'));
  const trace = join(folder, 'trace');
  await using place = await makeRepository();
  const strace = ['strace', '-f', '-qq', '-s', '200', '-e', 'trace=execve,clone,clone3,fork,vfork', '-o', trace];
  const shape: Shape = { mode: 'chain', tasks, slots: 1 };
  try {
    await timed([...strace, process.execPath, ...runArguments(place, shape)], { cwd: place.folder });
    return parseTrace(readFileSync(trace, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An agent is `agent.sh`, and whatever comes from it. */
function parseTrace(text: string): Programs {
  const parents = new Map<string, string>();
  const started: { pid: string; argv: string[] }[] = [];
  const unfinished = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, pid = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) unfinished.set(pid, rest);
    const call = rest.startsWith('<...') ? `${unfinished.get(pid) ?? ''}${rest}` : rest;
    const result = /= (\d+)$/.exec(call)?.[1];
    if (result === undefined) continue;
    if (!call.startsWith('execve(')) parents.set(result, pid);
    else started.push({ pid, argv: wordsOf(call.slice(call.indexOf('['))) });
  }
  const roots = new Set(started.filter(({ argv }) => argv[1]?.endsWith('/agent.sh')).map(({ pid }) => pid));
  const isAgents = (pid: string | undefined): boolean =>
    pid !== undefined && (roots.has(pid) || isAgents(parents.get(pid)));
  const programs: Programs = { ours: new Map(), agents: new Map(), tmux: new Map() };
  for (const { pid, argv } of started) {
    const name = programName(argv);
    const whose = name === 'utempter' ? 'tmux' : isAgents(pid) ? 'agents' : 'ours';
    const counts = programs[whose];
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return programs;
}

function wordsOf(call: string): string[] {
  return [...call.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) => word);
}

/** `git checkout`, without the options before the subcommand. */
function programName([program = '', ...args]: readonly string[]): string {
  const base = program.slice(program.lastIndexOf('/') + 1);
  if (base === 'git') return `git ${args.find((word, at) => !word.startsWith('-') && args[at - 1] !== '-c') ?? ''}`;
  if (base === 'sh')
    return `sh ${args[0] === '-c' ? `-c ${(args[1] ?? '').slice(0, 12)}…` : (args[0] ?? '').replace(/^.*\//, '')}`;
  return base;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Figure, limitedFigure, median, megabytes, milliseconds, pairedFigure } from './figures.ts';
import type { BenchOptions } from './options.ts';
import { probed } from './probe.ts';
import { makeRepository, PROGRAM, ROOT, runArguments, runOurs, timed, type Workplace } from './workplace.ts';

const AGENT_LIMIT = 150;
const RUN_MEMORY_LIMIT = 90 * 1024;

/** From the start of a process to its end, each paired with a Node that does nothing; and what memory each takes. */
export async function startUp({ rounds }: BenchOptions): Promise<Figure[]> {
  await using place = await makeRepository();
  const graph = place.write('.git/small.yaml', 'name: small\ntasks: [{ id: a }]\n');
  const env = await agentEnvironment(place);
  const agentCommand = (name: string, ...flags: string[]) => [join(ROOT, 'bin', `agentrelay-${name}`), ...flags];
  const many = rounds * 3;
  const figures: Figure[] = [];
  const measure = async (name: string, args: readonly string[], limit: { ratio: number } | null, own = {}) => {
    const pairs = await pairsOf(many, [process.execPath, ...args], { cwd: place.folder, env: own });
    figures.push(pairedFigure(name, pairs, limit));
    const probe = (more: NodeJS.ProcessEnv) => {
      return timed([process.execPath, ...args], { cwd: place.folder, env: { ...own, ...more } });
    };
    figures.push({ name: '  memory', ours: megabytes((await probed(probe)).peak) });
    return median(pairs.map(([ours]) => ours));
  };
  await measure('--version, against node -e 0', [PROGRAM, '--version'], { ratio: 1.5 });
  await measure('validate a small graph', [PROGRAM, 'validate', graph], null);
  for (const args of [agentCommand('concern', '--message', 'hm'), agentCommand('complete')]) {
    const name = `agentrelay-${(args[0] ?? '').replace(/^.*agentrelay-/, '')}`;
    const time = await measure(name, args, null, env);
    figures.push(limitedFigure('  in all', time, AGENT_LIMIT, milliseconds));
  }
  return [...figures, ...(await wholeRun())];
}

async function pairsOf(
  rounds: number,
  argv: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<[number, number][]> {
  await timed(argv, options);
  const pairs: [number, number][] = [];
  for (let round = 0; round < rounds; round++) {
    const { ms } = await timed([process.execPath, '-e', '0'], options);
    pairs.push([(await timed(argv, options)).ms, ms]);
  }
  return pairs;
}

/** What the agent of a task has in its environment, on a branch with a commit to hand over. */
async function agentEnvironment(place: Workplace): Promise<NodeJS.ProcessEnv> {
  await place.git('update-ref', 'refs/heads/agentrelay/bench/ws/default', 'HEAD');
  await place.git('checkout', '-q', '-b', 'agentrelay/bench/t1');
  await place.git('commit', '-q', '--allow-empty', '-m', 'Work');
  const manifest = {
    task: { id: 't1' },
    execution: { attempt_num: 1 },
    workspace: { branch_name: 'agentrelay/bench/t1', integration_branch: 'agentrelay/bench/ws/default' },
  };
  const file = place.write('.git/signals/manifest.json', JSON.stringify(manifest));
  place.write('.git/signals/policies.json', JSON.stringify({ pr_policy: { forge: 'local' } }));
  const own = { AGENTRELAY_TASK: 't1', AGENTRELAY_ATTEMPT: '1', AGENTRELAY_TOKEN: 'token' };
  return { ...own, AGENTRELAY_SIGNAL_DIR: join(file, '..') };
}

/** The memory of a whole run, and that nothing of the screen was imported in it. */
async function wholeRun(): Promise<Figure[]> {
  const shape = { mode: 'parallel', tasks: 20, slots: 8 } as const;
  const { peak } = await probed((env) => runOurs(shape, env, () => {}));
  const one = { mode: 'chain', tasks: 1, slots: 1 } as const;
  const { imported } = await probed(
    async (env) => {
      await using place = await makeRepository();
      await timed([process.execPath, ...runArguments(place, one)], { cwd: place.folder, env });
    },
    { imports: true },
  );
  const ofScreen = imported.filter((url) => url.startsWith('file:') && holdsScreen(fileURLToPath(url)));
  return [
    limitedFigure('memory of a headless run of 20 tasks', peak, RUN_MEMORY_LIMIT, megabytes),
    {
      name: 'modules of ink and react in a headless run',
      ours: `${ofScreen.length} of ${imported.length} files`,
      target: '0',
      ok: ofScreen.length === 0 && imported.length > 0,
    },
  ];
}

/** A bundle names the packages that it holds. */
function holdsScreen(file: string): boolean {
  return /\bnode_modules\/(ink|react|react-reconciler|yoga-layout)\//.test(file + readFileSync(file, 'utf8'));
}

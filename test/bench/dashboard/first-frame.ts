import { type Figure, limitedFigure, median, milliseconds, pairedFigure } from '../figures.ts';
import type { BenchOptions } from '../options.ts';
import { makeRepository, PROGRAM } from '../workplace.ts';
import { BenchTerminal } from './terminal.ts';

const LIMIT = 400;
const GRAPH = `name: small
primary_agent: { framework: command, command: [cat] }
tasks:
  - { id: first }
  - { id: second, dependencies: [first] }
`;

interface Start {
  /** Milliseconds to the first line of a Node that prints one and does nothing else. */
  readonly node: number;
  /** From the start of the process to the first frame, and to that with the tasks of the run. */
  readonly frame: number;
  readonly tasks: number;
  readonly working: number;
}

/** `agentrelay tui` of a new run, each time in a fresh repository. */
export async function firstFrame({ rounds }: BenchOptions): Promise<Figure[]> {
  // Fills the cache of compiled code.
  await start();
  const starts: Start[] = [];
  for (let round = 0; round < 2 * rounds; round++) starts.push(await start());
  const pairs = (what: 'frame' | 'tasks' | 'working') => starts.map((one) => [one[what], one.node] as const);
  const frame = median(starts.map(({ frame }) => frame));
  return [
    pairedFigure('first frame, against the first line of a Node', pairs('frame'), null),
    limitedFigure('  in all', frame, LIMIT, milliseconds),
    pairedFigure('  the first with the tasks of a new run', pairs('tasks'), null),
    pairedFigure('  the first in which an agent works', pairs('working'), null),
  ];
}

async function start(): Promise<Start> {
  await using place = await makeRepository();
  const graph = place.write('.git/small.yaml', GRAPH);
  const begin = async (socket: string, argv: readonly string[]) =>
    await BenchTerminal.start({ socket: `${place.socket}-${socket}`, argv, cwd: place.folder });
  const { node } = await (async () => {
    await using bare = await begin('node', [process.execPath, '-e', 'console.log("here")']);
    return { node: (await bare.seen((lines) => lines[0] === 'here')) - bare.started };
  })();
  const argv = [process.execPath, PROGRAM, 'tui', graph, '-t', place.folder, '-L', place.socket];
  await using terminal = await begin('tui', argv);
  const until = async (isThere: (lines: readonly string[]) => boolean) =>
    (await terminal.seen(isThere)) - terminal.started;
  const frame = await until((lines) => lines[0]?.includes('agentrelay') === true);
  const tasks = await until((lines) => lines.some((line) => / first +/.test(line)));
  const working = await until((lines) => lines.some((line) => / first .*working/.test(line)));
  return { node, frame, tasks, working };
}

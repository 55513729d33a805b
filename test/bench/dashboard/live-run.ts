import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeRepository, PROGRAM, type Workplace } from '../workplace.ts';
import { BenchTerminal } from './terminal.ts';

const PRINTER = fileURLToPath(new URL('./printer.ts', import.meta.url));

export interface LiveShape {
  readonly tasks: number;
  /** At work at once, each the first task of a lane of its own, until the end. */
  readonly agents: number;
  /** That each of them prints in a second. */
  readonly lines: number;
}

/** A run with agents at work, and its dashboard, which is its owner, in a terminal. */
export interface LiveRun extends AsyncDisposable {
  readonly terminal: BenchTerminal;
  readonly place: Workplace;
}

/** Comes back when all agents are at work. */
export async function startLiveRun(shape: LiveShape, env: NodeJS.ProcessEnv = {}): Promise<LiveRun> {
  await using cleanUp = new AsyncDisposableStack();
  const place = cleanUp.use(await makeRepository());
  const fifos = join(place.folder, '.git/fifos');
  mkdirSync(fifos);
  execFileSync(
    'mkfifo',
    Array.from({ length: shape.agents }, (_, n) => join(fifos, `agent${n}`)),
  );
  const graph = place.write('.git/live.yaml', graphText(shape, fifos));
  const printer = spawn(process.execPath, [PRINTER, fifos, String(shape.agents), String(shape.lines)]);
  cleanUp.defer(() => ended(printer));
  const argv = [process.execPath, PROGRAM, 'tui', graph, '-t', place.folder, '-L', place.socket];
  const socket = `${place.socket}-terminal`;
  const terminal = cleanUp.use(await BenchTerminal.start({ socket, argv, cwd: place.folder, env }));
  if (shape.agents > 0) await terminal.seen((lines) => (lines[0] ?? '').includes(`● ${shape.agents} `));
  const all = cleanUp.move();
  return { terminal, place, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

function graphText({ tasks, agents }: LiveShape, fifos: string): string {
  const lanes = Math.max(1, agents);
  const own = Math.ceil(tasks / lanes);
  const lines = ['name: live', `max_concurrency: ${lanes}`, 'workstreams:'];
  for (let lane = 0; lane < lanes; lane++) lines.push(`  - id: lane${lane}`);
  lines.push('tasks:');
  for (let n = 0; n < tasks; n++) {
    const lane = Math.floor(n / own);
    lines.push(
      `  - id: t${n}`,
      `    workstream_id: lane${lane}`,
      '    role: implementer',
      `    description: Write part ${n} of the program, with its tests`,
      `    primary_agent: { framework: command, command: [cat, '${fifos}/agent${lane}'] }`,
    );
    if (n % own > 0) lines.push(`    dependencies: [t${n - 1}]`);
  }
  return `${lines.join('\n')}\n`;
}

async function ended(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  process.once('exit', () => resolve());
  process.kill('SIGKILL');
  await promise;
}

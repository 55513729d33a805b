import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunEvent } from '../../src/core/events.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** `BENCH_PROGRAM` names another build, to compare the two. */
export const PROGRAM = process.env.BENCH_PROGRAM ?? join(ROOT, 'bin/agentrelay');
export const AGENT = join(ROOT, 'test/bench/agent.sh');
export const BARE = join(ROOT, 'test/bench/bare.sh');

const PERSON = { NAME: 'Bench', EMAIL: 'bench@example.com' };

/** Nothing of the machine's own git, tmux and npm has a say. */
export const ENVIRONMENT: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|GIT_|TMUX|NODE_|AGENTRELAY_)/.test(name)),
  ),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: PERSON.NAME,
  GIT_AUTHOR_EMAIL: PERSON.EMAIL,
  GIT_COMMITTER_NAME: PERSON.NAME,
  GIT_COMMITTER_EMAIL: PERSON.EMAIL,
};

/** Milliseconds; nothing that is measured here takes a tenth of it. */
const DEADLINE = 120_000;

export interface Timed {
  /** From before its start to after its end. */
  readonly ms: number;
  readonly output: string;
}

/** Runs a program and times it; throws when it exits with anything but 0. */
export async function timed(
  argv: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<Timed> {
  const folder = mkdtempSync(join(tmpdir(), 'agentrelay-bench-out-'));
  const path = join(folder, 'output');
  const file = openSync(path, 'w');
  try {
    const [program = '', ...args] = argv;
    const begin = performance.now();
    const code = await new Promise((resolve, reject) => {
      const env = { ...ENVIRONMENT, ...options.env };
      const child = spawn(program, args, { cwd: options.cwd, env, stdio: ['ignore', file, file], detached: true });
      const deadline = setTimeout(() => killGroup(child.pid), DEADLINE);
      child.on('error', reject);
      child.on('exit', (exitCode, signal) => {
        clearTimeout(deadline);
        resolve(exitCode ?? signal);
      });
    });
    const ms = performance.now() - begin;
    const output = readFileSync(path, 'utf8');
    if (code !== 0) throw new Error(`${argv.join(' ')} exited ${code}:\n${output}`);
    return { ms, output };
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** With all that it has started. */
function killGroup(pid: number | undefined): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}

/** A throw-away folder. */
export class Workplace implements AsyncDisposable {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'agentrelay-bench-')));
  readonly socket = this.folder.replace(/^.*\//, '');

  /** A file in it; its path. */
  write(name: string, content: string): string {
    const path = join(this.folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  async git(...args: string[]): Promise<void> {
    await timed(['git', ...args], { cwd: this.folder });
  }

  /** Our own tmux server, if one is still there, and the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await timed(['tmux', '-L', this.socket, 'kill-server'], { cwd: '/' }).catch(() => {});
    rmSync(join(process.env.TMUX_TMPDIR ?? '/tmp', `tmux-${process.getuid?.()}`, this.socket), { force: true });
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const FILES = 50;

/** Where the runs are made: a fresh repository, with what its programs need in their environment. */
export interface Ground {
  make(): Promise<Workplace>;
  readonly env: NodeJS.ProcessEnv;
}

/** A repository with some files in it, and one commit. */
export async function makeRepository(): Promise<Workplace> {
  const place = new Workplace();
  for (let n = 0; n < FILES; n++) place.write(`src/part${n % 5}/file${n}.txt`, `file ${n}\n`.repeat(40));
  await place.git('init', '-q', '-b', 'main');
  await place.git('add', '-A');
  await place.git('commit', '-qm', 'Begin');
  return place;
}

const LOCAL: Ground = { make: makeRepository, env: {} };

/** How the tasks of a run hang together. */
export interface Shape {
  readonly mode: 'chain' | 'parallel';
  readonly tasks: number;
  readonly slots: number;
}

function graphOf({ mode, tasks, slots }: Shape): string {
  const lines = ['name: bench', `max_concurrency: ${slots}`, 'workstreams:', '  - id: default'];
  if (mode === 'parallel') lines.push('    parallel: true');
  lines.push('tasks:');
  for (let n = 1; n <= tasks; n++) {
    lines.push(`  - id: t${n}`, `    primary_agent: { framework: command, command: [sh, '${AGENT}'] }`);
    if (mode === 'chain' && n > 1) lines.push(`    dependencies: [t${n - 1}]`);
  }
  return `${lines.join('\n')}\n`;
}

export function runArguments(place: Workplace, shape: Shape): string[] {
  const graph = place.write('.git/bench.yaml', graphOf(shape));
  return [PROGRAM, 'run', graph, '-t', place.folder, '-L', place.socket];
}

/** A whole run of agentrelay in a fresh repository; `look` sees what it left. */
export async function runOurs<T>(
  shape: Shape,
  env: NodeJS.ProcessEnv,
  look: (place: Workplace, run: Timed) => T,
  ground: Ground = LOCAL,
): Promise<T> {
  await using place = await ground.make();
  const all = { ...ground.env, ...env };
  const run = await timed([process.execPath, ...runArguments(place, shape)], { cwd: place.folder, env: all });
  return look(place, run);
}

/** The same by the bare script; milliseconds. */
export async function runBare(shape: Shape, env: NodeJS.ProcessEnv, ground: Ground = LOCAL): Promise<number> {
  await using place = await ground.make();
  const argv = ['sh', BARE, shape.mode, String(shape.tasks), String(shape.slots), place.socket, AGENT];
  return (await timed(argv, { cwd: place.folder, env: { ...ground.env, ...env } })).ms;
}

export function eventsOf(place: Workplace): RunEvent[] {
  const text = readFileSync(join(place.folder, '.workflow/bench/runs/1/events.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent);
}

/** What the agent of a task noted, in milliseconds since 1970; with `BENCH_TRACE` only. */
export function notedBy(place: Workplace, task: string, what: 'started' | 'done'): number {
  const path = join(place.folder, '.workflow/bench/runs/1/signals', task, `attempt-1/bench.${what}`);
  return Number(readFileSync(path, 'utf8')) / 1e6;
}

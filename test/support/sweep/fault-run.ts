import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MergeMethod } from '../../../src/core/graph/graph.ts';
import { readIfThere } from '../../../src/steps/tools/atomic-file.ts';
import type { Fault, FaultWish } from '../github/faults.ts';
import { type GitHubSandbox, githubSandbox } from '../github/sandbox.ts';
import { type GitFault, type GitLine, gitLine } from './fault-git.ts';
import { writeFaultGraph } from './fault-graph.ts';
import { processesOf } from './processes.ts';

/** Milliseconds; a run that is not at its end by then hangs. */
const LIMIT = 300_000;
const SOCKET = 'relay';

export interface FaultRunOptions {
  /** `bin/agentrelay` of a built program. */
  readonly program: string;
  readonly method: MergeMethod;
  /** What the API does to its calls. */
  readonly api?: readonly FaultWish[];
  readonly git?: readonly GitFault[];
  readonly compileCache?: string;
  /** Ends the run, as one that hangs. */
  readonly signal?: AbortSignal;
}

/** A run that has ended, and everything that it can be measured by. */
export interface FaultRun {
  readonly box: GitHubSandbox;
  /** Where the graph was run. */
  readonly clone: string;
  /** Null when it hung. */
  readonly code: number | null;
  readonly output: string;
  readonly seconds: number;
  /** As many as were asked for, in that order. */
  readonly faults: readonly Fault[];
  readonly line: GitLine;
  /** What agents were told to do again. */
  readonly again: readonly string[];
  remove(): Promise<void>;
}

/** One run of the graph on a GitHub of its own. */
export async function faultRun(options: FaultRunOptions): Promise<FaultRun> {
  const { program, method, api = [], git = [], compileCache, signal } = options;
  const box = await githubSandbox();
  box.api.repo().settings.strictUpToDate = true;
  const clone = box.clone();
  const graph = writeFaultGraph(join(box.folder, 'graph'), method);
  const line = gitLine(box, git);
  const env = environment(box, { GIT_SSH_COMMAND: line.command, NODE_COMPILE_CACHE: compileCache });
  const faults = api.map((wish) => box.api.inject(wish));
  const began = performance.now();
  const args = [program, 'run', graph, '-L', SOCKET, '-t', clone];
  const { code, output } = await runProgram(args, { cwd: box.folder, env, signal });
  const seconds = (performance.now() - began) / 1_000;
  const again = (readIfThere(join(box.folder, 'home/again')) ?? '').split('\n').filter((text) => text !== '');
  return {
    ...{ box, clone, code, output, seconds, faults, line, again },
    async remove() {
      killServer(env);
      for (const { pid } of processesOf(join(box.folder, 'home'))) end(pid);
      await box.close();
    },
  };
}

/** Of the machine only what programs need to be found. */
function environment(box: GitHubSandbox, more: Record<string, string | undefined>): NodeJS.ProcessEnv {
  mkdirSync(join(box.folder, 'tmux'));
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    TMUX_TMPDIR: join(box.folder, 'tmux'),
    ...box.env,
    ...more,
  };
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
}

async function runProgram(
  args: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; signal: AbortSignal | undefined },
): Promise<{ code: number | null; output: string }> {
  const { cwd, env, signal } = options;
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  }
  const stop = () => void child.kill('SIGKILL');
  const limit = setTimeout(stop, LIMIT);
  signal?.addEventListener('abort', stop);
  try {
    const code = await new Promise<number | null>((ended, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode) => ended(exitCode));
    });
    return { code, output };
  } finally {
    clearTimeout(limit);
  }
}

function killServer(env: NodeJS.ProcessEnv): void {
  try {
    execFileSync('tmux', ['-L', SOCKET, '-f', '/dev/null', 'kill-server'], { env, stdio: 'ignore' });
  } catch (error) {
    // There is none.
    if ((error as { status?: number }).status !== 1) throw error;
  }
}

/** Many go by themselves when their server does. */
function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

import { spawn } from 'node:child_process';
import type { GitHubSandbox } from './sandbox.ts';

export interface GhResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A real `gh` that runs in the sandbox, without a terminal. */
export interface RunningGh {
  readonly ended: Promise<GhResult>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts it: never synchronously, for the server that it asks is in this process. */
export function startGh(box: GitHubSandbox, args: readonly string[], cwd = box.folder): RunningGh {
  const env = { ...process.env, ...box.env, GH_PROMPT_DISABLED: '1', NO_COLOR: '1', CI: undefined };
  const child = spawn('gh', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk;
  });
  const ended = new Promise<GhResult>((resolve, reject) => {
    child.on('error', (cause) => reject(new Error('these tests need GitHub’s program: apt install gh', { cause })));
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  return { ended, kill: (signal) => void child.kill(signal) };
}

export function runGh(box: GitHubSandbox, args: readonly string[], cwd?: string): Promise<GhResult> {
  return startGh(box, args, cwd).ended;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { execa } from 'execa';

/** A program that was started by us and did not do what it was for. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly argv: readonly string[];
  /** Null when it never ran, was ended by a signal, or ran out of time. */
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly timedOut: boolean;
  constructor(
    argv: readonly string[],
    result: { exitCode: number | null; stderr: string; timedOut: boolean; cause?: unknown },
  ) {
    const how = result.timedOut
      ? 'ran out of time'
      : result.exitCode === null
        ? 'did not run'
        : `exited ${result.exitCode}`;
    const detail = result.stderr.trim() || (result.cause instanceof Error ? result.cause.message : '');
    super(`${argv.slice(0, 3).join(' ')} ${how}${detail ? `: ${detail}` : ''}`, { cause: result.cause });
    this.argv = argv;
    this.exitCode = result.exitCode;
    this.stderr = result.stderr;
    this.timedOut = result.timedOut;
  }
}

export interface ExecOptions {
  readonly cwd?: string;
  /** Added to our own environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Milliseconds; 60,000 unless told. The process is sent SIGTERM, then SIGKILL 2 s later. */
  readonly timeout?: number;
  readonly signal?: AbortSignal | undefined;
  /** Exit codes that are answers and not errors; 0 alone unless told. */
  readonly accept?: readonly number[];
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Output beyond this is an error, not a reason to run out of memory. */
const MAX_OUTPUT = 64 * 1024 * 1024;

/** Runs a program to its end, without a shell. Throws `ToolError`; `stdout` keeps its final newline off. */
export async function exec(file: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  const result = await execa(file, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: options.env ?? {},
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    // A Ctrl-C at the terminal is for us; a git that it ended half-way would be taken for a failure.
    detached: true,
    timeout: options.timeout ?? 60_000,
    forceKillAfterDelay: 2_000,
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    maxBuffer: MAX_OUTPUT,
    reject: false,
  });
  const exitCode = result.exitCode ?? null;
  if (exitCode !== null && !result.failed) return { exitCode, stdout: result.stdout, stderr: result.stderr };
  if (exitCode !== null && options.accept?.includes(exitCode) && !result.timedOut && !result.isCanceled) {
    return { exitCode, stdout: result.stdout, stderr: result.stderr };
  }
  options.signal?.throwIfAborted();
  throw new ToolError([file, ...args], {
    exitCode,
    stderr: result.stderr ?? '',
    timedOut: result.timedOut,
    cause: result.cause,
  });
}

/** What a command that runs for long was ended by, when it did not end by itself. */
export interface CommandEnd {
  /** Null when a signal or the time limit ended it. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
}

/**
 * Runs a command of the user's in a process group of its own, with all it prints in one file. At its time limit, and
 * when `signal` is aborted, the whole group is killed. Never throws for what the command does.
 */
export async function execToFile(
  argv: readonly string[],
  options: { cwd: string; file: number; env?: Readonly<Record<string, string>>; timeout: number; signal: AbortSignal },
): Promise<CommandEnd> {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', options.file, options.file],
    detached: true,
  });
  let timedOut = false;
  const kill = () => {
    if (child.pid !== undefined) killGroup(child.pid);
  };
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, options.timeout);
  options.signal.addEventListener('abort', kill);
  try {
    const exitCode = await new Promise<number | null>((resolve) => {
      child.on('exit', (code) => resolve(code));
      child.on('error', (error) => {
        writeSync(options.file, `${error.message}\n`);
        resolve(COMMAND_NOT_FOUND);
      });
    });
    // What it left behind in its group goes with it.
    kill();
    return { exitCode: timedOut ? null : exitCode, timedOut };
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', kill);
  }
}

/** What a shell exits with when there is no such program. */
const COMMAND_NOT_FOUND = 127;

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A process that stays and is talked to through pipes; the caller ends it. */
export type PipedProcess = ChildProcess & {
  readonly stdin: NonNullable<ChildProcess['stdin']>;
  readonly stdout: NonNullable<ChildProcess['stdout']>;
  readonly stderr: NonNullable<ChildProcess['stderr']>;
};

export function startPiped(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string | undefined>> } = {},
): PipedProcess {
  return spawn(file, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
}

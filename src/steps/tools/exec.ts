import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { constants } from 'node:os';

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
    super(`${commandOf(argv)} ${how}${detail ? `: ${detail}` : ''}`, { cause: result.cause });
    this.argv = argv;
    this.exitCode = result.exitCode;
    this.stderr = result.stderr;
    this.timedOut = result.timedOut;
  }
}

/** Whether the program itself is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof ToolError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}

/** The first words, without the settings that our own git runs with. */
function commandOf(argv: readonly string[]): string {
  const words = argv[0] === 'git' ? argv.filter((word, at) => word !== '-c' && argv[at - 1] !== '-c') : argv;
  return words.slice(0, 3).join(' ');
}

export interface ExecOptions {
  readonly cwd?: string;
  /** Added to our own environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Milliseconds; 60,000 unless told. Its process group is sent SIGTERM, then SIGKILL 2 s later. */
  readonly timeout?: number;
  readonly signal?: AbortSignal | undefined;
  /** Exit codes that are answers and not errors; 0 alone unless told. */
  readonly accept?: readonly number[];
  /** Bytes of `stdout` that are kept, where there may be any number: of the rest only the lines are counted. */
  readonly keep?: number;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Line breaks behind the bytes of `stdout` that were to be kept. */
  readonly dropped: number;
}

/** Output beyond this is an error, not a reason to run out of memory. */
const MAX_OUTPUT = 64 * 1024 * 1024;
const KILL_DELAY = 2_000;

/** Runs a program to its end, without a shell. Throws `ToolError`; `stdout` keeps its final newline off. */
export async function exec(file: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  options.signal?.throwIfAborted();
  const ended = await runToEnd(file, args, options).catch((cause: Error) => {
    return { exitCode: null, stdout: '', stderr: '', dropped: 0, timedOut: false, cause };
  });
  const { exitCode, stdout, stderr, dropped, timedOut, cause } = ended;
  const isAnswer = exitCode === 0 || (exitCode !== null && options.accept?.includes(exitCode) === true);
  if (isAnswer && !timedOut && cause === undefined) return { exitCode, stdout, stderr, dropped };
  options.signal?.throwIfAborted();
  throw new ToolError([file, ...args], { exitCode, stderr, timedOut, cause });
}

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly dropped: number;
  readonly timedOut: boolean;
  /** Why it did not run, or not to its end. */
  readonly cause: Error | undefined;
}

/** Node's own spawn: a library around it took three times the processor time, for each of the many short programs. */
function runToEnd(file: string, args: readonly string[], options: ExecOptions): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...process.env, ...options.env },
      // A Ctrl-C at the terminal is for us; a git that it ended half-way would be taken for a failure.
      detached: true,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    }) as ChildProcess & Pick<PipedProcess, 'stdout' | 'stderr'>;
    let timedOut = false;
    let cause: Error | undefined;
    let killer: NodeJS.Timeout | undefined;
    const end = () => {
      // The whole group: what it has started may hold the pipes open after it.
      killGroup(child.pid, 'SIGTERM');
      killer ??= setTimeout(() => {
        killGroup(child.pid, 'SIGKILL');
        child.stdout.destroy();
        child.stderr.destroy();
      }, KILL_DELAY);
    };
    const deadline = setTimeout(() => {
      timedOut = true;
      end();
    }, options.timeout ?? 60_000);
    options.signal?.addEventListener('abort', end);
    const tooMuch = () => {
      cause = new Error(`it printed more than ${MAX_OUTPUT / 1024 / 1024} MiB`);
      end();
    };
    const stdout = collect(child.stdout, options.keep ?? MAX_OUTPUT, options.keep === undefined ? tooMuch : null);
    const stderr = collect(child.stderr, MAX_OUTPUT, tooMuch);
    // It need not read what it is given; how it ends says whether it minded.
    child.stdin?.on('error', () => {}).end(options.input);
    child.on('error', (error) => {
      cause = error;
    });
    child.on('close', (code) => {
      clearTimeout(deadline);
      clearTimeout(killer);
      options.signal?.removeEventListener('abort', end);
      const exitCode = child.pid === undefined ? null : code;
      const dropped = stdout.dropped();
      resolve({ exitCode, stdout: stdout.text(), stderr: stderr.text(), dropped, timedOut, cause });
    });
  });
}

interface Collected {
  /** So far, without its final newline. */
  text(): string;
  /** Line breaks that came behind what is kept. */
  dropped(): number;
}

/** Keeps what a stream brings, up to the limit in bytes. */
function collect(stream: PipedProcess['stdout'], limit: number, tooMuch: (() => void) | null): Collected {
  const chunks: Buffer[] = [];
  let [room, dropped] = [limit, 0];
  stream.on('data', (chunk: Buffer) => {
    if (room > 0) chunks.push(chunk.subarray(0, room));
    if (chunk.length > room) {
      tooMuch?.();
      dropped += lineBreaks(chunk, Math.max(0, room));
    }
    room -= chunk.length;
  });
  return {
    text: () =>
      Buffer.concat(chunks)
        .toString('utf8')
        .replace(/\r?\n$/, ''),
    dropped: () => dropped,
  };
}

function lineBreaks(bytes: Buffer, from: number): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a, from); at !== -1; at = bytes.indexOf(0x0a, at + 1)) count++;
  return count;
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
  options: {
    cwd: string;
    file: number;
    /** Added to our own environment; undefined takes a variable out. */
    env?: Readonly<Record<string, string | undefined>>;
    timeout: number;
    signal: AbortSignal;
  },
): Promise<CommandEnd> {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', options.file, options.file],
    detached: true,
  });
  let timedOut = false;
  const kill = () => killGroup(child.pid, 'SIGKILL');
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, options.timeout);
  options.signal.addEventListener('abort', kill);
  if (options.signal.aborted) kill();
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

/**
 * Runs a program that takes over this terminal, to its end; its exit code, 128 + n after signal n. It is ended, so that it
 * gives the terminal back, when `signal` is aborted. Throws `ToolError` when it cannot be started.
 */
export async function runInTerminal(
  file: string,
  args: readonly string[],
  options: { env?: Readonly<Record<string, string | undefined>>; signal?: AbortSignal } = {},
): Promise<number> {
  const settings = spawnSync('stty', ['-g'], { stdio: ['inherit', 'pipe', 'ignore'], encoding: 'utf8' });
  const child = spawn(file, args, { env: { ...process.env, ...options.env }, stdio: 'inherit' });
  let killer: NodeJS.Timeout | undefined;
  const end = () => {
    child.kill('SIGTERM');
    killer ??= setTimeout(() => child.kill('SIGKILL'), KILL_DELAY);
  };
  options.signal?.addEventListener('abort', end);
  if (options.signal?.aborted) end();
  // Keys are the program's: while it has the terminal, Ctrl-C must not end us under it.
  const ignore = () => {};
  process.on('SIGINT', ignore).on('SIGQUIT', ignore);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on('error', (cause) => {
        reject(new ToolError([file, ...args], { exitCode: null, stderr: '', timedOut: false, cause }));
      });
      child.on('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
  } finally {
    clearTimeout(killer);
    options.signal?.removeEventListener('abort', end);
    process.off('SIGINT', ignore).off('SIGQUIT', ignore);
    // An editor that is killed leaves the terminal in its own mode.
    if (settings.status === 0) spawnSync('stty', [settings.stdout.trim()], { stdio: ['inherit', 'ignore', 'ignore'] });
  }
}

/** What a shell exits with when there is no such program. */
const COMMAND_NOT_FOUND = 127;

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
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

/**
 * Starts a program that goes on without us, in a session of its own, with its standard streams on open files, which the
 * caller closes. `env` is all of its environment. Resolves when it runs; throws `ToolError` when it cannot be started.
 */
export async function startDetached(
  argv: readonly string[],
  options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly stdin: number;
    readonly stdout: number;
    readonly stderr: number;
  },
): Promise<ChildProcess & { readonly pid: number }> {
  const { cwd, env, stdin, stdout, stderr } = options;
  const [file = '', ...args] = argv;
  return await new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(new ToolError(argv, { exitCode: null, stderr: '', timedOut: false, cause }));
    try {
      const child = spawn(file, args, { cwd, env, stdio: [stdin, stdout, stderr], detached: true });
      child.once('error', fail);
      child.once('spawn', () => resolve(child as ChildProcess & { readonly pid: number }));
      child.unref();
    } catch (error) {
      // Such as arguments that are longer than the system takes.
      fail(error);
    }
  });
}

import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { EXIT_MARK, type RunOrder } from '../../../agent/place/wire.ts';
import { WorkspaceError } from '../../../core/errors.ts';
import type { TaskRuntime } from '../../../core/task-runtime.ts';
import type { CommandRunner, PlacedCommand } from '../../places/command-runner.ts';
import { type CommandEnd, startPiped } from '../../tools/exec.ts';
import type { RemoteAttempt } from './attempt.ts';
import type { RemoteAttempts } from './attempts.ts';
import { ConnectionLost } from './connection.ts';

/** Milliseconds: how long what comes after the work waits for its machine. */
const PATIENCE = 60_000;
/** For a command that was ended, or whose connection was lost. */
const LEAVE = 5_000;
const AGAIN = 300;
/** A connection that is lost each time is somebody's failure. */
const MAX_TRIES = 5;

/** Runs the commands of the graph file beside the agent, on its machine. */
export class SshCommands implements CommandRunner {
  readonly #attempts: RemoteAttempts;
  /** How many commands of the last phase have ended well. */
  readonly #cleaned = new WeakMap<TaskRuntime, number>();

  constructor(attempts: RemoteAttempts) {
    this.#attempts = attempts;
  }

  async run(runtime: TaskRuntime, command: PlacedCommand): Promise<CommandEnd> {
    const attempt = this.#attempts.of(runtime);
    const { purpose } = command;
    try {
      if (purpose === 'setup' || purpose === 'verify') await attempt.workspace();
      if (purpose === 'gate') await attempt.bringOn();
      if (purpose === 'cleanup') await attempt.host.connection.ready({ patience: PATIENCE });
      const end = await this.#untilKnown(attempt, command);
      if (purpose === 'gate') await this.#takeWhatGateLeft(attempt);
      if (purpose === 'cleanup') await this.#afterCleanup(attempt, end);
      return end;
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      const message = `${attempt.host.name} cannot be reached, where the ${purpose} is to be run: ${error.message}`;
      throw new WorkspaceError('place_lost', message, { cause: error });
    }
  }

  /** Once more where nobody knows how it ended. */
  async #untilKnown(attempt: RemoteAttempt, command: PlacedCommand): Promise<CommandEnd> {
    const { connection } = attempt.host;
    for (let tries = 1; ; tries += 1) {
      await connection.ready({ signal: command.signal });
      const end = await connection.command(() => runThere(attempt, command));
      if (end !== null) return end;
      if (tries === MAX_TRIES) throw new ConnectionLost(connection.reason ?? 'the connection was lost each time');
      writeSync(command.file, '[agentrelay: the connection was lost; it is run once more]\n');
      await delay(AGAIN);
    }
  }

  /** What the gate left in the tree comes here, where it is saved like any other. */
  async #takeWhatGateLeft(attempt: RemoteAttempt): Promise<void> {
    await attempt.mirror({ mayBeAhead: true, signal: attempt.runtime.signal });
    await attempt.clean();
  }

  async #afterCleanup(attempt: RemoteAttempt, { exitCode }: CommandEnd): Promise<void> {
    const { runtime } = attempt;
    const cleaned = (this.#cleaned.get(runtime) ?? 0) + 1;
    this.#cleaned.set(runtime, cleaned);
    if (exitCode === 0 && cleaned < runtime.task.cleanup.length) return;
    if (attempt.record?.released === true) await attempt.remove();
  }
}

/** Null where the connection was lost before it was told how it ended. */
async function runThere(attempt: RemoteAttempt, command: PlacedCommand): Promise<CommandEnd | null> {
  const { argv, env, file, timeout, signal } = command;
  const { survey, program } = await attempt.site();
  const { tree, signals } = await attempt.layout();
  const map = await attempt.map();
  const named = Object.entries(env).map(([name, value]) => [name, map(value)]);
  const order: RunOrder = {
    argv,
    cwd: tree,
    env: { ...Object.fromEntries(named), PATH: survey.searchPath, AGENTRELAY_SIGNAL_DIR: signals },
  };
  const child = startPiped('ssh', attempt.host.connection.sessionArgv(program('run')));
  let stderr = '';
  let timedOut = false;
  child.stdin.on('error', () => {});
  child.stdin.write(`${JSON.stringify(order)}\n`);
  child.stdout.on('data', (chunk: Buffer) => writeSync(file, chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr = (stderr + chunk).slice(-4_000);
  });
  // What runs there is killed when its input ends.
  const end = () => {
    child.stdin.end();
    setTimeout(() => child.kill('SIGKILL'), LEAVE).unref();
  };
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, timeout);
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  await new Promise<void>((resolve) => {
    child.on('error', () => resolve());
    child.on('close', () => resolve());
  });
  clearTimeout(timer);
  signal.removeEventListener('abort', end);
  if (timedOut || signal.aborted) return { exitCode: null, timedOut };
  const code = new RegExp(`(?:^|\\n)${EXIT_MARK} (\\d+)\\s*$`).exec(stderr)?.[1];
  return code === undefined ? null : { exitCode: Number(code), timedOut: false };
}

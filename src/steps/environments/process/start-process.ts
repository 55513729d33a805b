import { closeSync, constants, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../core/clock.ts';
import { AgentLaunchError } from '../../../core/errors.ts';
import type { AgentCommand } from '../../agent-command.ts';
import { writeSecrets } from '../../credentials/secret-file.ts';
import type { UsedSandbox } from '../../isolation/sandboxes.ts';
import { placedArgv } from '../../places/placed-argv.ts';
import { startDetached, ToolError } from '../../tools/exec.ts';
import { writing } from '../../tools/file-error.ts';
import { missingEnvironment } from '../tmux-launch.ts';
import { AgentProcess, EXIT_CODE_FILE } from './agent-process.ts';
import { type Begun, machinePlace, writeBegun } from './begun.ts';
import { openBothEnds } from './stdin-pipe.ts';

/** Everything that is needed to start an agent's process. Paths are absolute. */
export interface ProcessStart {
  readonly command: AgentCommand;
  /** Gets the traces of the wrapper. */
  readonly folder: string;
  readonly runDirectory: string;
  /** See `AgentProcessOptions`. */
  readonly mark: string;
  readonly sandbox: UsedSandbox | null;
  /** A named pipe; null for no input. */
  readonly stdin: string | null;
  /** Gets all that it prints, behind what is there already. */
  readonly stdout: string;
  /** Null where that goes with the rest. */
  readonly stderr: string | null;
  readonly framework: string;
  readonly clock: Clock;
}

export interface StartedProcess {
  readonly process: AgentProcess;
  readonly begun: Begun;
}

/** Starts the process of an agent, which goes on without us. Throws `AgentLaunchError`, `FileError`. */
export async function startProcess(start: ProcessStart): Promise<StartedProcess> {
  const { command, folder, runDirectory, mark, sandbox, framework, clock } = start;
  const { cwd } = command;
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) {
    throw new AgentLaunchError('no_worktree', `the agent's directory ${cwd} does not exist`);
  }
  await sandbox?.sandbox.requireReady?.(sandbox.use);
  const argv = placedArgv(command, { runDirectory, exitCodeFile: join(folder, EXIT_CODE_FILE), sandbox });
  const files: number[] = [];
  const open = (path: string, make: () => number) => {
    const file = writing(path, make);
    files.push(file);
    return file;
  };
  try {
    const stdin = open(start.stdin ?? devNull, () =>
      start.stdin === null ? openSync(devNull, 'r') : openBothEnds(start.stdin),
    );
    const stdout = open(start.stdout, () => openForAppending(start.stdout));
    const { stderr: path } = start;
    const stderr = path === null ? stdout : open(path, () => openForAppending(path));
    const begun = { at: clock.now(), from: fstatSync(stdout).size, framework, place: machinePlace() };
    writeBegun(folder, begun);
    writeSecrets(folder, command.secrets());
    const child = await startDetached(argv, { cwd, env: environmentOf(start), stdin, stdout, stderr }).catch(refused);
    // It may be a while before the wrapper can say so itself.
    writeBegun(folder, { ...begun, pid: child.pid });
    return { process: new AgentProcess({ folder, mark, sandbox, child }), begun };
  } finally {
    for (const file of files) closeSync(file);
  }
}

/** As if it was started from here, but for what belongs to the terminal that agentrelay runs in. */
function environmentOf({ command: { env, unset }, sandbox }: ProcessStart): Record<string, string> {
  const inherited = { ...missingEnvironment([], process.env), TERM: 'dumb' };
  const all = { ...inherited, ...env, ...sandbox?.sandbox.env?.(sandbox.use) };
  return Object.fromEntries(Object.entries(all).filter(([name]) => !unset.includes(name)));
}

/** Never through a link that an agent has put there. What an earlier process left of a line is a line of its own. */
function openForAppending(path: string): number {
  const { O_RDWR, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
  const file = openSync(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  if (size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a) writeSync(file, '\n');
  return file;
}

function refused(error: unknown): never {
  if (!(error instanceof ToolError)) throw error;
  throw new AgentLaunchError('process_not_started', `the agent's process cannot be started: ${error.message}`, {
    cause: error,
  });
}

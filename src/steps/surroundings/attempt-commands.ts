import { closeSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { SetupPhase } from '../../core/agent-events.ts';
import { WorkspaceError } from '../../core/errors.ts';
import { commandArgv } from '../../core/graph/command.ts';
import type { Command } from '../../core/graph/graph.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import type { CommandRunner } from '../places/command-runner.ts';
import { writing } from '../tools/file-error.ts';
import { openAnew } from '../tools/open-anew.ts';

/** A command may take this long unless the task has a time limit of its own. Milliseconds. */
const COMMAND_TIMEOUT = 30 * 60_000;
/** Nobody waits longer for what comes after the work. */
const CLEANUP_TIMEOUT = 5 * 60_000;
/** Bytes of a command's own text that its event keeps. */
const MAX_COMMAND = 500;

export interface AttemptCommands {
  /** Where they run. */
  readonly runner: CommandRunner;
  readonly phase: SetupPhase;
  readonly commands: readonly Command[];
  /** Absolute, as the one below. */
  readonly worktree: string;
  readonly repository: string;
}

/**
 * Runs the commands of one phase in the worktree, one after the other, until one fails; what they print is kept in
 * `<phase>.log` beside the signals. Throws `WorkspaceError` `<phase>_failed`.
 */
export async function runAttemptCommands(
  runtime: TaskRuntime,
  { runner, phase, commands, worktree, repository }: AttemptCommands,
  signal: AbortSignal = runtime.signal,
): Promise<void> {
  if (commands.length === 0) return;
  const output = join(runtime.require('signalDir'), `${phase}.log`);
  const file = writing(output, () => openAnew(output));
  const timeout = phase === 'cleanup' ? CLEANUP_TIMEOUT : (runtime.task.timeoutMs ?? COMMAND_TIMEOUT);
  const env = {
    AGENTRELAY_TASK: runtime.task.id,
    AGENTRELAY_ATTEMPT: String(runtime.attempt),
    AGENTRELAY_WORKTREE: worktree,
    AGENTRELAY_REPOSITORY: repository,
  };
  try {
    for (const [at, command] of commands.entries()) {
      const [number, of, text] = [at + 1, commands.length, textOf(command)];
      runtime.report({ kind: 'task_command_started', phase, number, of, command: text });
      writing(output, () => writeSync(file, `$ ${text}\n`));
      const placed = { purpose: phase, argv: commandArgv(command), cwd: worktree, file, env, timeout, signal };
      const { exitCode } = await runner.run(runtime, placed);
      runtime.report({ kind: 'task_command_ended', phase, number, exit_code: exitCode, output });
      signal.throwIfAborted();
      if (exitCode !== 0) throw commandFailed(phase, text, { exitCode, timeout, output });
    }
  } finally {
    closeSync(file);
  }
}

function commandFailed(
  phase: SetupPhase,
  command: string,
  { exitCode, timeout, output }: { exitCode: number | null; timeout: number; output: string },
): WorkspaceError {
  const how = exitCode === null ? `was ended after ${timeout / 1000} s` : `exited with ${exitCode}`;
  return new WorkspaceError(`${phase}_failed`, `the ${phase} command "${command}" ${how}; its output: ${output}`);
}

function textOf(command: Command): string {
  const text = typeof command === 'string' ? command : command.join(' ');
  return text.length > MAX_COMMAND ? `${text.slice(0, MAX_COMMAND)}…` : text;
}

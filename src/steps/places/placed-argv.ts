import { resolve } from 'node:path';
import { AgentLaunchError } from '../../core/errors.ts';
import type { AgentCommand } from '../agent-command.ts';
import { installAgentWrapper, installClientWrapper } from '../agent-wrapper.ts';
import type { UsedSandbox } from '../isolation/sandboxes.ts';
import { findProgram } from '../tools/find-program.ts';

export interface PlacedArgvOptions {
  /** Absolute, as the one below. */
  readonly runDirectory: string;
  readonly exitCodeFile: string;
  /** Null where it runs as it is. */
  readonly sandbox: UsedSandbox | null;
  /** Has an engine run it elsewhere, through a client that stays here. */
  readonly through?: (argv: readonly string[]) => readonly string[];
}

/**
 * What starts an agent: its program in its sandbox, with the wrapper beside it that keeps its exit code, started by a
 * client where something else runs it. Throws `AgentLaunchError` `program_not_found`.
 */
export function placedArgv(command: AgentCommand, options: PlacedArgvOptions): string[] {
  const { runDirectory, exitCodeFile, sandbox: used, through } = options;
  const [program = '', ...rest] = command.argv;
  const isElsewhere = used?.sandbox.around !== undefined;
  const argv = [isElsewhere ? program : resolveProgram(program, command), ...rest];
  const entered = used?.sandbox.enter?.(argv, used.use) ?? argv;
  const wrapped = ['/bin/sh', installAgentWrapper(runDirectory), exitCodeFile, ...entered];
  const around = used?.sandbox.around?.(wrapped, used.use) ?? wrapped;
  const placed = through?.(around) ?? around;
  if (placed === wrapped) return wrapped;
  return ['/bin/sh', installClientWrapper(runDirectory), exitCodeFile, ...placed];
}

/** The path of an agent's program, as its shell would find it. */
function resolveProgram(program: string, { cwd, env }: AgentCommand): string {
  const searchPath = env.PATH ?? process.env.PATH ?? '';
  const path = findProgram(program, cwd, searchPath);
  if (path !== null) return path;
  const message = program.includes('/')
    ? `no program ${resolve(cwd, program)}; a name with a slash is taken from ${cwd}`
    : `no program ${JSON.stringify(program)}; a name without a slash is looked for on PATH, which is ${searchPath}`;
  throw new AgentLaunchError('program_not_found', message);
}

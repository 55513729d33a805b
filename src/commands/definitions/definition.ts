import type { Command } from 'commander';
import type { Io } from '../io.ts';
import { count } from '../run-flags.ts';

export interface CommandContext {
  readonly io: Io;
  /** The script behind the agent-side commands; absolute. */
  readonly agentScript: string;
  /** Runs one of them. */
  readonly agent: (argv: readonly string[]) => Promise<number>;
}

/** Does the work of a command; resolves to the exit code. What it needs is imported only then. */
export type Action = (run: (context: CommandContext) => Promise<number>) => Promise<void>;
export type Define = (program: Command, action: Action) => void;

export interface RunPlaceFlags {
  readonly targetRepo: string;
  readonly json?: boolean;
  readonly run?: number;
}

/** With the repository that a recorded run is in, and which of its runs is meant. */
export function withRunPlace(command: Command): Command {
  return command
    .option('-t, --target-repo <path>', 'the repository', '.')
    .option('-r, --run <n>', 'an earlier run', count)
    .option('--json', 'as JSON');
}

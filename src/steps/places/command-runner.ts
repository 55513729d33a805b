import type { TaskRuntime } from '../../core/task-runtime.ts';
import type { Purpose } from '../isolation/sandbox.ts';
import type { CommandEnd } from '../tools/exec.ts';

/** A command of the graph file that belongs to an attempt. */
export interface PlacedCommand {
  readonly purpose: Exclude<Purpose, 'agent'>;
  readonly argv: readonly string[];
  /** The task's worktree here; absolute. */
  readonly cwd: string;
  /** Gets all that it prints. */
  readonly file: number;
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/**
 * Runs commands where the agent of the attempt runs, and as well kept apart: they execute what it wrote. Never throws for
 * what the command does; throws `StepError` where the place is lost meanwhile.
 */
export interface CommandRunner {
  run(runtime: TaskRuntime, command: PlacedCommand): Promise<CommandEnd>;
  /** Ends what an earlier owner, which was killed, has left of the attempt's commands. Any number of times. */
  end?(runtime: TaskRuntime): Promise<void>;
}

import type { TaskRuntime } from '../../core/task-runtime.ts';
import type { AgentCommand } from '../agent-command.ts';
import type { TmuxAgent } from '../environments/tmux-agent.ts';

/** Runs somewhere else what a window shows: in the window is a client of it, whose end says nothing. */
export interface WindowEngine {
  /** Puts the client around the agent with the wrapper beside it. Throws `StepError` where it cannot be. */
  through(runtime: TaskRuntime, command: AgentCommand): (argv: readonly string[]) => readonly string[];
  /** The agent in a window, of which the engine knows whether it runs. */
  agent(runtime: TaskRuntime, inWindow: TmuxAgent): TmuxAgent;
}

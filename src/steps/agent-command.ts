import { delimiter, join } from 'node:path';
import type { TaskRuntime } from '../core/task-runtime.ts';
import { type FrameworkPreset, firstPrompt } from './frameworks/framework.ts';

/** What starts an agent, in whatever place. */
export interface AgentCommand {
  /** Program and arguments; run without a shell. */
  readonly argv: readonly string[];
  /** The task's worktree; absolute. */
  readonly cwd: string;
  /** Added to the environment that agentrelay itself has. */
  readonly env: Readonly<Record<string, string>>;
  /** Taken out of it. */
  readonly unset: readonly string[];
}

/** The agent of a prepared attempt: its framework's argv, and what every agent has in its environment. */
export function agentCommand(
  runtime: TaskRuntime,
  framework: FrameworkPreset,
  run: { readonly graph: string; readonly runDirectory: string },
): AgentCommand {
  const { task, attempt } = runtime;
  const signalDir = runtime.require('signalDir');
  const instructions = join(signalDir, 'instructions.md');
  const { model, command } = task.primaryAgent;
  const prompt = firstPrompt(instructions);
  return {
    argv: framework.argv({ prompt, instructions, model, task: task.id, attempt, command }),
    cwd: runtime.require('worktreePath'),
    env: {
      ...framework.env,
      AGENTRELAY_SIGNAL_DIR: signalDir,
      AGENTRELAY_INSTRUCTIONS: instructions,
      AGENTRELAY_GRAPH: run.graph,
      AGENTRELAY_TASK: task.id,
      AGENTRELAY_ATTEMPT: String(attempt),
      AGENTRELAY_TOKEN: runtime.token,
      PATH: [join(run.runDirectory, 'bin'), process.env.PATH ?? ''].join(delimiter),
    },
    unset: framework.unset ?? [],
  };
}

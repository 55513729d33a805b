import { join } from 'node:path';
import { AgentLaunchError, StepError } from '../core/errors.ts';
import type { TaskLauncher } from '../core/steps.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import { agentCommand } from './agent-command.ts';
import { installAgentWrapper } from './agent-wrapper.ts';
import type { TmuxEnvironment } from './environments/tmux.ts';
import { createTmuxAgent, type TmuxAgent } from './environments/tmux-agent.ts';
import type { FrameworkPreset } from './frameworks/framework.ts';
import { TmuxError } from './tools/tmux-error.ts';

/** Beside the signals of an attempt; written by the wrapper around its agent. */
const EXIT_CODE_FILE = 'exit_code';
const RAW_LOG_FILE = 'agent.raw.log';

export interface TmuxTaskLauncherOptions {
  readonly environment: TmuxEnvironment;
  readonly framework: FrameworkPreset;
  readonly graph: string;
  /** Absolute; its `bin` is put first on the agent's PATH. */
  readonly runDirectory: string;
}

/** Runs a task's agent in a tmux window of its own. */
export class TmuxTaskLauncher implements TaskLauncher {
  readonly #options: TmuxTaskLauncherOptions;

  constructor(options: TmuxTaskLauncherOptions) {
    this.#options = options;
  }

  async launch(runtime: TaskRuntime): Promise<TmuxAgent> {
    const { environment, framework, graph, runDirectory } = this.#options;
    const signalDir = runtime.require('signalDir');
    const exitCodeFile = join(signalDir, EXIT_CODE_FILE);
    try {
      const pane = await environment.launch({
        windowName: windowName(runtime.task.id, runtime.attempt),
        ...agentCommand(runtime, framework, { graph, runDirectory }),
        rawLog: join(signalDir, RAW_LOG_FILE),
        exitCodeFile,
        wrapper: installAgentWrapper(runDirectory),
        tag: { graph, run: runtime.run, task: runtime.task.id, attempt: runtime.attempt, token: runtime.token },
      });
      return createTmuxAgent(environment, pane, exitCodeFile);
    } catch (error) {
      throw asLaunchError(error);
    }
  }
}

/** Dots and colons have a meaning in tmux's targets, so that a person could not name the window. */
export function windowName(task: string, attempt: number): string {
  const name = task.replace(/[^A-Za-z0-9_-]/g, '_');
  return attempt > 1 ? `${name}-${attempt}` : name;
}

function asLaunchError(error: unknown): unknown {
  if (error instanceof StepError || !(error instanceof TmuxError)) return error;
  return new AgentLaunchError('tmux_failed', error.message, { cause: error, failureClass: 'internal_error' });
}

import { join } from 'node:path';
import type { KnownAgent } from '../core/agent-handle.ts';
import type { Clock } from '../core/clock.ts';
import { AgentLaunchError, StepError } from '../core/errors.ts';
import type { TaskLauncher } from '../core/steps.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import { type AgentCommand, type AgentSecrets, agentCommand, writeAgentFiles } from './agent-command.ts';
import { wasLaunched } from './agent-wrapper.ts';
import { createFrameworkAgent, type FrameworkAgent } from './agents/framework-agent.ts';
import type { AgentMonitor, AgentTerminal } from './agents/monitor.ts';
import { isTokenOf } from './attempt-tokens.ts';
import type { TmuxEnvironment } from './environments/tmux.ts';
import { createTmuxAgent, type TmuxAgent } from './environments/tmux-agent.ts';
import type { ListedPane, PaneTag, TmuxPane } from './environments/tmux-pane.ts';
import type { FrameworkPreset } from './frameworks/framework.ts';
import { type SandboxPlace, sandboxFor, type UsedSandbox } from './isolation/sandboxes.ts';
import { placedArgv } from './places/placed-argv.ts';
import type { WindowEngine } from './places/window-engine.ts';
import { REAL_CLOCK } from './tools/clock.ts';
import { TmuxError } from './tools/tmux-error.ts';

/** Beside the signals of an attempt; written by the wrapper around its agent. */
const EXIT_CODE_FILE = 'exit_code';
const RAW_LOG_FILE = 'agent.raw.log';
/** No pane has it. */
const NO_PANE = '%none';

export interface TmuxTaskLauncherOptions extends SandboxPlace {
  /** What agents get of the credentials file. */
  readonly credentials: AgentSecrets;
  readonly environment: TmuxEnvironment;
  readonly framework: FrameworkPreset;
  readonly clock?: Clock;
  /** Runs elsewhere what the window shows. */
  readonly engine?: WindowEngine;
  /** Follows an agent; asked for the first time when somebody wants to know what it does. */
  readonly watch: (runtime: TaskRuntime, terminal: AgentTerminal) => AgentMonitor;
}

/** Runs a task's agent in a tmux window of its own. */
export class TmuxTaskLauncher implements TaskLauncher {
  readonly #options: TmuxTaskLauncherOptions;

  constructor(options: TmuxTaskLauncherOptions) {
    this.#options = options;
  }

  /** An attempt is launched once: of one that was, and whose pane is gone, nothing can be found but what it left. */
  async find(runtime: TaskRuntime): Promise<KnownAgent | null> {
    const { environment } = this.#options;
    const signalDir = runtime.require('signalDir');
    const exitCodeFile = join(signalDir, EXIT_CODE_FILE);
    const tag = this.#tag(runtime);
    const recorded = runtime.resumed?.agent ?? null;
    try {
      const pane = await this.#paneOf(runtime);
      if (pane === null && recorded === null && !wasLaunched(signalDir)) return null;
      const place = runtime.resumed?.place ?? (await this.#placeOf(runtime, pane));
      const known = pane ?? { id: NO_PANE, window: '', pid: 0, tag };
      // Of one that is gone, the address that it had.
      const label = pane === null ? (recorded ?? 'never seen') : undefined;
      const agent = this.#agent(runtime, createTmuxAgent(environment, known, exitCodeFile, place, label));
      if (pane?.dead === false) return { agent, found: 'alive' };
      return { agent, found: pane === null && agent.exitCode() === null ? 'lost' : 'ended' };
    } catch (error) {
      throw asLaunchError(error);
    }
  }

  async launch(runtime: TaskRuntime): Promise<FrameworkAgent> {
    const { environment, framework, runDirectory, engine } = this.#options;
    const signalDir = runtime.require('signalDir');
    const exitCodeFile = join(signalDir, EXIT_CODE_FILE);
    try {
      const command = agentCommand(runtime, framework, this.#options);
      writeAgentFiles(signalDir, command.files);
      const { cwd, env, unset } = command;
      const sandbox = this.#sandbox(runtime, command);
      await sandbox?.sandbox.requireReady?.(sandbox.use);
      const through = engine?.through(runtime, command);
      const pane = await environment.launch({
        windowName: windowName(runtime.task.id, runtime.attempt),
        argv: placedArgv(command, { runDirectory, exitCodeFile, sandbox, ...(through ? { through } : {}) }),
        cwd,
        env: { ...env, ...sandbox?.sandbox.env?.(sandbox.use) },
        unset,
        secrets: command.secrets(),
        rawLog: join(signalDir, RAW_LOG_FILE),
        exitCodeFile,
        tag: this.#tag(runtime),
      });
      return this.#agent(runtime, createTmuxAgent(environment, pane, exitCodeFile, await environment.place()));
    } catch (error) {
      throw asLaunchError(error);
    }
  }

  #sandbox(runtime: TaskRuntime, { cwd, env }: AgentCommand): UsedSandbox | null {
    return sandboxFor(runtime, this.#options, { purpose: 'agent', cwd, env, tty: true });
  }

  #agent(runtime: TaskRuntime, agent: TmuxAgent): FrameworkAgent {
    const { environment, framework, watch, engine, clock = REAL_CLOCK } = this.#options;
    const sandbox = this.#sandbox(runtime, agentCommand(runtime, framework, this.#options));
    const sandboxed = inSandbox(agent, sandbox);
    return createFrameworkAgent(engine?.agent(runtime, sandboxed) ?? sandboxed, {
      runtime,
      framework,
      environment,
      clock,
      watch: (terminal) => watch(runtime, terminal),
    });
  }

  /** Alive where there is one. */
  async #paneOf(runtime: TaskRuntime): Promise<ListedPane | null> {
    const { environment, graph } = this.#options;
    const panes = await environment.leftovers(graph, runtime.run);
    const isOwn = ({ tag }: ListedPane) =>
      tag.task === runtime.task.id && tag.attempt === runtime.attempt && isTokenOf(tag.token, runtime);
    const own = panes.filter(isOwn);
    return own.find(({ dead }) => !dead) ?? own[0] ?? null;
  }

  /** Where it was not recorded. Of a pane that is gone: a server that is younger than the attempt never had it. */
  async #placeOf({ resumed }: TaskRuntime, pane: TmuxPane | null): Promise<string | null> {
    const place = await this.#options.environment.place();
    if (pane !== null) return place;
    const serverStart = Number(place.split('/')[1]);
    return serverStart >= Math.floor(Date.parse(resumed?.startedAt ?? '') / 1000) ? 'a server that is gone' : null;
  }

  #tag({ run, task, attempt, token }: TaskRuntime): PaneTag {
    return { graph: this.#options.graph, run, task: task.id, attempt, token };
  }
}

/** Dots and colons have a meaning in tmux's targets, so that a person could not name the window. */
export function windowName(task: string, attempt: number): string {
  const name = task.replace(/[^A-Za-z0-9_-]/g, '_');
  return attempt > 1 ? `${name}-${attempt}` : name;
}

/** What is in its sandbox ends with it, also where its window went first. */
function inSandbox(agent: TmuxAgent, used: UsedSandbox | null): TmuxAgent {
  if (used === null) return agent;
  const { address } = agent;
  const teardown: typeof address.teardown = async (how) => {
    try {
      await address.teardown(how);
    } finally {
      await used.sandbox.stop?.(used.use);
    }
  };
  return { ...agent, address: { ...address, teardown } };
}

function asLaunchError(error: unknown): unknown {
  if (error instanceof StepError || !(error instanceof TmuxError)) return error;
  return new AgentLaunchError('tmux_failed', error.message, { cause: error, failureClass: 'internal_error' });
}

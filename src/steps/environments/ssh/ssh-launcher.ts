import { join } from 'node:path';
import type { KnownAgent } from '../../../core/agent-handle.ts';
import { AgentLaunchError, isStepError } from '../../../core/errors.ts';
import type { TaskLauncher } from '../../../core/steps.ts';
import type { TaskRuntime } from '../../../core/task-runtime.ts';
import { agentCommand } from '../../agent-command.ts';
import { LAUNCHED_FILE } from '../../agent-wrapper.ts';
import { createFrameworkAgent, type FrameworkAgent } from '../../agents/framework-agent.ts';
import type { AgentMonitor, AgentTerminal } from '../../agents/monitor.ts';
import { isTokenOf } from '../../attempt-tokens.ts';
import type { FrameworkPreset } from '../../frameworks/framework.ts';
import { windowName } from '../../task-launcher.ts';
import { ToolError } from '../../tools/exec.ts';
import { TmuxError } from '../../tools/tmux-error.ts';
import type { TmuxAgent } from '../tmux-agent.ts';
import type { EnvironmentOptions } from '../tmux-entry.ts';
import type { ListedPane, PaneTag, TmuxPane } from '../tmux-pane.ts';
import type { RemoteAttempt } from './attempt.ts';
import type { RemoteAttempts } from './attempts.ts';
import { ConnectionLost } from './connection.ts';
import { createSshAgent, toldThere } from './ssh-agent.ts';

/** Milliseconds in which a machine is found again at the start of an owner; what is there then is found later. */
const FIND = 15_000;
/** No pane has it. */
const NO_PANE = '%none';

export interface SshLauncherOptions extends EnvironmentOptions {
  readonly attempts: RemoteAttempts;
  readonly framework: FrameworkPreset;
  readonly watch: (runtime: TaskRuntime, terminal: AgentTerminal) => AgentMonitor;
}

/** Runs a task's agent in a tmux window on another machine. */
export class SshTaskLauncher implements TaskLauncher {
  readonly #options: SshLauncherOptions;

  constructor(options: SshLauncherOptions) {
    this.#options = options;
  }

  async launch(runtime: TaskRuntime): Promise<FrameworkAgent> {
    const { attempts, framework } = this.#options;
    try {
      const attempt = attempts.of(runtime);
      await attempt.workspace();
      const command = agentCommand(runtime, framework, this.#options);
      const [argv, map] = [await attempt.place(command), await attempt.map()];
      const { layout, survey } = await attempt.site();
      const { tree, signals } = await attempt.layout();
      const { environment } = attempt.host;
      await attempt.watch();
      const env = Object.fromEntries(Object.entries(command.env).map(([name, value]) => [name, map(value)]));
      const pane = await environment.launch({
        windowName: windowName(runtime.task.id, runtime.attempt),
        argv,
        cwd: tree,
        env: { ...env, PATH: `${layout.bin}:${survey.searchPath}` },
        unset: command.unset,
        secrets: command.secrets(),
        rawLog: join(signals, 'agent.raw.log'),
        exitCodeFile: join(signals, 'exit_code'),
        tag: this.#tag(runtime),
      });
      return this.#agent(attempt, pane, await environment.place());
    } catch (error) {
      throw asLaunchError(error);
    }
  }

  /** A machine that does not answer may still have it: it counts as alive until that is known. */
  async find(runtime: TaskRuntime): Promise<KnownAgent | null> {
    const attempt = this.#options.attempts.of(runtime);
    const { record } = attempt;
    const recorded = runtime.resumed?.agent ?? null;
    if (record === null) return null;
    if (record.released) return this.#left(attempt, recorded);
    const { host } = attempt;
    await attempt.watch();
    try {
      await host.connection.atOnce(FIND, whileWanted(runtime).signal);
      return await this.#look(attempt, recorded);
    } catch (error) {
      if (!(error instanceof ConnectionLost) && !(error instanceof TmuxError)) throw asLaunchError(error);
      const pane = { id: /:(%\d+)$/.exec(recorded ?? '')?.[1] ?? NO_PANE, window: '', pid: 0, tag: this.#tag(runtime) };
      if (recorded === null) throw asLaunchError(error);
      return { agent: this.#agent(attempt, pane, runtime.resumed?.place ?? null, recorded), found: 'alive' };
    }
  }

  async #look(attempt: RemoteAttempt, recorded: string | null): Promise<KnownAgent | null> {
    const { runtime, host } = attempt;
    const pane = await this.#paneOf(attempt);
    await attempt.watch();
    await attempt.settle(whileWanted(runtime).signal);
    if (pane === null && recorded === null && attempt.signals.read(LAUNCHED_FILE) === null) return null;
    const place = runtime.resumed?.place ?? (await host.environment.place());
    const known = pane ?? { id: NO_PANE, window: '', pid: 0, tag: this.#tag(runtime) };
    const label = pane === null ? (recorded ?? 'never seen') : undefined;
    const agent = this.#agent(attempt, known, place, label);
    if (pane?.dead === false) return { agent, found: 'alive' };
    return { agent, found: pane === null && agent.exitCode() === null ? 'lost' : 'ended' };
  }

  /** Of one that was stopped before; what is left of it there can still be taken away. */
  #left(attempt: RemoteAttempt, recorded: string | null): KnownAgent {
    const pane = { id: NO_PANE, window: '', pid: 0, tag: this.#tag(attempt.runtime) };
    const agent = this.#agent(attempt, pane, attempt.runtime.resumed?.place ?? null, recorded ?? 'never seen');
    return { agent, found: agent.exitCode() === null ? 'lost' : 'ended' };
  }

  #agent(attempt: RemoteAttempt, pane: TmuxPane, place: string | null, label?: string): FrameworkAgent {
    const { framework, watch, clock } = this.#options;
    const { runtime, host } = attempt;
    const { environment } = host;
    const agent: TmuxAgent = createSshAgent(
      attempt,
      pane,
      place,
      label ?? `${host.name}:${environment.session}:${pane.id}`,
    );
    const options = {
      ...{ runtime, framework, environment, clock },
      watch: (terminal: AgentTerminal) => watch(runtime, terminal),
    };
    return toldThere(createFrameworkAgent(agent, options), attempt);
  }

  /** Alive where there is one. */
  async #paneOf({ runtime, host }: RemoteAttempt): Promise<ListedPane | null> {
    const panes = await host.environment.leftovers(this.#options.graph, runtime.run);
    const own = panes.filter(({ tag }) => {
      return tag.task === runtime.task.id && tag.attempt === runtime.attempt && isTokenOf(tag.token, runtime);
    });
    return own.find(({ dead }) => !dead) ?? own[0] ?? null;
  }

  #tag({ run, task, attempt, token }: TaskRuntime): PaneTag {
    return { graph: this.#options.graph, run, task: task.id, attempt, token };
  }
}

/** One that is called off already is found all the same, to be ended. */
function whileWanted({ signal }: TaskRuntime): { readonly signal?: AbortSignal } {
  return signal.aborted ? {} : { signal };
}

function asLaunchError(error: unknown): unknown {
  if (isStepError(error)) return error;
  if (error instanceof ConnectionLost) return new AgentLaunchError('place_lost', error.message, { cause: error });
  if (error instanceof TmuxError || error instanceof ToolError)
    return new AgentLaunchError('remote_launch_failed', error.message, { cause: error });
  return error;
}

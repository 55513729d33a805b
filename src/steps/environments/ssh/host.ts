import { isStepError, UserError, WorkspaceError } from '../../../core/errors.ts';
import { KeyedQueue } from '../../../core/queue.ts';
import type { AgentTerminal } from '../../agents/monitor.ts';
import { ToolError } from '../../tools/exec.ts';
import { TmuxControl } from '../../tools/tmux-control.ts';
import { TmuxError } from '../../tools/tmux-error.ts';
import { createTmuxEnvironment, type TmuxEnvironment } from '../tmux.ts';
import { isLost } from '../tmux-reach.ts';
import { ConnectionLost, SshConnection } from './connection.ts';
import { Follower } from './follower.ts';
import { type Machine, nameOf } from './machine.ts';
import { scriptWith } from './remote-clone.ts';
import { remoteTmuxHost } from './remote-tmux-host.ts';
import { openSite, type Site, type SiteOptions } from './site.ts';
import { inLoginShell, shellCommand } from './ssh-argv.ts';

/** The tmux of agents there is their own. */
export const SERVER = ['-L', 'agentrelay', '-f', '/dev/null'];
/** Milliseconds: longer than it takes to notice a black hole, so that it is told as a lost connection. */
const ANSWER = 60_000;

export interface HostOptions extends SiteOptions {
  /** The tmux session of the run, where the machine names none. */
  readonly session: string;
}

/** A machine with all that is asked of it: one connection, one tmux client, one stream of signals. */
export class SshHost {
  readonly connection: SshConnection;
  readonly environment: TmuxEnvironment;
  readonly follower: Follower;
  /** One at a time changes the clone: git does not wait for its own locks everywhere. */
  readonly turns = new KeyedQueue();
  readonly #options: HostOptions;
  #site: Promise<Site> | null = null;
  /** Milliseconds by which its clock is ahead of ours. */
  #clockAhead = 0;

  constructor(machine: Machine, options: HostOptions) {
    this.#options = options;
    this.connection = new SshConnection(machine);
    this.follower = new Follower(this.connection, async () => (await this.#opened()).program('follow'));
    const session = machine.session ?? options.session;
    const patience = machine.reconnectTimeout + ANSWER;
    const tmux = createTmuxEnvironment(
      { session, connect: () => this.#connectTmux(session), patience },
      remoteTmuxHost(() => this.#opened()),
    );
    this.environment = { ...tmux, terminal: (pane) => inOurTime(tmux.terminal(pane), () => this.#clockAhead) };
  }

  /** For people. */
  get name(): string {
    return nameOf(this.connection.machine);
  }

  /** Made ready at the first need. Throws `WorkspaceError`, `ConnectionLost`. */
  async site(): Promise<Site> {
    return await this.#opened();
  }

  async close(): Promise<void> {
    this.follower.close();
    if (this.connection.isUp) await this.environment.disconnect();
    await this.connection.close();
  }

  async #opened(): Promise<Site> {
    this.#site ??= openSite(this.connection, this.#options);
    const site = this.#site;
    try {
      const opened = await site;
      this.#clockAhead = opened.survey.clockAhead;
      return opened;
    } catch (error) {
      // Asked again at the next need.
      if (this.#site === site) this.#site = null;
      if (!(error instanceof UserError) && !(error instanceof ToolError)) throw error;
      const hint = error instanceof UserError && error.hint !== null ? ` (${error.hint})` : '';
      throw new WorkspaceError('machine_not_ready', `${error.message}${hint}`, { cause: error });
    }
  }

  /** Waits as long as a lost connection is tried again. */
  async #connectTmux(session: string): Promise<TmuxControl> {
    try {
      for (;;) {
        const { survey } = await this.#opened();
        await this.connection.ready();
        const { generation } = this.connection;
        const tmux = (args: readonly string[]) => {
          const script = scriptWith(survey.searchPath, `exec ${shellCommand(['tmux', ...args])}`);
          // Its server begins with what a person has there who logs in, and so do agents.
          const isNew = args.includes('new-session');
          return ['ssh', this.connection.sessionArgv(isNew ? inLoginShell(script) : script)] as const;
        };
        try {
          return await TmuxControl.connect({ server: SERVER, session, tmux, timeout: ANSWER });
        } catch (error) {
          if (!isLost(error) && !(error instanceof ToolError)) throw error;
          if (this.connection.isUp && this.connection.generation === generation) throw error;
        }
      }
    } catch (error) {
      if (isStepError(error)) throw error;
      // Only a lost connection is waited for.
      const code = error instanceof ConnectionLost ? 'disconnected' : 'timed_out';
      throw new TmuxError(code, `no tmux on ${this.name}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** What a pane has printed when, by the clock here. */
function inOurTime(terminal: AgentTerminal, ahead: () => number): AgentTerminal {
  const { watch } = terminal;
  if (watch === undefined) return terminal;
  return {
    ...terminal,
    watch: (listener) => watch((glance) => listener(glance && { ...glance, printedAt: glance.printedAt - ahead() })),
  };
}

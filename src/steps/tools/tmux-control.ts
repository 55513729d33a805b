import { ControlClient } from './tmux-client.ts';
import { TmuxError } from './tmux-error.ts';
import { ensureSession, LOCAL_TMUX, serverArguments, type TmuxCommand } from './tmux-session.ts';

/** Something happened to a pane or a window of our session; what it now is must be asked. */
export type PaneChange =
  | { readonly kind: 'window_closed'; readonly window: string }
  | { readonly kind: 'layout_changed'; readonly window: string }
  | { readonly kind: 'pane_dead'; readonly pane: string }
  /** Changes may have been missed. */
  | { readonly kind: 'reattached' };

export type TmuxOptions = {
  readonly session: string;
  readonly signal?: AbortSignal;
  /** The tmux of this machine unless told. */
  readonly tmux?: TmuxCommand;
  /** Variables of ours that a server which is begun for it does not get. */
  readonly withheld?: readonly string[];
  /** Of each answer, in milliseconds; 10 s unless told. */
  readonly timeout?: number;
} & (
  | {
      /** Name of a private server (`-L`); null for the server that we are in, else the user's default one. */
      readonly socket: string | null;
    }
  | {
      /** Arguments of `tmux` that say which server. */
      readonly server: readonly string[];
    }
);

/** Milliseconds; tmux answers within one when it is well. */
const COMMAND_TIMEOUT = 10_000;
const SUBSCRIPTION = 'agentrelay-dead';

/**
 * Talks to one tmux session through one attached client: no process per command, and events instead of polling.
 * A client that is detached by somebody (`attach -d` does) is attached again; what was in flight then is rejected,
 * since nobody knows whether it was done.
 */
export class TmuxControl {
  readonly session: string;
  /** The session was not there before. */
  readonly madeSession: boolean;
  /** Resolves, with the reason, when the session cannot be reached any more. */
  readonly closed: Promise<TmuxError>;
  readonly #server: readonly string[];
  readonly #tmux: TmuxCommand;
  readonly #timeout: number;
  readonly #listeners = new Set<(change: PaneChange) => void>();
  #client: Promise<ControlClient>;
  #leaving = false;
  #resolveClosed: (reason: TmuxError) => void = () => {};

  private constructor(
    server: readonly string[],
    session: string,
    madeSession: boolean,
    { tmux = LOCAL_TMUX, timeout = COMMAND_TIMEOUT }: Pick<TmuxOptions, 'tmux' | 'timeout'> = {},
  ) {
    this.#server = server;
    this.#tmux = tmux;
    this.#timeout = timeout;
    this.session = session;
    this.madeSession = madeSession;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#client = this.#attach();
  }

  /** Makes the session when it is missing. Throws `TmuxError` `cannot_start`, `disconnected`. */
  static async connect(options: TmuxOptions): Promise<TmuxControl> {
    const { session, signal } = options;
    const server = 'server' in options ? options.server : serverArguments(options.socket);
    const made = await ensureSession(server, session, signal, options.tmux, options.withheld);
    const control = new TmuxControl(server, session, made, options);
    await control.#client;
    if (signal?.aborted) await control.disconnect();
    signal?.throwIfAborted();
    return control;
  }

  /**
   * Attaches to a session that is there, by its name or its id (`$3`), and makes neither it nor a server: for who only
   * looks. Throws `TmuxError` `disconnected`.
   */
  static async join(server: readonly string[], session: string): Promise<TmuxControl> {
    const control = new TmuxControl(server, session, false);
    await control.#client;
    return control;
  }

  /** The lines that the command printed. `timeout` in milliseconds. */
  async command(argv: readonly string[], timeout: number = this.#timeout): Promise<string[]> {
    const [lines = []] = await (await this.#client).run([argv], timeout);
    return lines;
  }

  /** Runs the commands without tmux's event loop between them; the lines of each. The first failure ends it. */
  async sequence(...commands: readonly (readonly string[])[]): Promise<string[][]> {
    return (await this.#client).run(commands, this.#timeout);
  }

  /** Returns what takes the listener off again. */
  onPaneChange(listener: (change: PaneChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Leaves the session running. */
  async disconnect(): Promise<void> {
    this.#leaving = true;
    const client = await this.#client.catch(() => null);
    await client?.detach();
  }

  async #attach(): Promise<ControlClient> {
    const client = await ControlClient.attach(
      this.#server,
      this.session,
      (name, rest) => this.#notice(name, rest),
      this.#tmux,
    );
    // tmux looks at subscriptions once a second.
    await client.run([['refresh-client', '-B', `${SUBSCRIPTION}:%*:#{pane_dead}`]], this.#timeout);
    void client.ended.then((reason) => this.#lost(reason));
    return client;
  }

  #lost(reason: TmuxError): void {
    if (this.#leaving) {
      this.#resolveClosed(reason);
      return;
    }
    this.#client = this.#attach();
    this.#client.then(
      () => this.#tell({ kind: 'reattached' }),
      (error: unknown) => this.#resolveClosed(error instanceof TmuxError ? error : reason),
    );
  }

  #notice(name: string, rest: string): void {
    const words = rest.split(' ');
    const [first = ''] = words;
    if (name === 'window-close' || name === 'unlinked-window-close')
      this.#tell({ kind: 'window_closed', window: first });
    else if (name === 'layout-change') this.#tell({ kind: 'layout_changed', window: first });
    else if (name === 'subscription-changed' && first === SUBSCRIPTION) {
      // NAME $SESSION @WINDOW INDEX %PANE : VALUE
      if (words.at(-1) === '1') this.#tell({ kind: 'pane_dead', pane: words[4] ?? '' });
    }
  }

  #tell(change: PaneChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

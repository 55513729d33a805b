import { type PipedProcess, startPiped } from './exec.ts';
import { TmuxError } from './tmux-error.ts';
import { ControlParser, commandLine } from './tmux-parse.ts';
import { CLIENT_ENV, type TmuxCommand } from './tmux-session.ts';

interface Pending {
  readonly commands: readonly (readonly string[])[];
  readonly replies: string[][];
  /** Also called after the deadline, so that the order of replies is kept. */
  readonly settle: (outcome: TmuxError | null) => void;
}

export type NotificationListener = (name: string, rest: string) => void;

const ATTACH_TIMEOUT = 10_000;

/** One attached control-mode client: one process, from its start to its end. */
export class ControlClient {
  /** Resolves, with the reason, when the client is gone; nothing is answered any more. */
  readonly ended: Promise<TmuxError>;
  readonly #process: PipedProcess;
  readonly #parser = new ControlParser();
  readonly #onNotification: NotificationListener;
  #pending: Pending[] = [];
  #rest = '';
  #stderr = '';
  #exitReason: string | null = null;
  #end: TmuxError | null = null;
  #resolveEnded: (reason: TmuxError) => void = () => {};
  #attached: () => void = () => {};

  private constructor(
    server: readonly string[],
    session: string,
    onNotification: NotificationListener,
    tmux: TmuxCommand,
  ) {
    this.#onNotification = onNotification;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    const attach = ['attach-session', '-f', 'no-output,ignore-size', '-t', `=${session}`];
    // -u: without it, and without a UTF-8 locale, tmux replaces every other character. -N: an attach starts no server.
    this.#process = startPiped(...tmux([...server, '-u', '-N', '-C', ...attach]), { env: CLIENT_ENV });
    this.#process.stdout.setEncoding('utf8').on('data', (chunk: string) => this.#read(chunk));
    this.#process.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr = (this.#stderr + chunk).slice(-2_000);
    });
    // The pipe breaks before the end of the process is told; `close` says the rest.
    this.#process.stdin.on('error', () => {});
    this.#process.on('error', (error) => this.#finish(error));
    this.#process.on('close', () => this.#finish());
  }

  /** Throws `TmuxError` `disconnected` when there is no such session. */
  static async attach(
    server: readonly string[],
    session: string,
    onNotification: NotificationListener,
    tmux: TmuxCommand,
  ): Promise<ControlClient> {
    const client = new ControlClient(server, session, onNotification, tmux);
    const attached = new Promise<null>((resolve) => {
      client.#attached = () => resolve(null);
    });
    const deadline = setTimeout(() => client.#process.kill('SIGKILL'), ATTACH_TIMEOUT);
    const failure = await Promise.race([attached, client.ended]);
    clearTimeout(deadline);
    if (failure !== null) throw failure;
    return client;
  }

  /** Runs the commands as one sequence; the lines that each printed. `timeout` in milliseconds. */
  run(commands: readonly (readonly string[])[], timeout: number): Promise<string[][]> {
    if (this.#end !== null) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      // Throws for what cannot be said, before anything is written.
      const line = commandLine(commands);
      const replies: string[][] = [];
      const what = commands.map((argv) => argv[0]).join(' ; ');
      const deadline = setTimeout(() => {
        reject(new TmuxError('timed_out', `tmux did not answer ${what} in ${timeout} ms`));
      }, timeout);
      this.#pending.push({
        commands,
        replies,
        settle: (outcome) => {
          clearTimeout(deadline);
          if (outcome === null) resolve(replies);
          else reject(outcome);
        },
      });
      this.#process.stdin.write(line);
    });
  }

  /** Leaves the session as it is; returns when the process is gone. */
  async detach(): Promise<void> {
    this.#process.stdin.end();
    const deadline = setTimeout(() => this.#process.kill('SIGKILL'), 2_000);
    await this.ended;
    clearTimeout(deadline);
  }

  #read(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = this.#parser.line(line);
      if (message === null) continue;
      if (message.kind === 'reply') {
        if (message.ours) this.#answer(message.ok, message.lines);
      } else if (message.name === 'exit') {
        this.#exitReason = message.rest;
      } else {
        if (message.name === 'session-changed') this.#attached();
        this.#onNotification(message.name, message.rest);
      }
    }
  }

  /** tmux answers each command of a sequence, and drops what follows one that failed. */
  #answer(ok: boolean, lines: string[]): void {
    const pending = this.#pending[0];
    if (pending === undefined) return;
    if (ok) {
      pending.replies.push(lines);
      if (pending.replies.length < pending.commands.length) return;
    }
    this.#pending.shift();
    const { commands, replies } = pending;
    const failed = commands[replies.length]?.[0];
    pending.settle(ok ? null : new TmuxError('command_failed', `tmux ${failed}: ${lines.join(' ')}`, { replies }));
  }

  #finish(cause?: Error): void {
    if (this.#end !== null) return;
    const detail = cause?.message ?? (this.#stderr.trim() || this.#exitReason || 'the client has ended');
    this.#end = new TmuxError('disconnected', `tmux is gone: ${detail}`, { cause });
    const pending = this.#pending;
    this.#pending = [];
    for (const { settle } of pending) settle(this.#end);
    this.#resolveEnded(this.#end);
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { exec, ToolError } from '../../tools/exec.ts';
import { inTurns } from '../../tools/in-turns.ts';
import { type Machine, nameOf } from './machine.ts';
import { connect, type Master } from './master.ts';
import { inAnyShell, sessionArgv, sessionOptions } from './ssh-argv.ts';

/** Nobody knows what became of what was asked for: the connection was lost, or is not there. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

export interface RemoteOptions {
  readonly input?: string;
  /** Milliseconds; 60,000 unless told. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** Exit codes that are answers and not errors; 0 alone unless told. */
  readonly accept?: readonly number[];
}

export interface RemoteResult {
  readonly exitCode: number;
  readonly stdout: string;
}

/** What is told of a connection; `reason` in ssh's own words. */
export type ConnectionNews =
  | { readonly state: 'up' }
  /** `given_up`: it was tried again as long as the graph file says. */
  | { readonly state: 'down' | 'given_up'; readonly reason: string };

interface Waiter {
  resolve(master: Master): void;
  reject(error: Error): void;
}

/** Milliseconds between two tries. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 10_000;

/** Around a script: its answer begins and ends where we say, whatever else is printed by a shell that starts. */
const BEGIN = 'agentrelay-begin';
const END = 'agentrelay-exit';

/** One connection to a machine, made when it is needed, and again when it is lost. */
export class SshConnection {
  readonly machine: Machine;
  /** Why it is not there; null while it is, or was not asked for. */
  reason: string | null = null;
  /** It was lost, and could not be made again in time. */
  gaveUp = false;
  /** How often it was made. */
  generation = 0;
  #master: Master | null = null;
  #loop: Promise<void> | null = null;
  #downSince: number | null = null;
  #holders = 0;
  readonly #waiters = new Set<Waiter>();
  readonly #listeners = new Set<(news: ConnectionNews) => void>();
  readonly #closing = new AbortController();
  /** A machine lets in few sessions at once, 10 unless told: two of ours stay. */
  readonly #sessions = inTurns(3);
  readonly #commands = inTurns(4);

  constructor(machine: Machine) {
    this.machine = machine;
  }

  get isUp(): boolean {
    return this.#master !== null;
  }

  /** Returns what takes the listener off again. */
  onChange(listener: (news: ConnectionNews) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** While somebody holds it, a lost connection is made again. */
  hold(): () => void {
    this.#holders += 1;
    let isHeld = true;
    return () => {
      if (isHeld) this.#holders -= 1;
      isHeld = false;
    };
  }

  /** Waits until it is there: for `patience` milliseconds, or as long as a lost one is tried again. Throws `ConnectionLost`. */
  async ready({ signal, patience }: { signal?: AbortSignal; patience?: number } = {}): Promise<void> {
    await this.#ready(signal, patience);
  }

  /** The same with one try, of so many milliseconds at most. */
  async atOnce(limit: number, signal?: AbortSignal): Promise<void> {
    const refused = new AbortController();
    const refuse = (reason: string) => refused.abort(new ConnectionLost(reason));
    if (this.reason !== null) throw new ConnectionLost(this.reason);
    const forget = this.onChange((news) => news.state === 'down' && refuse(news.reason));
    try {
      const either = signal === undefined ? refused.signal : AbortSignal.any([signal, refused.signal]);
      await this.#ready(either, limit);
    } finally {
      forget();
    }
  }

  /** Something of ours that runs through it now: arguments of `ssh`. Fails at once where there is none. */
  sessionArgv(script: string): string[] {
    return sessionArgv(this.machine, this.#master?.socket ?? '/nonexistent', inAnyShell(script));
  }

  /** The same without a command, for programs that add their own. */
  sessionOptions(): string[] {
    return sessionOptions(this.machine, this.#master?.socket ?? '/nonexistent');
  }

  /**
   * Runs a script of sh there, again when the connection was lost meanwhile: it must be one that can be. Throws `ToolError`
   * for what it exits with, `ConnectionLost` when there is no connection any more.
   */
  async run(script: string, options: RemoteOptions = {}): Promise<RemoteResult> {
    for (;;) {
      await this.#ready(options.signal);
      try {
        return await this.once(script, options);
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error;
        // The connection itself may notice a moment later.
        await delay(FIRST_PAUSE);
      }
    }
  }

  /** Something short that opens a session, when there is room for one. */
  async session<T>(work: () => Promise<T>): Promise<T> {
    return await this.#sessions(work);
  }

  /** The same for what may take long. */
  async command<T>(work: () => Promise<T>): Promise<T> {
    return await this.#commands(work);
  }

  /** As `run`, once. */
  async once(script: string, { accept = [], ...options }: RemoteOptions = {}): Promise<RemoteResult> {
    const guarded = `echo ${BEGIN}; (\n${script}\n); code=$?; echo "${END} $code" >&2; exit $code`;
    const answers = Array.from({ length: 256 }, (_, code) => code);
    const argv = this.sessionArgv(guarded);
    const run = () => exec('ssh', argv, { ...options, accept: answers });
    const { stdout, stderr } = await this.session(run);
    const end = new RegExp(`(?:^|\\n)${END} (\\d+)\\s*$`).exec(stderr);
    if (end === null) throw new ConnectionLost(stderr.trim() || 'the connection was lost');
    const exitCode = Number(end[1]);
    if (exitCode !== 0 && !accept.includes(exitCode)) {
      const said = stderr.slice(0, end.index);
      throw new ToolError([`on ${nameOf(this.machine)}:`, ...firstWords(script)], {
        exitCode,
        stderr: said,
        timedOut: false,
      });
    }
    const begin = stdout.indexOf(BEGIN);
    return { exitCode, stdout: stdout.slice(begin + BEGIN.length + 1) };
  }

  /** Lets go of it; what it carries ends with it, but for agents, which are not its own. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#rejectAll(new ConnectionLost('the connection was let go of'));
    await this.#loop;
    await this.#master?.close();
  }

  async #ready(signal?: AbortSignal, patience?: number): Promise<Master> {
    signal?.throwIfAborted();
    if (this.#master !== null) return this.#master;
    if (this.#closing.signal.aborted) throw new ConnectionLost('the connection was let go of');
    const { promise, resolve, reject } = Promise.withResolvers<Master>();
    const waiter = { resolve, reject };
    this.#waiters.add(waiter);
    const tooLong = () => reject(new ConnectionLost(this.reason ?? `${nameOf(this.machine)} does not answer`));
    const timer = patience === undefined ? null : setTimeout(tooLong, patience);
    const abort = () => reject(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    this.#loop ??= this.#connect();
    try {
      return await promise;
    } finally {
      this.#waiters.delete(waiter);
      if (timer !== null) clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  async #connect(): Promise<void> {
    this.#downSince ??= Date.now();
    const { signal } = this.#closing;
    for (let pause = FIRST_PAUSE; !signal.aborted && this.#waiters.size + this.#holders > 0; ) {
      try {
        this.#take(await connect(this.machine, signal));
        break;
      } catch (error) {
        this.#down((error as Error).message);
      }
      if (Date.now() - this.#downSince > this.machine.reconnectTimeout) {
        this.#giveUp();
        break;
      }
      await delay(pause, undefined, { signal }).catch(() => {});
      pause = Math.min(LONGEST_PAUSE, pause * 2);
    }
    this.#loop = null;
  }

  #take(master: Master): void {
    this.#master = master;
    this.generation += 1;
    this.gaveUp = false;
    this.#downSince = null;
    this.reason = null;
    void master.ended.then((reason) => this.#lost(reason));
    for (const { resolve } of this.#waiters) resolve(master);
    this.#tell({ state: 'up' });
  }

  #lost(reason: string): void {
    this.#master = null;
    if (this.#closing.signal.aborted) return;
    this.#down(reason);
    if (this.#holders > 0) this.#loop ??= this.#connect();
  }

  #giveUp(): void {
    this.gaveUp = true;
    this.#downSince = null;
    const reason = this.reason ?? 'no connection';
    this.#rejectAll(new ConnectionLost(reason));
    this.#tell({ state: 'given_up', reason });
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#waiters) reject(error);
  }

  #down(reason: string): void {
    const isNews = this.reason === null;
    this.reason = reason;
    if (isNews) this.#tell({ state: 'down', reason });
  }

  #tell(news: ConnectionNews): void {
    for (const listener of this.#listeners) listener(news);
  }
}

function firstWords(script: string): string[] {
  const line = script.split('\n').find((text) => !/^\s*$|^(PATH=|export |umask )/.test(text)) ?? '';
  return line.trim().split(/\s+/).slice(0, 2);
}

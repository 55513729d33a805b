import type { SendResult } from '../../../core/agent-handle.ts';
import type { AgentArgv } from '../../agent-command.ts';
import { STREAM } from '../../agent-log.ts';
import type { HeadlessMode } from '../../frameworks/framework.ts';
import { type AgentProcess, unlessAborted } from './agent-process.ts';
import type { AttemptPlace } from './attempt-place.ts';
import type { Begun } from './begun.ts';
import { STDERR } from './paths.ts';
import type { StreamMonitor } from './stream-monitor.ts';
import { type Turn, TurnFiles } from './turn-files.ts';

/** How an agent ended. */
export interface AgentEnd {
  /** Null where it left none. */
  readonly code: number | null;
  /** Why a further turn could not be started. */
  readonly trouble: string | null;
}

interface BegunProcess {
  readonly turn: Turn;
  readonly begun: Begun | null;
  readonly process: AgentProcess;
}

/**
 * Runs the turns of an agent, one after the other, each a process in the session of the first. Prompts are turns that have
 * not begun, on the disk: no owner loses or repeats one.
 */
export class TurnRunner {
  readonly turns: TurnFiles;
  readonly #place: AttemptPlace;
  readonly #headless: HeadlessMode;
  readonly #monitor: StreamMonitor;
  readonly #leave = new AbortController();
  readonly #over = Promise.withResolvers<void>();
  readonly #waiting = new Set<() => void>();
  #current: BegunProcess | null = null;
  #isIdle = false;
  #isFollowed = false;
  #end: AgentEnd | null = null;

  constructor(place: AttemptPlace, headless: HeadlessMode, monitor: StreamMonitor) {
    this.turns = new TurnFiles(place.signalDir);
    this.#place = place;
    this.#headless = headless;
    this.#monitor = monitor;
  }

  /** Null while it may be given a prompt. */
  get end(): AgentEnd | null {
    return this.#end;
  }

  /** Of the turn that runs, or was the last to run; null while nobody knows. */
  get pid(): number | null {
    const last = this.#current?.process ?? this.#processOf(this.turns.last());
    return last?.pid ?? null;
  }

  /** Throws `AgentLaunchError`, `FileError`. */
  async begin(prompt: string): Promise<void> {
    this.#current = await this.#start(this.turns.list()[0] ?? this.turns.add(prompt));
  }

  /** From here on each turn is followed to its end, and the next one started; any number of times. */
  follow(): void {
    if (this.#isFollowed) return;
    this.#isFollowed = true;
    this.#run(this.#leave.signal).catch((error: unknown) => {
      if (!this.#leave.signal.aborted) this.#ended({ code: null, trouble: messageOf(error) });
    });
  }

  /** Whether its last turn still runs, asked of the system. */
  async isRunning(): Promise<boolean> {
    const last = this.#current?.process ?? this.#processOf(this.turns.last());
    return (await last?.isRunning()) === true;
  }

  /** What the last turn exited with; null while it runs, and where it left none. */
  lastCode(): number | null {
    return this.#processOf(this.turns.last())?.exitCode() ?? null;
  }

  /** Resolves when the agent has ended; rejects when `signal` aborts. */
  async over(signal: AbortSignal): Promise<void> {
    this.follow();
    await unlessAborted(this.#over.promise, signal);
  }

  async tell(prompt: string, signal: AbortSignal): Promise<SendResult> {
    this.follow();
    if (this.#end !== null) return 'gone';
    const isNext = this.#isIdle && this.turns.next() === null;
    const { number } = this.turns.add(prompt);
    this.#changed();
    if (!isNext) return 'queued';
    while (this.#end === null && this.#current?.turn.number !== number) await this.#change(signal);
    return this.#end === null ? 'submitted' : 'gone';
  }

  /** Resolves when the turn that runs is over, and after `limit` milliseconds at the latest. */
  async turnOver(limit: number): Promise<void> {
    const deadline = AbortSignal.timeout(limit);
    await this.#current?.process.ended(deadline).catch((error: unknown) => {
      if (!deadline.aborted) throw error;
    });
  }

  /** Follows it no longer; what runs goes on. */
  leave(): void {
    this.#leave.abort();
  }

  async #run(leave: AbortSignal): Promise<void> {
    const last = this.#current ?? this.#found();
    const isEarlier = ({ number, launched }: Turn) => launched && number < (last?.turn.number ?? 1);
    for (const { prompt, begun } of this.turns.list().filter(isEarlier)) this.#tellBegin(prompt, begun);
    for (let current = last; current !== null; current = await this.#next(leave)) {
      this.#current = current;
      this.#isIdle = false;
      this.#changed();
      this.#tellBegin(current.turn.prompt, current.begun);
      await current.process.ended(leave);
      await this.#monitor.settle();
      leave.throwIfAborted();
      const code = current.process.exitCode();
      const isOver = code === null || (code !== 0 && !this.#monitor.isHeldUp);
      if (isOver) return this.#ended({ code, trouble: null });
      this.#isIdle = true;
      this.#monitor.turnEnded({ isOver });
    }
    this.#ended({ code: null, trouble: 'it was never started' });
  }

  #tellBegin(prompt: string, begun: Begun | null): void {
    this.#monitor.turnBegan({ prompt, from: begun?.from ?? 0, at: begun?.at ?? 0 });
  }

  #ended(end: AgentEnd): void {
    this.#end = end;
    this.#monitor.turnEnded({ isOver: true });
    this.#over.resolve();
    this.#changed();
  }

  /** Starts the next turn as soon as there is one. */
  async #next(leave: AbortSignal): Promise<BegunProcess> {
    for (;;) {
      const turn = this.turns.next();
      // Whoever calls an attempt off, or leaves it, starts nothing more.
      if (turn !== null && !this.#place.runtime.signal.aborted) return await this.#start(turn);
      await this.#change(leave);
    }
  }

  async #start(turn: Turn): Promise<BegunProcess> {
    const { number, folder, prompt } = turn;
    const { runtime } = this.#place;
    if (number > 1) await this.#place.endSandbox();
    const argv: AgentArgv = (invocation, kept) => {
      if (number === 1 && kept === null) return this.#headless.argv(invocation);
      const session = this.#monitor.session ?? runtime.recorded()?.session ?? kept ?? invocation.session;
      return this.#headless.resume(invocation, session, prompt);
    };
    const streams = { stdin: null, stdout: this.#place.path(STREAM), stderr: this.#place.path(STDERR) };
    return { turn, ...(await this.#place.start(folder, streams, argv)) };
  }

  #found(): BegunProcess | null {
    const turn = this.turns.last();
    return turn === null ? null : { turn, begun: turn.begun, process: this.#place.find(turn.folder) };
  }

  #processOf(turn: Turn | null): AgentProcess | null {
    return turn === null ? null : this.#place.find(turn.folder);
  }

  #changed(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  async #change(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    try {
      await unlessAborted(promise, signal);
    } finally {
      this.#waiting.delete(resolve);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

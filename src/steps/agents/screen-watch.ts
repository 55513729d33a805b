import type { Clock } from '../../core/clock.ts';
import type { TerminalTraits } from '../frameworks/framework.ts';
import type { AgentTerminal } from './monitor.ts';
import type { Seen, SeenScreen } from './weigh-evidence.ts';

/** When a screen is to be looked at that has changed. Milliseconds. */
export interface Pace {
  /** After the last output. */
  readonly quiet: number;
  /** Between two looks while it prints all the time. */
  readonly streaming: number;
  /** Not before then, in milliseconds since 1970. */
  readonly notBefore: number;
}

export interface ScreenWatchOptions {
  readonly terminal: AgentTerminal;
  readonly read: TerminalTraits['read'];
  readonly clock: Clock;
  pace(): Pace;
  /** After each look. */
  onLook(): void;
  /** The preset's own code has failed. */
  onDefect(error: unknown): void;
}

/** Looks at a screen only when something was printed since the last look, and not while it is half drawn. */
export class ScreenWatch {
  readonly #options: ScreenWatchOptions;
  readonly #end = new AbortController();
  #screen: { readonly value: SeenScreen; readonly since: number } | null = null;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #printedAt: number;
  /** Something was printed that was not looked at. */
  #isStale = false;
  #isBusy = false;
  /** A look that is under way is of what was before. */
  #round = 0;

  constructor(options: ScreenWatchOptions) {
    this.#options = options;
    this.#printedAt = options.clock.now();
  }

  /** What was seen last; null while nothing was, and of a terminal that is gone. */
  seen(now: number): Seen<SeenScreen> | null {
    return this.#screen === null ? null : { ...this.#screen, until: this.#isStale ? this.#lookedAt : now };
  }

  printed(at: number): void {
    this.#printedAt = at;
    this.#isStale = true;
    if (!this.#isBusy) void this.#lookInTime();
  }

  /** What was seen is over. */
  begin(now: number): void {
    this.#round++;
    this.#screen = null;
    this.printed(now);
  }

  close(): void {
    this.#end.abort();
  }

  async #lookInTime(): Promise<void> {
    const { clock, pace } = this.#options;
    const { signal } = this.#end;
    this.#isBusy = true;
    while (this.#isStale && !signal.aborted) {
      const { quiet, streaming, notBefore } = pace();
      const due = Math.max(notBefore, Math.min(this.#printedAt + quiet, this.#lookedAt + streaming));
      const wait = due - clock.now();
      if (wait <= 0) await this.#look();
      // Less than the whole wait: the pace may be another one soon. Ended when nobody looks any more.
      else await clock.sleep(Math.min(wait, LONGEST_SLEEP), signal).catch(() => {});
    }
    this.#isBusy = false;
  }

  async #look(): Promise<void> {
    const { terminal, read, clock, onLook, onDefect } = this.#options;
    this.#isStale = false;
    this.#lookedAt = clock.now();
    const round = this.#round;
    // A tmux that does not answer shows nothing; who waits for the agent's end hears of it.
    const screen = await terminal.screen().catch(() => null);
    if (this.#end.signal.aborted || round !== this.#round) return;
    try {
      this.#take(screen === null ? null : { ...read(screen, clock.now()), blank: screen.lines.length === 0 });
    } catch (error) {
      onDefect(error);
    }
    onLook();
  }

  #take(value: SeenScreen | null): void {
    const isSame = value !== null && value.report?.state === this.#screen?.value.report?.state;
    if (value === null) this.#screen = null;
    else this.#screen = { value, since: isSame && this.#screen !== null ? this.#screen.since : this.#lookedAt };
  }
}

const LONGEST_SLEEP = 1_000;

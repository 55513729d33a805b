import type { Clock } from '../../core/clock.ts';
import { missingWords, nudgePrompt } from '../../core/nudge-prompt.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import type { LiveAgent } from '../environments/environment.ts';
import { reportLate } from '../late-report.ts';
import { REAL_CLOCK } from '../tools/clock.ts';
import type { Git } from '../tools/git.ts';
import type { Worktrees } from '../worktree.ts';
import { missingWork } from './missing-work.ts';

export interface NudgeOptions {
  readonly git: Git;
  readonly worktrees: Worktrees;
  /** An agent-side command by its absolute path, ready for a shell. */
  readonly command: (verb: string) => string;
  readonly clock?: Clock;
}

/** Milliseconds: many programs are idle for a moment, between two turns. */
const IDLE_FOR = 5_000;

/** Tells an agent that has ended its turn without a signal, once, what is missing. */
export class Nudge {
  readonly #runtime: TaskRuntime;
  readonly #agent: LiveAgent;
  readonly #options: NudgeOptions;
  readonly #isIdle: () => boolean;
  readonly #end = new AbortController();
  #waiting: AbortController | null = null;
  #work: Promise<void> | null = null;

  /** `isIdle` tells whether it still is. */
  constructor(runtime: TaskRuntime, agent: LiveAgent, options: NudgeOptions, isIdle: () => boolean) {
    this.#runtime = runtime;
    this.#agent = agent;
    this.#options = options;
    this.#isIdle = isIdle;
  }

  /** Called after each look at the agent. `onError` hears of what ends the wait for its signal. */
  look(onError: (error: unknown) => void): void {
    if (!this.#isIdle() || this.#runtime.recorded()?.nudged === true) return this.#stopWaiting();
    if (this.#waiting !== null || this.#work !== null || this.#end.signal.aborted) return;
    const waiting = new AbortController();
    this.#waiting = waiting;
    const { signal } = waiting;
    void (this.#options.clock ?? REAL_CLOCK).sleep(IDLE_FOR, signal).then(
      () => {
        this.#waiting = null;
        this.#work = this.#nudge()
          .catch(onError)
          .finally(() => {
            this.#work = null;
          });
      },
      () => {
        // It went on.
      },
    );
  }

  /** Nudges no more; resolves when one that is under way is over. */
  async end(): Promise<void> {
    this.#end.abort();
    this.#stopWaiting();
    await this.#work;
  }

  #stopWaiting(): void {
    this.#waiting?.abort();
    this.#waiting = null;
  }

  async #nudge(): Promise<void> {
    const missing = await missingWork(this.#runtime, this.#options);
    // Somebody may be writing to it just now.
    await this.#agent.terminal?.exclusively(async () => {});
    const signal = AbortSignal.any([this.#runtime.signal, this.#end.signal]);
    if (signal.aborted || !this.#isIdle()) return;
    const prompt = nudgePrompt(missing, this.#options.command);
    const result = await this.#agent.send(prompt, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      // A signal that comes of it cuts the proof short; that it was sent is told all the same.
      return this.#runtime.signal.aborted ? null : ('typed' as const);
    });
    if (result !== null) reportLate(this.#runtime, { kind: 'task_nudged', result, missing: missingWords(missing) });
  }
}

import { type AttentionReport, isAsking } from '../../core/attention.ts';
import { sameValue } from '../../core/same-value.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import type { LiveAgent } from '../environments/environment.ts';

export interface SelfAnswerOptions {
  /** It is done with a question, one way or the other. */
  readonly onDone: () => void;
  /** Hears of what ends the wait for its signal. */
  readonly onError: (error: unknown) => void;
}

/** While a signal is awaited: answers what needs no person, each question once, before anybody is called. */
export class SelfAnswer {
  readonly #runtime: TaskRuntime;
  readonly #agent: LiveAgent;
  readonly #options: SelfAnswerOptions;
  readonly #end = new AbortController();
  #tried: AttentionReport | null = null;
  #work: Promise<void> | null = null;

  constructor(runtime: TaskRuntime, agent: LiveAgent, options: SelfAnswerOptions) {
    this.#runtime = runtime;
    this.#agent = agent;
    this.#options = options;
  }

  /** Called before each look at the agent; true while it is at it, and nobody is to be told of the question. */
  isAtIt(): boolean {
    if (this.#work !== null) return true;
    const attention = this.#agent.monitor?.attention ?? null;
    const asked = attention?.kind === 'known' && isAsking(attention.report.state) ? attention.report : null;
    if (asked === null || this.#end.signal.aborted || sameValue(asked, this.#tried)) {
      this.#tried = asked;
      return false;
    }
    this.#tried = asked;
    const signal = AbortSignal.any([this.#runtime.signal, this.#end.signal]);
    this.#work = this.#clear(signal).finally(() => {
      this.#work = null;
      this.#options.onDone();
    });
    return true;
  }

  /** Answers no more; resolves when an answer that is under way is given. */
  async end(): Promise<void> {
    this.#end.abort();
    await this.#work;
  }

  async #clear(signal: AbortSignal): Promise<void> {
    try {
      await this.#agent.clearWay?.(signal);
    } catch (error) {
      if (!signal.aborted) this.#options.onError(error);
    }
  }
}

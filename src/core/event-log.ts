import { maskFact } from './credentials/mask-fact.ts';
import { describeError } from './errors.ts';
import type { Fact, RunEvent } from './events.ts';
import { EVENT_VERSION } from './events.ts';
import { reduce } from './reduce.ts';
import type { RunState } from './run-state.ts';

/**
 * What happens cannot be recorded any more, so nothing more may be done: the owner ends, its agents go on, and the next
 * owner takes over from what was recorded.
 */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  /** What a person can do; null where nobody knows. */
  readonly hint: string | null;
  constructor(message: string, options: { hint?: string | null; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.hint = options.hint ?? null;
  }
}

export type EventListener = (event: RunEvent, state: RunState) => void;

export interface EventLogOptions {
  /** What the journal has told so far. */
  readonly state: RunState;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Appends one line to the journal before `append` returns; throws when it cannot. */
  readonly write: (line: string) => void;
  /** A listener threw: it is dropped, the run goes on. */
  readonly onListenerError?: (error: unknown) => void;
}

/** Where everything that happens passes through: numbered, dated, reduced, written, then told to who listens. */
export class EventLog {
  readonly state: RunState;
  readonly #options: EventLogOptions;
  readonly #listeners = new Set<EventListener>();
  readonly #whenBroken = new Set<(error: JournalError) => void>();
  readonly #untold: RunEvent[] = [];
  #telling = false;
  #mask: ((text: string) => string) | null = null;
  #broken: JournalError | null = null;

  constructor(options: EventLogOptions) {
    this.state = options.state;
    this.#options = options;
  }

  /**
   * An illegal fact throws before it is written: the journal only ever holds what can be replayed. So a write that
   * fails is the end of the log: what came after it would follow a gap, and throws the same `JournalError`.
   */
  append(fact: Fact): RunEvent {
    if (this.#broken !== null) throw this.#broken;
    const at = new Date(this.#options.now()).toISOString();
    const told = this.#mask === null ? fact : maskFact(fact, this.#mask);
    const event: RunEvent = { v: EVENT_VERSION, seq: this.state.seq + 1, at, ...told };
    reduce(this.state, event);
    this.#write(event);
    this.#untold.push(event);
    if (!this.#telling) this.#tellAll();
    return event;
  }

  /** From now on secrets are taken out of what is told before anybody sees it. */
  maskWith(mask: (text: string) => string): void {
    this.#mask = mask;
  }

  /** Returns what ends the subscription. */
  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Hears of the end of the log, once, before `append` throws. Returns what ends the subscription. */
  onBroken(listener: (error: JournalError) => void): () => void {
    this.#whenBroken.add(listener);
    return () => this.#whenBroken.delete(listener);
  }

  /** Ends the log: of what it took there is no knowing any more, or it can take no more. */
  breakOff(error: JournalError): void {
    if (this.#broken !== null) return;
    this.#broken = error;
    for (const listener of this.#whenBroken) listener(error);
  }

  #write(event: RunEvent): void {
    try {
      this.#options.write(`${JSON.stringify(event)}\n`);
    } catch (error) {
      const broken = error instanceof JournalError ? error : new JournalError(describeError(error), { cause: error });
      this.breakOff(broken);
      throw broken;
    }
  }

  /** In order for every listener, also when one of them appends. */
  #tellAll(): void {
    this.#telling = true;
    try {
      for (let event = this.#untold.shift(); event !== undefined; event = this.#untold.shift()) {
        for (const listener of this.#listeners) this.#tell(listener, event);
      }
    } finally {
      this.#telling = false;
    }
  }

  #tell(listener: EventListener, event: RunEvent): void {
    try {
      listener(event, this.state);
    } catch (error) {
      this.#listeners.delete(listener);
      this.#options.onListenerError?.(error);
    }
  }
}

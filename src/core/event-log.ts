import type { Fact, RunEvent } from './events.ts';
import { EVENT_VERSION } from './events.ts';
import { reduce } from './reduce.ts';
import type { RunState } from './run-state.ts';

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
  readonly #untold: RunEvent[] = [];
  #telling = false;
  #broken: { readonly error: unknown } | null = null;

  constructor(options: EventLogOptions) {
    this.state = options.state;
    this.#options = options;
  }

  /**
   * An illegal fact throws before it is written: the journal only ever holds what can be replayed. So a write that
   * fails is the end of the log: what came after it would follow a gap, and throws the same error.
   */
  append(fact: Fact): RunEvent {
    if (this.#broken !== null) throw this.#broken.error;
    const at = new Date(this.#options.now()).toISOString();
    const event: RunEvent = { v: EVENT_VERSION, seq: this.state.seq + 1, at, ...fact };
    reduce(this.state, event);
    this.#write(event);
    this.#untold.push(event);
    if (!this.#telling) this.#tellAll();
    return event;
  }

  /** Returns what ends the subscription. */
  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #write(event: RunEvent): void {
    try {
      this.#options.write(`${JSON.stringify(event)}\n`);
    } catch (error) {
      this.#broken = { error };
      throw error;
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

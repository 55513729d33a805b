import type { Fact, RunEvent } from './events.ts';
import { EVENT_VERSION } from './events.ts';
import type { RunState } from './run-state.ts';
import { reduce } from './run-state.ts';

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

  constructor(options: EventLogOptions) {
    this.state = options.state;
    this.#options = options;
  }

  /** An illegal fact throws before it is written: the journal only ever holds what can be replayed. */
  append(fact: Fact): RunEvent {
    const at = new Date(this.#options.now()).toISOString();
    const event: RunEvent = { v: EVENT_VERSION, seq: this.state.seq + 1, at, ...fact };
    reduce(this.state, event);
    this.#options.write(`${JSON.stringify(event)}\n`);
    for (const listener of this.#listeners) this.#tell(listener, event);
    return event;
  }

  /** Returns what ends the subscription. */
  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
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

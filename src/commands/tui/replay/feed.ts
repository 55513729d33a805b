import type { RunEvent } from '../../../core/events.ts';
import { reduce } from '../../../core/reduce.ts';
import { emptyRunState, type RunState } from '../../../core/run-state.ts';
import type { Acts, ReplayStanding, RunFeed } from '../../../ui/ports.ts';

export interface ReplayOptions {
  /** Times as fast as it was. */
  readonly speed: number;
  /** Milliseconds; only differences count. */
  readonly clock: () => number;
}

export type PlayChange = Parameters<Acts['play']>[0];

/** Milliseconds of playing between two events at the most: nobody wants to wait for agents that work for an hour. */
export const LONGEST_GAP = 2_000;

/** Events from one state that is kept to the next. */
const MARKED = 500;

/** A journal that is played again, at the times of its events. It begins when it is told to play, and halts at its end. */
export class ReplayFeed implements RunFeed {
  readonly slots = null;
  readonly #events: readonly RunEvent[];
  /** Milliseconds since 1970, and never less than before. */
  readonly #times: readonly number[];
  readonly #clock: () => number;
  readonly #listeners = new Set<(event: RunEvent | null) => void>();
  #state = emptyRunState();
  /** States on the way, by how many times so many events had been shown: so that going back is quick. */
  readonly #marks: RunState[] = [emptyRunState()];
  /** How many events are shown. */
  #shown = 0;
  /** How much of the gap up to the next event has been played, from 0 to 1: as of `#since`. */
  #part = 0;
  #since = 0;
  #speed: number;
  #playing = false;
  #timer: NodeJS.Timeout | null = null;

  /** The events must be ones that can be reduced. The first of them is shown from the start. */
  constructor(events: readonly RunEvent[], { speed, clock }: ReplayOptions) {
    this.#events = events;
    this.#times = timesOf(events);
    this.#speed = speed;
    this.#clock = clock;
    this.#apply(1);
  }

  get state(): RunState {
    return this.#state;
  }

  get standing(): ReplayStanding {
    const part = this.#playing ? this.#partNow() : this.#part;
    const at = this.#timeOf(this.#shown - 1) + part * this.#gap();
    return {
      kind: 'replay',
      speed: this.#speed,
      playing: this.#playing,
      at,
      ended: this.#shown === this.#events.length,
      shown: this.#shown,
      events: this.#events.length,
    };
  }

  subscribe(listener: (event: RunEvent | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `seek`: how many events are to be shown; the nearest that can be. */
  play({ speed, playing, seek }: PlayChange): void {
    this.#catchUp();
    if (speed !== undefined) this.#speed = speed;
    if (playing !== undefined) this.#playing = playing && this.#shown < this.#events.length;
    if (seek !== undefined) this.#seek(Math.max(1, Math.min(this.#events.length, Math.round(seek))));
    this.#plan();
    this.#tell(null);
  }

  close(): void {
    this.#playing = false;
    this.#plan();
    this.#listeners.clear();
  }

  /** Shows what was due since the last time. */
  #catchUp(): void {
    const now = this.#clock();
    let left = now - this.#since;
    this.#since = now;
    while (this.#playing) {
      const delay = this.#delay();
      const rest = delay * (1 - this.#part);
      if (left < rest) {
        this.#part += left / delay;
        return;
      }
      left -= rest;
      this.#tell(this.#apply(1));
    }
  }

  /** Back is from a state before it on: a state can only be made from what came before. */
  #seek(shown: number): void {
    if (shown < this.#shown) {
      const mark = Math.floor(shown / MARKED);
      this.#state = copyOf(this.#marks[mark] ?? emptyRunState());
      this.#shown = this.#state.seq;
    }
    this.#apply(shown - this.#shown);
    this.#part = 0;
  }

  /** Shows so many more events; the last one of them. */
  #apply(count: number): RunEvent | null {
    const next = this.#events.slice(this.#shown, this.#shown + count);
    for (const event of next) {
      reduce(this.#state, event);
      if (this.#state.seq % MARKED === 0) this.#marks[this.#state.seq / MARKED] ??= copyOf(this.#state);
    }
    this.#shown += next.length;
    this.#part = 0;
    if (this.#shown === this.#events.length) this.#playing = false;
    return next.at(-1) ?? null;
  }

  #plan(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#playing) return;
    const rest = this.#delay() * (1 - this.#part);
    this.#timer = setTimeout(() => {
      this.#catchUp();
      this.#plan();
    }, rest);
  }

  /** Milliseconds of the run up to the next event. */
  #gap(): number {
    return this.#timeOf(this.#shown) - this.#timeOf(this.#shown - 1);
  }

  /** Milliseconds of playing that the gap takes. */
  #delay(): number {
    return Math.min(LONGEST_GAP, this.#gap() / this.#speed);
  }

  #partNow(): number {
    const delay = this.#delay();
    return delay === 0 ? 1 : Math.min(1, this.#part + (this.#clock() - this.#since) / delay);
  }

  #timeOf(index: number): number {
    return this.#times[Math.min(index, this.#times.length - 1)] ?? 0;
  }

  #tell(event: RunEvent | null): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** The values in its maps never change. */
function copyOf(state: RunState): RunState {
  return {
    ...state,
    resets: [...state.resets],
    tasks: new Map(state.tasks),
    removed: new Map(state.removed),
    workstreams: new Map(state.workstreams),
    mergeQueues: new Map(state.mergeQueues),
  };
}

/** A clock that was set back is none of a replay's. */
function timesOf(events: readonly RunEvent[]): number[] {
  let last = 0;
  return events.map(({ at }) => {
    last = Math.max(last, Date.parse(at) || 0);
    return last;
  });
}

import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventKind, RunEvent } from '../../../src/core/events.ts';
import { replay } from '../../../src/core/reduce.ts';
import type { RunState } from '../../../src/core/run-state.ts';
import { eventsIn } from '../run-fixture.ts';

const STEP = 25;

export type EventOf<K extends EventKind> = RunEvent & { readonly kind: K };

/** A journal as it grows, whoever writes it: an owner, and the one after it. */
export class JournalFeed {
  readonly #path: string;
  readonly #limit: number;
  readonly #end: AbortSignal;
  #text = '';
  #events: RunEvent[] = [];

  /** `limit` in milliseconds for each wait; all of them end with `end`. */
  constructor(path: string, { limit, end }: { limit: number; end: AbortSignal }) {
    this.#path = path;
    this.#limit = limit;
    this.#end = end;
  }

  /** The first event of these kinds and this task after number `after`. */
  async findOf<K extends EventKind>(
    task: string,
    kinds: readonly K[],
    after: number,
    fits: (event: EventOf<K>) => boolean = () => true,
  ): Promise<EventOf<K>> {
    const found = () => kinds.flatMap((kind) => this.all(task, kind)).find((event) => event.seq > after && fits(event));
    return await this.poll(`${kinds.join(' or ')} of ${task}`, found, () => this.#told(task));
  }

  all<K extends EventKind>(task: string, kind: K): EventOf<K>[] {
    this.#read();
    return this.#events.filter((event) => event.kind === kind && 'task' in event && event.task === task) as never;
  }

  state(): RunState {
    this.#read();
    return replay(this.#events);
  }

  async poll<T>(what: string, find: () => T | undefined, told = () => ''): Promise<T> {
    for (const end = Date.now() + this.#limit; Date.now() < end; await delay(STEP)) {
      const found = find();
      if (found !== undefined) return found;
      this.#end.throwIfAborted();
    }
    throw new Error(`there was no ${what} within ${this.#limit / 1000} s\n${told()}`);
  }

  #told(task: string): string {
    const own = this.#events.filter((event) => 'task' in event && event.task === task);
    return own.map((event) => JSON.stringify(event)).join('\n');
  }

  /** Whole lines only: the last may still be being written. */
  #read(): void {
    const text = textOf(this.#path);
    if (text.length === this.#text.length) return;
    const end = text.lastIndexOf('\n') + 1;
    this.#events = [...this.#events, ...eventsIn(text.slice(this.#text.length, end))];
    this.#text = text.slice(0, end);
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return '';
  }
}

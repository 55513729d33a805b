import type { QueueEntry } from './events.ts';

/** A turn at a branch: nobody else merges into it before it is given back. */
export interface MergeTurn {
  /** Others had theirs first: what was known of the branch before is not known any more. */
  readonly waited: boolean;
  /** Any number of times. */
  leave(): void;
}

interface Waiting {
  readonly entry: QueueEntry;
  readonly begin: () => void;
}

/** Merges into a branch, one at a time and in the order of asking; who waits can leave. */
export class MergeQueue {
  readonly #lines = new Map<string, Waiting[]>();
  readonly #onChange: (target: string, entries: readonly QueueEntry[]) => void;

  /** `onChange` is told the order whenever somebody waits, and an empty one when nobody does any more. */
  constructor(onChange: (target: string, entries: readonly QueueEntry[]) => void = () => {}) {
    this.#onChange = onChange;
  }

  /** How many are ahead of who asks now. */
  length(target: string): number {
    return this.#lines.get(target)?.length ?? 0;
  }

  /** Resolves when it is one's turn; rejects with the signal's reason when that is aborted before. */
  async enter(target: string, entry: QueueEntry, signal: AbortSignal): Promise<MergeTurn> {
    signal.throwIfAborted();
    const line = this.#lines.get(target) ?? [];
    this.#lines.set(target, line);
    const waited = line.length > 0;
    const turn = Promise.withResolvers<void>();
    const waiting = { entry, begin: turn.resolve };
    line.push(waiting);
    if (waited) {
      const abort = () => turn.reject(signal.reason);
      signal.addEventListener('abort', abort);
      this.#tell(target);
      await turn.promise
        .catch((error: unknown) => {
          this.#leave(target, waiting);
          throw error;
        })
        .finally(() => signal.removeEventListener('abort', abort));
    }
    return { waited, leave: () => this.#leave(target, waiting) };
  }

  async run<T>(target: string, entry: QueueEntry, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const turn = await this.enter(target, entry, signal);
    try {
      return await work();
    } finally {
      turn.leave();
    }
  }

  #leave(target: string, waiting: Waiting): void {
    const line = this.#lines.get(target) ?? [];
    const at = line.indexOf(waiting);
    if (at === -1) return;
    const [, next] = line;
    line.splice(at, 1);
    if (line.length === 0) this.#lines.delete(target);
    if (line.length > 0 || at > 0) this.#tell(target);
    if (at === 0) next?.begin();
  }

  #tell(target: string): void {
    const line = this.#lines.get(target) ?? [];
    this.#onChange(target, line.length > 1 ? line.map(({ entry }) => entry) : []);
  }
}

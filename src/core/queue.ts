/** One at a time for each key, in the order of asking. */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<void>>();
  readonly #lengths = new Map<string, number>();

  /** How many are ahead of who asks now. */
  length(key: string): number {
    return this.#lengths.get(key) ?? 0;
  }

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    this.#lengths.set(key, this.length(key) + 1);
    const result = before.then(work);
    const tail = result.then(
      () => {},
      () => {},
    );
    this.#tails.set(key, tail);
    try {
      return await result;
    } finally {
      this.#lengths.set(key, this.length(key) - 1);
      if (this.#tails.get(key) === tail) {
        this.#tails.delete(key);
        this.#lengths.delete(key);
      }
    }
  }
}

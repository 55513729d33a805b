/** Keeps the answers to the last questions, for those whose answer never changes. */
export class Memo {
  readonly #limit: number;
  readonly #known = new Map<string, unknown>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The key must name the kind of the answer too. What was asked and not yet answered may be asked twice. */
  async get<T>(key: string, ask: () => Promise<T>): Promise<T> {
    if (!this.#known.has(key)) this.#known.set(key, await ask());
    const answer = this.#known.get(key) as T;
    // As the youngest one.
    this.#known.delete(key);
    this.#known.set(key, answer);
    const [oldest = key] = this.#known.keys();
    if (this.#known.size > this.#limit) this.#known.delete(oldest);
    return answer;
  }
}

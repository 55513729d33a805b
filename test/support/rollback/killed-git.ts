import type { ExecResult } from '../../../src/steps/tools/exec.ts';
import { Git, type GitRunOptions, type RefUpdate } from '../../../src/steps/tools/git.ts';

/** A git whose process is killed after so many steps that may change something, or just after one that did. */
export class KilledGit extends Git {
  #left: number;
  readonly #after: boolean;

  constructor(root: string, { steps = Number.POSITIVE_INFINITY, after = false } = {}) {
    super(root);
    this.#left = steps;
    this.#after = after;
  }

  get isKilled(): boolean {
    return this.#left < 0;
  }

  /** Nothing is done any more. */
  kill(): void {
    this.#left = -1;
  }

  override async run(args: readonly string[], options?: GitRunOptions): Promise<ExecResult> {
    return await this.#step(() => super.run(args, options));
  }

  override async updateRefs(updates: readonly RefUpdate[]): Promise<boolean> {
    return await this.#step(() => super.updateRefs(updates));
  }

  async #step<T>(work: () => Promise<T>): Promise<T> {
    const isLast = this.#left === 0;
    const wasKilled = this.isKilled;
    this.#left--;
    if (wasKilled || (isLast && !this.#after)) throw new Error('killed before a step');
    const done = await work();
    if (isLast) throw new Error('killed after a step');
    return done;
  }
}

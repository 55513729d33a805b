import type { PullRequestSnapshot } from './pull-request.ts';

/** For how many looks nothing has changed in any of the pull requests that somebody watches. */
export class WatchChanges {
  readonly #seen = new Map<number, string>();
  #quiet = 0;

  get quiet(): number {
    return this.#quiet;
  }

  /** Somebody new watches: what he waits for may come soon. */
  disturb(): void {
    this.#quiet = 0;
  }

  /** `isEarly`: a look that somebody asked for between two others says nothing of how quiet it is. */
  note(found: ReadonlyMap<number, PullRequestSnapshot | null>, watched: ReadonlySet<number>, isEarly: boolean): void {
    let hasChanged = false;
    for (const number of watched) {
      const now = JSON.stringify(found.get(number));
      hasChanged ||= this.#seen.get(number) !== now;
      this.#seen.set(number, now);
    }
    for (const number of this.#seen.keys()) if (!watched.has(number)) this.#seen.delete(number);
    if (hasChanged) this.#quiet = 0;
    else if (!isEarly) this.#quiet++;
  }
}

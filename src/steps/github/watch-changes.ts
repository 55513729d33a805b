import type { PullRequestSnapshot } from './pull-request.ts';

/** For how many looks nothing has changed in any of the pull requests that somebody watches. */
export class WatchChanges {
  #seen = new Map<number, string | undefined>();
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
    const now = new Map([...watched].map((number) => [number, JSON.stringify(found.get(number))]));
    const hasChanged = [...now].some(([number, answer]) => this.#seen.get(number) !== answer);
    this.#seen = isEarly ? new Map([...this.#seen, ...now]) : now;
    if (hasChanged) this.#quiet = 0;
    else if (!isEarly) this.#quiet++;
  }
}

import type { PresetData } from '../../core/frameworks/preset-data.ts';
import type { Seen } from './weigh-evidence.ts';

/** What the title of a pane tells, where the preset says how it is read. */
export class TitleReader {
  readonly #busy: readonly RegExp[];
  readonly #idle: readonly RegExp[];
  #seen: Seen<'working' | 'idle'> | null = null;

  constructor(data: PresetData['title'] | null) {
    this.#busy = (data?.busy ?? []).map((pattern) => new RegExp(pattern, 'iu'));
    this.#idle = (data?.idle ?? []).map((pattern) => new RegExp(pattern, 'iu'));
  }

  get seen(): Seen<'working' | 'idle'> | null {
    return this.#seen;
  }

  /** True when it tells another thing than before. */
  take(title: string, now: number): boolean {
    const before = this.#seen?.value ?? null;
    const value = some(this.#busy, title) ? 'working' : some(this.#idle, title) ? 'idle' : null;
    if (value === null) this.#seen = null;
    else this.#seen = { value, since: value === before && this.#seen !== null ? this.#seen.since : now, until: now };
    return value !== before;
  }

  /** What it told is over; the next look counts as the first. */
  begin(): void {
    this.#seen = null;
  }
}

function some(patterns: readonly RegExp[], title: string): boolean {
  return patterns.some((pattern) => pattern.test(title));
}

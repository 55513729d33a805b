import type { Clock } from '../../core/clock.ts';
import type { GhError } from './gh-error.ts';
import { limitWait } from './limit-wait.ts';
import type { RateLimit } from './pull-request.ts';

/** Milliseconds until the next try; `limited` where the API has asked for them. */
export interface Setback {
  readonly wait: number;
  readonly limited: 'primary' | 'secondary' | null;
}

const FIRST_RETRY = 1_000;
const LAST_RETRY = 60_000;

/** How long to wait after reads that failed one after another. */
export class Setbacks {
  readonly #clock: Clock;
  #failures = 0;
  #limits = 0;
  #refusals = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A read worked: the next setback is the first again. */
  clear(): void {
    this.#failures = 0;
    this.#limits = 0;
    this.#refusals = 0;
  }

  /** Null when there is no use in trying again. `budget` is what was last known of it. */
  after({ failure, retryAfter }: GhError, budget: RateLimit | null): Setback | null {
    switch (failure) {
      case 'transient':
      case 'outcome_unknown':
        return { wait: this.#backOff(), limited: null };
      case 'primary_limit':
        return { wait: this.#limit(retryAfter ?? this.#untilReset(budget)), limited: 'primary' };
      case 'secondary_limit':
        return { wait: this.#limit(retryAfter), limited: 'secondary' };
      case 'unauthenticated':
        // Once may be a hiccup at GitHub's side; twice is a word.
        return ++this.#refusals > 1 ? null : { wait: this.#backOff(), limited: null };
      default:
        return null;
    }
  }

  #backOff(): number {
    const wait = Math.min(FIRST_RETRY * 2 ** this.#failures++, LAST_RETRY);
    return wait * (0.5 + this.#clock.random() / 2);
  }

  #limit(asked: number | null): number {
    return limitWait(asked, this.#limits++, this.#clock.random());
  }

  #untilReset(budget: RateLimit | null): number | null {
    const wait = budget === null ? 0 : Date.parse(budget.resetAt) - this.#clock.now();
    return wait > 0 ? wait : null;
  }
}

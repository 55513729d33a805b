import type { ApiBudget } from '../../core/events.ts';
import type { RateLimit } from './pull-request.ts';

/** What this owner has spent at the API and what is left, told when that says something new. */
export class ApiSpending {
  readonly #onBudget: (budget: ApiBudget) => void;
  #requests = 0;
  #spent = 0;
  #budget: RateLimit | null = null;
  /** Points of all requests since the last `begin`. */
  #cost = 0;
  #told: ApiBudget | null = null;

  constructor(onBudget: (budget: ApiBudget) => void) {
    this.#onBudget = onBudget;
  }

  /** As the last answer has it; null before there is one, and on a host without limits. */
  get budget(): RateLimit | null {
    return this.#budget;
  }

  /** What the last look cost, however many requests it took. */
  get cost(): number {
    return this.#cost;
  }

  begin(): void {
    this.#cost = 0;
  }

  noteRequest(): void {
    this.#requests++;
  }

  noteAnswer(budget: RateLimit | null): void {
    if (budget === null) return;
    this.#budget = budget;
    this.#spent += budget.cost;
    this.#cost += budget.cost;
  }

  /** After each look. */
  tell(interval: number): void {
    const now = this.#now(interval);
    if (now !== null && (this.#told === null || isNews(now, this.#told))) this.#tell(now);
  }

  /** At the end, unless all is told. */
  tellLast(): void {
    const now = this.#now(this.#told?.interval ?? 0);
    if (now !== null && now.requests !== this.#told?.requests) this.#tell(now);
  }

  #tell(now: ApiBudget): void {
    this.#told = now;
    this.#onBudget(now);
  }

  #now(interval: number): ApiBudget | null {
    if (this.#budget === null) return null;
    const { limit, remaining, resetAt: reset_at } = this.#budget;
    const [requests, spent] = [this.#requests, this.#spent];
    return { requests, spent, limit, remaining, reset_at, interval: Math.round(interval) };
  }
}

/** Twice or half as often, or another tenth of the limit: also when it was renewed. */
function isNews(now: ApiBudget, told: ApiBudget): boolean {
  const tenths = ({ limit, remaining }: ApiBudget) => Math.floor(((limit - remaining) * 10) / Math.max(limit, 1));
  return now.interval >= 2 * told.interval || now.interval <= told.interval / 2 || tenths(now) !== tenths(told);
}

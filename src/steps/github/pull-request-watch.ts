import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../core/clock.ts';
import type { ApiBudget } from '../../core/events.ts';
import { inWords } from '../tools/clock.ts';
import { ApiSpending } from './api-spending.ts';
import { GhError } from './gh-error.ts';
import type { PullRequestSnapshot } from './pull-request.ts';
import { type AskGraphql, type LookOptions, lookAtPullRequests } from './pull-request-look.ts';
import type { RemoteRepository } from './repository.ts';
import { Setbacks } from './setbacks.ts';
import { WatchChanges } from './watch-changes.ts';
import { affordableInterval, isLow, type Pace, wishedInterval } from './watch-interval.ts';
import { type Wait, type Waiter, waitAmong } from './watch-waiter.ts';

export interface PullRequestWatchOptions {
  readonly ask: AskGraphql;
  readonly repository: RemoteRepository;
  readonly clock: Clock;
  readonly onBudget: (budget: ApiBudget) => void;
  /** `until`: ISO 8601. */
  readonly onLimited: (kind: 'primary' | 'secondary', until: string) => void;
  /** Told once when looks have failed for a while, and with null when one works again. */
  readonly onTrouble?: (trouble: { readonly since: string; readonly error: string } | null) => void;
}

export interface WatchOptions {
  readonly pace: Pace;
  /** Milliseconds; null for none. */
  readonly limit: number | null;
  readonly signal?: AbortSignal | undefined;
  /** Looks at once, unless told not to: then the next look that is due is the first. */
  readonly atOnce?: boolean;
}

/** What was awaited of a pull request did not come in time. */
export class WatchTimeout extends Error {
  override readonly name = 'WatchTimeout';
  /** Milliseconds. */
  readonly limit: number;
  /** As it was last read; null where it was not there, or never read. */
  readonly last: PullRequestSnapshot | null;
  /** Why it could not be read any more; null where it could. */
  readonly trouble: GhError | null;
  constructor(limit: number, last: PullRequestSnapshot | null, trouble: GhError | null) {
    super(`waited for ${inWords(limit)}`);
    this.limit = limit;
    this.last = last;
    this.trouble = trouble;
  }
}

/** Milliseconds for which looks must have failed before it is told. */
const TROUBLE_AFTER = 10_000;

/** A pause ends by itself after this, and is begun again: timers know no longer time than weeks. */
const LONGEST_PAUSE = 60 * 60_000;

/**
 * Looks at pull requests for all who wait for something of them: with one request at a time, for all of them, and none
 * while nobody waits.
 */
export class PullRequestWatch {
  readonly #options: PullRequestWatchOptions;
  readonly #waiters = new Set<Waiter>();
  readonly #spending: ApiSpending;
  readonly #setbacks: Setbacks;
  readonly #changes = new WatchChanges();
  #isRunning = false;
  #isClosed = false;
  #pause: AbortController | null = null;
  #request: AbortController | null = null;
  #lookedAt = 0;
  /** Milliseconds between looks as it was last wished. */
  #wished = 0;
  /** When to try again after a failure. */
  #retryAt: number | null = null;
  /** What the last look ended with, where that was a failure. */
  #trouble: GhError | null = null;
  /** Of the looks that have failed since the last one that did not. */
  #failedAt: number | null = null;
  #isTroubleTold = false;

  constructor(options: PullRequestWatchOptions) {
    this.#options = options;
    this.#spending = new ApiSpending(options.onBudget);
    this.#setbacks = new Setbacks(options.clock);
  }

  /** As GitHub has it after this call; null for what is no pull request. Many calls at once are one request. */
  async read(number: number, signal?: AbortSignal): Promise<PullRequestSnapshot | null> {
    const accept = (pr: PullRequestSnapshot | null) => ({ pr });
    const { pr } = await this.#wait({ number, pace: null, accept, atOnce: true, signal });
    return pr;
  }

  /**
   * Looks at once, and again and again until `accept` gives something; what that throws is thrown. Throws `WatchTimeout` at
   * the limit, and `GhError` for what no waiting mends.
   */
  async until<T>(
    number: number,
    accept: (pr: PullRequestSnapshot | null) => T | null,
    { pace, limit, signal, atOnce = true }: WatchOptions,
  ): Promise<T> {
    const late = (last: PullRequestSnapshot | null) => new WatchTimeout(limit ?? 0, last, this.#trouble);
    const timeout = limit === null ? {} : { timeout: { milliseconds: limit, error: late } };
    return await this.#wait({ number, pace, accept, atOnce, signal, ...timeout });
  }

  /** All who wait are told that nobody looks any more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#failAll(closed());
    this.#spending.tellLast();
  }

  #wait<T>(wait: Wait<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(closed());
    if (wait.signal?.aborted) return Promise.reject(wait.signal.reason);
    // Nobody has looked for long: from here on a look is due after the usual time.
    if (!wait.atOnce && this.#waiters.size === 0) this.#lookedAt = this.#options.clock.now();
    const waiting = waitAmong(this.#waiters, wait, this.#options.clock, () => this.#noteLeave());
    if (wait.pace !== null) this.#changes.disturb();
    this.#pause?.abort();
    if (!this.#isRunning) void this.#run();
    return waiting;
  }

  #noteLeave(): void {
    if (this.#waiters.size > 0) return;
    this.#pause?.abort();
    this.#request?.abort();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (this.#waiters.size > 0) {
        // All who ask in this turn of the event loop are answered by one request.
        await nextTurn();
        // Whoever waited may have gone meanwhile: a pause for nobody would keep the process alive.
        if (this.#waiters.size === 0) break;
        const wait = this.#dueAt() - this.#options.clock.now();
        if (wait > 0) await this.#sleep(Math.min(wait, LONGEST_PAUSE));
        else await this.#look();
      }
    } catch (error) {
      this.#failAll(error);
    } finally {
      this.#isRunning = false;
    }
  }

  async #sleep(milliseconds: number): Promise<void> {
    const pause = new AbortController();
    this.#pause = pause;
    try {
      await this.#options.clock.sleep(milliseconds, pause.signal);
    } catch (error) {
      if (!pause.signal.aborted) throw error;
    } finally {
      this.#pause = null;
    }
  }

  /** For who has not seen anything yet at once, unless little is left of the budget. */
  #dueAt(): number {
    if (this.#retryAt !== null) return this.#retryAt;
    const { budget } = this.#spending;
    if (!this.#hasNewcomers()) return this.#lookedAt + this.#interval();
    return budget !== null && isLow(budget) ? this.#lookedAt + this.#affordable() : 0;
  }

  #hasNewcomers(): boolean {
    return [...this.#waiters].some(({ hasSeen }) => !hasSeen);
  }

  #interval(): number {
    const paces = [...this.#waiters].flatMap(({ pace }) => pace ?? []);
    this.#wished = wishedInterval(paces, this.#changes.quiet) ?? this.#wished;
    return Math.max(this.#wished, this.#affordable());
  }

  #affordable(): number {
    const { budget, cost } = this.#spending;
    return budget === null ? 0 : affordableInterval(budget, cost, this.#lookedAt);
  }

  async #look(): Promise<void> {
    const { repository } = this.#options;
    const { ask, onAnswer } = this.#counted();
    const isEarly = this.#hasNewcomers();
    const isDue = this.#lookedAt + this.#interval() <= this.#options.clock.now();
    // GitHub works out again whether each of them merges, whenever their base has moved.
    const waiters = [...this.#waiters].filter(({ isPatient }) => isDue || !isEarly || !isPatient);
    const areAll = waiters.length === this.#waiters.size;
    const numbers = [...new Set(waiters.map(({ number }) => number))].sort((a, b) => a - b);
    const request = new AbortController();
    this.#request = request;
    this.#spending.begin();
    try {
      const found = await lookAtPullRequests(numbers, { ask, repository, onAnswer }, request.signal);
      this.#request = null;
      const watched = new Set(waiters.flatMap(({ pace, number }) => (pace === null ? [] : [number])));
      this.#changes.note(found, watched, isEarly);
      this.#noteSuccess(areAll);
      for (const waiter of waiters) if (this.#waiters.has(waiter)) waiter.see(found.get(waiter.number) ?? null);
      this.#tell();
    } catch (error) {
      // Nobody wants the answer any more.
      if (!request.signal.aborted) this.#noteFailure(error);
    } finally {
      this.#request = null;
    }
  }

  #counted(): Pick<LookOptions, 'ask' | 'onAnswer'> {
    const ask: AskGraphql = (query, variables, options) => {
      this.#spending.noteRequest();
      return this.#options.ask(query, variables, options);
    };
    return { ask, onAnswer: (budget) => this.#spending.noteAnswer(budget) };
  }

  #noteSuccess(areAll: boolean): void {
    if (areAll) this.#lookedAt = this.#options.clock.now();
    this.#retryAt = null;
    this.#trouble = null;
    this.#failedAt = null;
    if (this.#isTroubleTold) this.#options.onTrouble?.(null);
    this.#isTroubleTold = false;
    this.#setbacks.clear();
  }

  #tell(): void {
    this.#spending.tell(this.#interval());
    const { budget, cost } = this.#spending;
    const isSpent = budget !== null && budget.remaining < cost && this.#affordable() > 0;
    if (isSpent && this.#waiters.size > 0) this.#options.onLimited('primary', budget.resetAt);
  }

  #noteFailure(error: unknown): void {
    const { clock, onLimited } = this.#options;
    this.#trouble = error instanceof GhError ? error : null;
    const setback = this.#trouble === null ? null : this.#setbacks.after(this.#trouble, this.#spending.budget);
    if (setback === null) {
      this.#setbacks.clear();
      this.#retryAt = null;
      this.#failAll(error);
      return;
    }
    this.#retryAt = clock.now() + setback.wait;
    if (setback.limited !== null) onLimited(setback.limited, new Date(this.#retryAt).toISOString());
    else this.#tellTrouble(this.#trouble?.message ?? '');
  }

  /** A look or two that fail are no news. */
  #tellTrouble(error: string): void {
    const now = this.#options.clock.now();
    this.#failedAt ??= now;
    if (this.#isTroubleTold || now - this.#failedAt < TROUBLE_AFTER) return;
    this.#isTroubleTold = true;
    this.#options.onTrouble?.({ since: new Date(this.#failedAt).toISOString(), error });
  }

  #failAll(error: unknown): void {
    for (const waiter of [...this.#waiters]) waiter.fail(error);
  }
}

function closed(): Error {
  return new Error('nobody looks at pull requests any more: the watch is closed');
}

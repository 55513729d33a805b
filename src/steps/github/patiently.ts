import type { Clock } from '../../core/clock.ts';
import { inWords } from '../tools/clock.ts';
import type { Gh } from './gh.ts';
import { GhError } from './gh-error.ts';
import { limitWait } from './limit-wait.ts';

export type LimitKind = 'primary' | 'secondary';

export interface PatienceOptions<T> {
  readonly clock: Clock;
  readonly gh: Pick<Gh, 'login' | 'forgetAnswers'>;
  /** It changes nothing, or nothing more when it is done twice: where the answer was lost, it is just done again. */
  readonly isRead?: boolean;
  /** Reads whether it was done, where the answer was lost; null where it was not. Without it, it is not repeated. */
  readonly lookBack?: (() => Promise<T | null>) | undefined;
  /** `until`: milliseconds since 1970. */
  readonly onLimited?: ((kind: LimitKind, until: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds in all; an hour unless told, which is how long GitHub's budget may take to be renewed. */
  readonly limit?: number | undefined;
}

const LIMIT = 60 * 60_000;

/** Milliseconds between tries of what did not get through. */
const WAITS = [500, 1_250, 3_000, 7_500, 18_000, 30_000];

/**
 * Does what is asked of GitHub, again where that can help, and throws the `GhError` of the last try where it cannot. What is
 * permanent is never repeated, and what may have been done is looked for first.
 */
export async function patiently<T>(work: () => Promise<T>, options: PatienceOptions<T>): Promise<T> {
  const patience = new Patience(options);
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof GhError)) throw error;
      const found = await patience.after(error);
      if (found !== null) return found;
    }
  }
}

class Patience<T> {
  readonly #options: PatienceOptions<T>;
  readonly #began: number;
  #tries = 0;
  #waits = 0;
  #limits = 0;
  #checkedLogin = false;
  #mayBeDone = false;

  constructor(options: PatienceOptions<T>) {
    this.#options = options;
    this.#began = options.clock.now();
  }

  /** Null when it is time to try again; what was found when it had been done. Throws when there is no use in trying. */
  async after(error: GhError): Promise<T | null> {
    this.#tries++;
    switch (error.failure) {
      case 'transient':
        if (await this.#pause()) return null;
        return await this.#foundOr(this.#tired(error));
      case 'outcome_unknown':
        return await this.#afterLostAnswer(error);
      case 'primary_limit':
        return await this.#afterLimit('primary', error);
      case 'secondary_limit':
        return await this.#afterLimit('secondary', error);
      case 'unauthenticated':
        if (await this.#isLoggedIn()) return null;
        return await this.#foundOr(error);
      default:
        // "Exists already", and much else, may be what our own lost try has done.
        return await this.#foundOr(error);
    }
  }

  async #afterLostAnswer(error: GhError): Promise<T | null> {
    const { isRead = false, lookBack } = this.#options;
    if (!isRead && lookBack === undefined) throw error;
    this.#mayBeDone = !isRead;
    // What was lost may still be on its way: it is looked for after the pause.
    const goesOn = await this.#pause();
    if (!goesOn) return await this.#foundOr(this.#tired(error));
    return await this.#look();
  }

  async #afterLimit(kind: LimitKind, error: GhError): Promise<null> {
    const { clock, onLimited, signal } = this.#options;
    const asked = error.retryAfter ?? (await this.#askHowLong());
    const wait = limitWait(asked, this.#limits++, clock.random());
    if (this.#left() < wait) throw this.#tired(error, wait);
    onLimited?.(kind, clock.now() + wait);
    await clock.sleep(wait, signal);
    return null;
  }

  /** Commands of gh do not say how long they are to wait; the API says it to whoever asks at the limit. */
  async #askHowLong(): Promise<number | null> {
    try {
      await this.#options.gh.login(this.#options.signal);
      return null;
    } catch (error) {
      if (!(error instanceof GhError)) throw error;
      return error.failure === 'primary_limit' || error.failure === 'secondary_limit' ? error.retryAfter : null;
    }
  }

  /** gh repeats a refusal that it has kept, for a day. */
  async #isLoggedIn(): Promise<boolean> {
    if (this.#checkedLogin) return false;
    this.#checkedLogin = true;
    const { gh, signal } = this.#options;
    gh.forgetAnswers();
    try {
      await gh.login(signal);
      return true;
    } catch (error) {
      if (!(error instanceof GhError)) throw error;
      // What else stands in the way is met by the next try itself.
      return error.failure !== 'unauthenticated';
    }
  }

  /** False when it has waited often enough, or would for too long. */
  async #pause(): Promise<boolean> {
    const { clock, signal } = this.#options;
    const longest = WAITS[this.#waits++];
    if (longest === undefined) return false;
    const wait = longest * (0.5 + clock.random() / 2);
    if (this.#left() < wait) return false;
    await clock.sleep(wait, signal);
    return true;
  }

  async #look(): Promise<T | null> {
    const { clock, gh, onLimited, signal, lookBack } = this.#options;
    if (!this.#mayBeDone || lookBack === undefined) return null;
    const limit = Math.max(0, this.#left());
    return await patiently(lookBack, { clock, gh, isRead: true, onLimited, signal, limit });
  }

  async #foundOr(error: GhError): Promise<T> {
    const found = await this.#look();
    if (found === null) throw error;
    return found;
  }

  #left(): number {
    return this.#began + (this.#options.limit ?? LIMIT) - this.#options.clock.now();
  }

  /** The last error, with how long it was tried. */
  #tired(error: GhError, wait?: number): GhError {
    const took = this.#options.clock.now() - this.#began;
    const tried = `tried ${this.#tries === 1 ? 'once' : `${this.#tries} times`} in ${inWords(took)}`;
    const more = wait === undefined ? '' : `, and would have to wait ${inWords(wait)} more`;
    const { status, retryAfter } = error;
    return new GhError(error.failure, `${error.message}; ${tried}${more}`, { status, retryAfter, cause: error });
  }
}

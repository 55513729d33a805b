import type { AttentionReport } from '../../core/attention.ts';
import type { Clock } from '../../core/clock.ts';
import { limitOverPrompt } from '../../core/prompts.ts';
import type { RestEnd } from '../../core/slots.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import type { LiveAgent } from '../environments/environment.ts';
import { reportLate } from '../late-report.ts';

export interface ParkingOptions {
  readonly clock: Clock;
  /** What the agent does just now; null while nobody knows. */
  readonly attention: () => AttentionReport | null;
  /** It is told to go on; else it does so by itself. */
  readonly isPrompted: boolean;
  /** Hears of what ends the wait for its signal. */
  readonly onError: (error: unknown) => void;
}

/** Milliseconds behind the stated time: it is told in whole minutes, and by another clock. */
const MARGIN = 60_000;
/** For which a program has time to go on by itself: some do. */
const BY_ITSELF = 20_000;
const LOOK = 1_000;
/** After it was told to go on. */
const SETTLES = 15_000;
/** How often an agent that stays limited is told to go on; then a person is needed. */
const MAX_PROMPTS = 3;

/** What does not tell that a limit is over. */
const RESTS: ReadonlySet<AttentionReport['state']> = new Set(['usage_limited', 'stalled', 'login_required']);

/** Leaves the slot of an attempt to others while its agent has used up what it may, and has it go on afterwards. */
export class Parking {
  readonly #runtime: TaskRuntime;
  readonly #agent: LiveAgent;
  readonly #options: ParkingOptions;
  readonly #over = new AbortController();
  /** Ends its rest; null where it does not rest, as while it is told to go on. */
  #early: AbortController | null = null;
  #work: Promise<void> | null = null;
  #prompts = 0;
  #promptedAt = Number.NEGATIVE_INFINITY;
  #late = 0;

  constructor(runtime: TaskRuntime, agent: LiveAgent, options: ParkingOptions) {
    this.#runtime = runtime;
    this.#agent = agent;
    this.#options = options;
    // An earlier owner had it parked: it goes on from there, and is never told its time anew.
    const until = runtime.recorded()?.parkedUntil ?? null;
    if (until !== null) this.#park(Date.parse(until));
  }

  /** Called after each look at the agent. */
  look(now: AttentionReport | null): void {
    if (now?.state === 'working') this.#prompts = 0;
    if (this.#early !== null) {
      // Somebody has had it go on, or it does so itself; it may have come to the end of its turn by now.
      if (now !== null && !RESTS.has(now.state)) this.#early.abort('agent' satisfies RestEnd);
      return;
    }
    const until = now?.state === 'usage_limited' ? now.until : null;
    if (until === null || this.#work !== null || this.#prompts >= MAX_PROMPTS) return;
    // The words of the old limit may still be on its screen.
    if (Math.abs(this.#options.clock.now() - this.#promptedAt) < SETTLES) return;
    const end = Date.parse(until) + MARGIN;
    // A preset of one's own may tell anything.
    if (Number.isNaN(end)) return;
    // Over before anybody was there to see it, or told wrongly.
    if (end <= this.#options.clock.now() && this.#late++ >= MAX_PROMPTS) return;
    this.#park(end);
  }

  /** Its signal has come, or nobody waits for one any more: it has its slot again when this resolves. */
  async end(): Promise<void> {
    this.#over.abort();
    this.#early?.abort('signal' satisfies RestEnd);
    await this.#work;
  }

  /** `until` in milliseconds since 1970. */
  #park(until: number): void {
    const early = new AbortController();
    this.#early = early;
    this.#work = this.#rest(new Date(until).toISOString(), early.signal)
      .catch(this.#options.onError)
      .finally(() => {
        this.#work = null;
        this.#early = null;
      });
  }

  async #rest(until: string, early: AbortSignal): Promise<void> {
    const runtime = this.#runtime;
    await runtime.park(until, early).catch((error: unknown) => {
      // The attempt is called off or left: whoever did that tells of it.
      if (!runtime.signal.aborted) throw error;
    });
    if (early.aborted || runtime.signal.aborted) return;
    if (!this.#options.isPrompted || (await this.#goesOn(early))) return;
    // That it works then is what it is told for, and no reason to stop in the middle of it.
    this.#early = null;
    this.#prompts++;
    const signal = AbortSignal.any([runtime.signal, this.#over.signal]);
    const result = await this.#agent.send(limitOverPrompt(), signal, { patient: true }).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
    this.#promptedAt = this.#options.clock.now();
    if (result !== null) reportLate(runtime, { kind: 'task_prompted', result });
  }

  async #goesOn(early: AbortSignal): Promise<boolean> {
    const { clock, attention } = this.#options;
    const end = AbortSignal.any([this.#runtime.signal, early]);
    for (let left = BY_ITSELF; left > 0 && !end.aborted; left -= LOOK) {
      if (attention()?.state === 'working') return true;
      await clock.sleep(LOOK, end).catch((error: unknown) => {
        if (!end.aborted) throw error;
      });
    }
    return end.aborted;
  }
}

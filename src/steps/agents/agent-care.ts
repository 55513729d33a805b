import type { Clock } from '../../core/clock.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import type { LiveAgent } from '../environments/environment.ts';
import type { AgentTeller } from './agent-teller.ts';
import { Nudge, type NudgeOptions } from './nudge.ts';
import { Parking } from './parking.ts';
import { SelfAnswer } from './self-answer.ts';

export interface AgentCareOptions {
  readonly teller: AgentTeller;
  readonly clock: Clock;
  /** Null where an agent that is idle is left alone. */
  readonly nudge: NudgeOptions | null;
  /** There is something to look at. */
  readonly onChange: () => void;
}

/** While the signal of an agent is awaited: tells what it does, and does what follows from it. */
export class AgentCare {
  readonly #teller: AgentTeller;
  readonly #onChange: () => void;
  readonly #nudge: Nudge | null;
  readonly #parking: Parking | null;
  readonly #answers: SelfAnswer | null;
  #error: { readonly cause: unknown } | null = null;

  constructor(runtime: TaskRuntime, agent: LiveAgent, { teller, clock, nudge, onChange }: AgentCareOptions) {
    this.#teller = teller;
    this.#onChange = onChange;
    const onError = (error: unknown) => this.#fail(error);
    const canBePrompted = agent.monitor?.canBePrompted === true;
    const attention = () => teller.current();
    this.#nudge =
      nudge === null || !canBePrompted ? null : new Nudge(runtime, agent, nudge, () => attention()?.state === 'idle');
    // One that nobody can look at goes on by itself after its limit.
    const parking = { clock, attention, isPrompted: canBePrompted, onError };
    this.#parking = runtime.canPark ? new Parking(runtime, agent, parking) : null;
    this.#answers = agent.clearWay === undefined ? null : new SelfAnswer(runtime, agent, { onDone: onChange, onError });
  }

  /** Throws what ends the wait for the signal. */
  throwIfFailed(): void {
    if (this.#error !== null) throw this.#error.cause;
  }

  look(): void {
    if (this.#answers?.isAtIt() === true) return;
    const now = this.#teller.look();
    this.#parking?.look(now);
    this.#nudge?.look((error) => this.#fail(error));
  }

  /** Does nothing more; resolves when what is under way is done. */
  async end(): Promise<void> {
    await Promise.all([this.#nudge?.end(), this.#parking?.end(), this.#answers?.end()]);
  }

  #fail(cause: unknown): void {
    this.#error = { cause };
    this.#onChange();
  }
}

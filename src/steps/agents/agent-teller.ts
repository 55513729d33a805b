import type { AttentionReport } from '../../core/attention.ts';
import type { Clock } from '../../core/clock.ts';
import { sameValue } from '../../core/same-value.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import { AttentionWatch, type OwnWords } from '../attention-watch.ts';
import { reportLate } from '../late-report.ts';
import { REAL_CLOCK } from '../tools/clock.ts';
import { AgentFacts } from './agent-facts.ts';
import type { AgentMonitor, KnownAttention } from './monitor.ts';
import { answerable, tellAttention } from './tell-attention.ts';

/**
 * Tells what an agent does, each change once: its own words in its signal directory first, then what its monitor sees;
 * and, beside that, the name of its session and what it uses.
 */
export class AgentTeller {
  readonly #runtime: TaskRuntime;
  readonly #monitor: AgentMonitor | null;
  readonly #clock: Clock;
  readonly #own: AttentionWatch;
  readonly #facts: AgentFacts | null;
  #ownBefore: OwnWords | null = null;
  #ownSince = Number.NEGATIVE_INFINITY;
  #seen: KnownAttention = null;
  #seenSince = Number.NEGATIVE_INFINITY;
  #hasToldUnknown = false;

  /** `monitor` is null for an agent that nobody can look at. */
  constructor(runtime: TaskRuntime, monitor: AgentMonitor | null, clock: Clock = REAL_CLOCK) {
    this.#runtime = runtime;
    this.#monitor = monitor;
    this.#clock = clock;
    this.#own = new AttentionWatch(runtime);
    this.#facts = monitor === null ? null : new AgentFacts(runtime, monitor, clock);
  }

  /** Tells what is new; what the agent does just now, as far as anybody knows it. */
  look(): AttentionReport | null {
    const now = this.#clock.now();
    this.#own.look();
    const { said } = this.#own;
    if (said !== this.#ownBefore) this.#ownSince = now;
    this.#ownBefore = said;
    this.#lookAtMonitor(now);
    const current = this.current();
    this.#facts?.look({ isTurnOver: current?.state === 'idle' });
    return current;
  }

  /** The same without telling anything. */
  current(): AttentionReport | null {
    const { said } = this.#own;
    if (said !== null && this.#countsMore(said)) return said.report;
    const attention = this.#monitor?.attention ?? null;
    return attention?.kind === 'known' ? attention.report : null;
  }

  /** Its own words until now belong to what is over. */
  skipOwnWords(): void {
    this.#own.skip();
  }

  /** What there is beside its attention, which nobody waits for. */
  lookAtFacts(): void {
    this.#facts?.look({ isTurnOver: false });
  }

  /** All that is left to be told of an attempt that is over. */
  end(): void {
    this.#monitor?.look();
    this.#facts?.look({ isTurnOver: true });
  }

  #lookAtMonitor(now: number): void {
    const attention = this.#monitor?.attention ?? null;
    const before = this.#seen;
    if (!sameValue(attention, before)) this.#seenSince = now;
    this.#seen = attention;
    const { said } = this.#own;
    if (said !== null && this.#countsMore(said)) return;
    if (attention === null) return this.#tellStallOver(before);
    if (attention.kind === 'unknown') return this.#tellUnknown(attention.evidence);
    if (attention.report.state === 'stalled' && !this.#mayStall()) return;
    this.#hasToldUnknown = false;
    tellAttention(this.#runtime, answerable(attention.report));
  }

  /**
   * Its own words count until something newer is seen; those with which it waits for somebody, until it was seen to go on
   * with what it was told.
   */
  #countsMore({ report, at }: OwnWords): boolean {
    const recorded = this.#runtime.recorded();
    if (recorded !== null && recorded.attention !== report.state) return false;
    if (report.state === 'working' || report.state === 'idle' || report.state === 'stalled') {
      return this.#seen === null || this.#seenSince <= this.#ownSince;
    }
    const prompted = this.#monitor?.prompts.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
    return prompted <= at;
  }

  /** One that waits for something is silent for good reason. */
  #mayStall(): boolean {
    const { attention = null } = this.#runtime.recorded() ?? {};
    // What was seen before may be what it did before its prompt.
    const wasSeenIdle = attention === 'idle' && this.#own.said === null;
    return attention === null || attention === 'working' || attention === 'stalled' || wasSeenIdle;
  }

  #tellStallOver(before: KnownAttention): void {
    if (before?.kind !== 'known' || before.report.state !== 'stalled') return;
    const { said } = this.#own;
    if (said !== null) tellAttention(this.#runtime, said.report);
    else this.#tellUnknown(['it prints again']);
  }

  #tellUnknown(evidence: readonly string[]): void {
    const isNews = (this.#runtime.recorded()?.attention ?? null) !== null || !this.#hasToldUnknown;
    this.#hasToldUnknown = true;
    if (isNews) reportLate(this.#runtime, { kind: 'agent_unknown', evidence });
  }
}

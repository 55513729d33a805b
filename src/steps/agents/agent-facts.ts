import type { Clock } from '../../core/clock.ts';
import { sameValue } from '../../core/same-value.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import { reportLate } from '../late-report.ts';
import type { AgentMonitor } from './monitor.ts';

/** Milliseconds: what an agent uses changes all the time. */
const USAGE_PAUSE = 30_000;

/** Tells the name of an agent's session, and what it has used: often enough, and at the end of each turn. */
export class AgentFacts {
  readonly #runtime: TaskRuntime;
  readonly #monitor: AgentMonitor;
  readonly #clock: Clock;
  #usageToldAt = Number.NEGATIVE_INFINITY;

  constructor(runtime: TaskRuntime, monitor: AgentMonitor, clock: Clock) {
    this.#runtime = runtime;
    this.#monitor = monitor;
    this.#clock = clock;
  }

  look({ isTurnOver }: { isTurnOver: boolean }): void {
    this.#tellSession();
    const { usage } = this.#monitor;
    const now = this.#clock.now();
    if (usage === null || sameValue(usage, this.#runtime.recorded()?.usage ?? null)) return;
    if (!isTurnOver && now - this.#usageToldAt < USAGE_PAUSE) return;
    this.#usageToldAt = now;
    reportLate(this.#runtime, { kind: 'task_usage', ...usage });
  }

  #tellSession(): void {
    const { session, transcript } = this.#monitor;
    if (session === null) return;
    const recorded = this.#runtime.recorded();
    const isKnown = recorded?.session === session && (transcript === null || recorded.transcript === transcript);
    if (!isKnown) reportLate(this.#runtime, { kind: 'task_session', session, transcript });
  }
}

import type { UsageTold } from '../../core/agent-events.ts';
import type { Clock } from '../../core/clock.ts';
import { sameValue } from '../../core/same-value.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import { reportLate } from '../late-report.ts';
import type { AgentMonitor } from './monitor.ts';

/** Milliseconds: what an agent uses changes all the time, and a budget of the run is looked at as often as this. */
const USAGE_PAUSE = 10_000;
/** Of a budget of the task: it is told at once. */
const SHARE = 0.05;

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
    const isDue = isTurnOver || now - this.#usageToldAt >= USAGE_PAUSE || this.#hasGrown(usage);
    if (!isDue) return;
    this.#usageToldAt = now;
    reportLate(this.#runtime, { kind: 'task_usage', ...usage });
  }

  /** Much of the task's budget has gone since it was last told. */
  #hasGrown(usage: UsageTold): boolean {
    const { maxCostUsd, maxTokens } = this.#runtime.task;
    const told = this.#runtime.recorded()?.usage ?? null;
    const cost = (usage.cost_usd ?? 0) - (told?.cost_usd ?? 0);
    const tokens = tokensIn(usage) - (told === null ? 0 : tokensIn(told));
    return (
      cost > SHARE * (maxCostUsd ?? Number.POSITIVE_INFINITY) ||
      tokens > SHARE * (maxTokens ?? Number.POSITIVE_INFINITY)
    );
  }

  #tellSession(): void {
    const { session, transcript } = this.#monitor;
    if (session === null) return;
    const recorded = this.#runtime.recorded();
    const isKnown = recorded?.session === session && (transcript === null || recorded.transcript === transcript);
    if (!isKnown) reportLate(this.#runtime, { kind: 'task_session', session, transcript });
  }
}

function tokensIn(usage: UsageTold): number {
  return usage.input_tokens + usage.output_tokens + usage.cache_read_tokens + usage.cache_write_tokens;
}

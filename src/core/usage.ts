import type { UsageTold } from './agent-events.ts';
import { type AttemptState, attemptsThatCount, type RunState, type TaskState } from './run-state.ts';

/** What attempts have used together, as far as their programs tell. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** US dollars; null where nobody told. */
  readonly costUsd: number | null;
  /** Attempts that told at least their tokens. */
  readonly told: number;
  /** Attempts that told their tokens and not what they cost. */
  readonly unpriced: number;
  /** Attempts that had an agent, and told nothing. */
  readonly silent: number;
}

/** Of every kind, those that were read from a cache too; null where nobody told. */
export function tokensOf(usage: Usage): number | null {
  if (usage.told === 0) return null;
  return usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
}

export function usageOf(attempts: readonly AttemptState[]): Usage {
  const told = attempts.flatMap(({ usage }) => usage ?? []);
  const costs = told.flatMap(({ cost_usd: cost }) => cost ?? []);
  const sum = (of: (usage: UsageTold) => number) => told.reduce((total, usage) => total + of(usage), 0);
  return {
    inputTokens: sum((usage) => usage.input_tokens),
    outputTokens: sum((usage) => usage.output_tokens),
    cacheReadTokens: sum((usage) => usage.cache_read_tokens),
    cacheWriteTokens: sum((usage) => usage.cache_write_tokens),
    costUsd: costs.length === 0 ? null : costs.reduce((total, cost) => total + cost, 0),
    told: told.length,
    unpriced: told.length - costs.length,
    silent: attempts.filter(({ agent, usage }) => agent !== null && usage === null).length,
  };
}

/** Of those attempts that the budget of the task counts: all since a person last asked for one. */
export function usageInBudget(task: TaskState): Usage {
  return usageOf(attemptsThatCount(task).filter(({ number }) => number > task.budgetFrom));
}

const known = new WeakMap<RunState, { readonly seq: number; readonly usage: Usage }>();

/** Of all that was ever begun in the run: also what was rolled back, or is gone from the graph file, was paid for. */
export function usageOfRun(state: RunState): Usage {
  const last = known.get(state);
  if (last?.seq === state.seq) return last.usage;
  const usage = usageOf([...state.tasks.values(), ...state.removed.values()].flatMap(({ attempts }) => attempts));
  known.set(state, { seq: state.seq, usage });
  return usage;
}

import type { BudgetKind, BudgetReached } from './agent-events.ts';
import type { RunBudget } from './graph/graph.ts';
import type { RunState, TaskState } from './run-state.ts';
import { tokensOf, type Usage, usageInBudget, usageOfRun } from './usage.ts';

/** The code of an attempt that was ended because its task has used up its budget. A person decides what comes then. */
export const BUDGET_EXCEEDED = 'budget_exceeded';
/** Because the run has: none of the task's doing, so it is tried again when the run may use more. */
export const RUN_BUDGET_EXCEEDED = 'run_budget_exceeded';

/** Why an attempt is ended before its end. */
export interface Overspent {
  readonly code: typeof BUDGET_EXCEEDED | typeof RUN_BUDGET_EXCEEDED;
  readonly error: string;
}

/** What is gone of one bound. */
export interface Spending {
  readonly budget: BudgetKind;
  /** US dollars, tokens or seconds; so is the limit. */
  readonly spent: number;
  readonly limit: number;
}

/** Whose budget it is; null for the run's. */
type Whose = string | null;

type Bounds = Readonly<Pick<RunBudget, 'maxCostUsd' | 'maxTokens'>>;

/** Of each bound of the task that somebody tells about. Its `timeout` is one of the attempt. */
export function taskSpendings(task: Bounds, known: TaskState): Spending[] {
  return spendings(task, usageInBudget(known));
}

/** `milliseconds`: for how long owners were there. */
export function runSpendings(budget: RunBudget | null, state: RunState, milliseconds: number): Spending[] {
  if (budget === null) return [];
  const time =
    budget.timeoutMs === null
      ? []
      : [{ budget: 'seconds', spent: milliseconds / 1000, limit: budget.timeoutMs / 1000 } as const];
  return [...spendings(budget, usageOfRun(state)), ...time];
}

function spendings({ maxCostUsd, maxTokens }: Bounds, usage: Usage): Spending[] {
  const told = [
    { budget: 'cost_usd', spent: usage.costUsd, limit: maxCostUsd },
    { budget: 'tokens', spent: tokensOf(usage), limit: maxTokens },
  ] as const;
  return told.flatMap(({ budget, spent, limit }) => (spent === null || limit === null ? [] : { budget, spent, limit }));
}

export function isUsedUp({ spent, limit }: Spending): boolean {
  return spent >= limit;
}

/** From which part of a limit on it is told. */
export const WARNING = 0.8;

/** What is reached and was not told yet; of one that jumps past both only the end. */
export function budgetNews(state: RunState, task: Whose, found: readonly Spending[]): BudgetReached[] {
  return found.flatMap(({ budget, spent, limit }) => {
    const percent = spent >= limit ? 100 : spent >= WARNING * limit ? 80 : null;
    if (percent === null) return [];
    const isTold = state.budgets.some(
      (told) => told.task === task && told.budget === budget && told.limit === limit && told.percent >= percent,
    );
    return isTold ? [] : { scope: task === null ? 'run' : 'task', task, budget, percent, spent, limit };
  });
}

/** What was told last of the task's budgets, or with null of the run's: the fullest one; null for nothing. */
export function fullestBudget(state: RunState, task: Whose): BudgetReached | null {
  const told = state.budgets.filter((one) => one.task === task);
  return told.toSorted((a, b) => b.percent - a.percent)[0] ?? null;
}

/** The task has as much again as before: what was told of its budgets holds no more. */
export function forgetBudgets(state: RunState, task: string, kinds: readonly BudgetKind[] | null = null): void {
  if (state.budgets.length === 0) return;
  const kept = state.budgets.filter((told) => told.task !== task || (kinds !== null && !kinds.includes(told.budget)));
  state.budgets.splice(0, state.budgets.length, ...kept);
}

/** For the attempt of a task that has used up its budget: what was spent, and what a person can do. */
export function taskOverspent(task: string, spending: Spending): string {
  const key = spending.budget === 'cost_usd' ? 'max_cost_usd' : 'max_tokens';
  return (
    `the task has used ${amounts(spending)}; raise its ${key} in the graph file and run the graph again, ` +
    `or let agentrelay retry ${task} use as much again`
  );
}

/** The same for one that the run ends. */
export function runOverspent(spending: Spending): string {
  const key = RAISE_KEYS[spending.budget];
  return `the run has used ${amounts(spending)}; raise ${key} in the graph file, and agentrelay run goes on with it`;
}

/** What in the graph file bounds the run. */
export const RAISE_KEYS = {
  cost_usd: 'budget.max_cost_usd',
  tokens: 'budget.max_tokens',
  seconds: 'budget.timeout',
} as const;

/** `$5.20 of $5.00`. */
export function amounts({ budget, spent, limit }: Spending): string {
  const [used, most] = [amountWords(budget, spent), amountWords(budget, limit)];
  return budget === 'tokens' ? `${used} of ${most} tokens` : `${used} of ${most}`;
}

/** `$1.20`, `<$0.01`, `120,000`, `90 s`, `1h30m`. */
function amountWords(budget: BudgetKind, value: number): string {
  if (budget === 'tokens') return value.toLocaleString('en');
  if (budget === 'cost_usd') return dollarWords(value);
  const seconds = Math.round(value);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${seconds % 60 === 0 ? '' : `${seconds % 60}s`}`;
  return `${Math.floor(minutes / 60)}h${minutes % 60 === 0 ? '' : `${minutes % 60}m`}`;
}

export function dollarWords(value: number): string {
  return value > 0 && value < 0.01 ? '<$0.01' : `$${value.toFixed(2)}`;
}

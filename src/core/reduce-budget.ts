import type { BudgetReached, RunBounds } from './agent-events.ts';
import { forgetBudgets } from './budget.ts';
import type { RunEvent } from './events.ts';
import type { OwnedTime, RunState } from './run-state.ts';

/** What any event means for budgets: whose are told, whose begin anew, and how long the run has had an owner. */
export function reduceBudgets(state: RunState, event: RunEvent): void {
  state.ownedTime = ownedTime(state.ownedTime, event);
  switch (event.kind) {
    case 'run_started':
      state.budget = event.budget ?? null;
      return;
    case 'run_resumed':
      if (event.budget !== undefined) rebound(state, event.budget);
      return;
    case 'budget_reached': {
      const { scope, task, budget, percent, spent, limit } = event;
      state.budgets.push({ scope, task, budget, percent, spent, limit });
      return;
    }
    case 'task_started':
      // Its time is its own; the rest is of all attempts together.
      forgetBudgets(state, event.task, ['seconds']);
      return;
    case 'task_retrying':
      if (event.change) forgetBudgets(state, event.task);
      return;
    case 'graph_changed':
      for (const task of event.changed) forgetBudgets(state, task);
      return;
    case 'run_reset':
      for (const task of event.tasks) forgetBudgets(state, task);
      return;
  }
}

/** What was told of the run is told of these bounds only. */
function rebound(state: RunState, budget: RunBounds | null): void {
  state.budget = budget;
  const holds = (told: BudgetReached) => told.scope === 'task' || limitOf(budget, told) === told.limit;
  state.budgets.splice(0, state.budgets.length, ...state.budgets.filter(holds));
}

function limitOf(bounds: RunBounds | null, { budget }: BudgetReached): number | null {
  if (bounds === null) return null;
  if (budget === 'seconds') return bounds.timeout;
  return budget === 'tokens' ? bounds.max_tokens : bounds.max_cost_usd;
}

function ownedTime(time: OwnedTime, event: RunEvent): OwnedTime {
  const { at, kind } = event;
  if (kind === 'run_started' || kind === 'run_resumed')
    return { before: closed(time, time.heard), since: at, heard: at };
  if (time.since === null) return time;
  if (kind === 'run_stopping' || kind === 'run_finished') return { before: closed(time, at), since: null, heard: null };
  // What a person asks for may be done by another than the owner, long after he has gone.
  return 'request' in event ? time : { ...time, heard: at };
}

function closed({ before, since }: OwnedTime, end: string | null): number {
  if (since === null || end === null) return before;
  return before + Math.max(0, Date.parse(end) - Date.parse(since));
}

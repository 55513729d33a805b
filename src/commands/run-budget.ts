import type { RunBounds } from '../core/agent-events.ts';
import { amounts, isUsedUp, RAISE_KEYS, runSpendings } from '../core/budget.ts';
import { UserError } from '../core/errors.ts';
import type { Settings } from '../core/graph/graph.ts';
import { isActive } from '../core/lifecycle.ts';
import { runBounds } from '../core/run-started.ts';
import type { RunState } from '../core/run-state.ts';
import { sameValue } from '../core/same-value.ts';

/** What a new owner tells of the budget: nothing where it is as it was. */
export function changedBounds(budget: Settings['budget'], state: RunState): { budget?: RunBounds | null } {
  const bounds = runBounds(budget);
  return sameValue(bounds, state.budget) ? {} : { budget: bounds };
}

/** Nothing may be started in a run that has used up its budget; one with agents at work goes on, to stop them. */
export function requireBudgetLeft({ budget }: Settings, state: RunState): void {
  const { before, since, heard } = state.ownedTime;
  const last = since === null || heard === null ? 0 : Date.parse(heard) - Date.parse(since);
  const over = runSpendings(budget, state, before + last).find(isUsedUp);
  if (over === undefined || [...state.tasks.values()].some((task) => isActive(task.status))) return;
  throw new UserError(`run ${state.run} of graph ${state.graph} has used up its budget: ${amounts(over)}`, {
    hint: `raise ${RAISE_KEYS[over.budget]} in the graph file, and it goes on; --new-run starts over`,
  });
}

import { fullestBudget, RAISE_KEYS } from '../core/budget.ts';
import { isActive } from '../core/lifecycle.ts';
import type { RunState, TaskState } from '../core/run-state.ts';
import { tokensOf, type Usage, usageOfRun } from '../core/usage.ts';
import { boundUsageWords, costWords, reachedWords, tokenWords, untoldWords } from '../ui/wording/usage-words.ts';

interface UsageColumn {
  readonly head: string;
  cell(usage: Usage): string;
}

const COLUMNS: readonly UsageColumn[] = [
  { head: 'cost', cell: costWords },
  {
    head: 'tokens',
    cell: (usage) => {
      const tokens = tokensOf(usage);
      return tokens === null ? '' : tokenWords(tokens);
    },
  },
];

/** Of a table with a row for each of these: a column only where at least one of them told. */
export function usageColumns(usages: readonly Usage[]): readonly UsageColumn[] {
  return COLUMNS.filter(({ cell }) => usages.some((usage) => cell(usage) !== ''));
}

/** What all of the run has used, of what it may; nothing where nobody told. */
export function usageLines(state: RunState): string[] {
  const usage = usageOfRun(state);
  const words = boundUsageWords(usage, state.budget);
  if (words === '') return [];
  const missing = untoldWords(usage);
  return [`used: ${words}${missing === '' ? '' : `; ${missing}`}`];
}

/** Whose budget nears its end, or is at it: the run's, and those of tasks at work. */
export function budgetLines(state: RunState): string[] {
  const ofRun = fullestBudget(state, null);
  const ofTasks = [...state.tasks.values()].flatMap((task) => taskBudgetLine(state, task));
  return [...(ofRun === null ? [] : [`run: ${reachedWords(ofRun)}`]), ...ofTasks];
}

function taskBudgetLine(state: RunState, { outline, status }: TaskState): string[] {
  const reached = isActive(status) ? fullestBudget(state, outline.id) : null;
  return reached === null ? [] : [`${outline.id}: ${reachedWords(reached)}`];
}

/** What a person does about a run that its budget has ended; null for one that something else has. */
export function afterBudget(state: RunState): string | null {
  if (state.stopping !== 'budget') return null;
  const reached = fullestBudget(state, null);
  const key = reached === null ? 'budget' : RAISE_KEYS[reached.budget];
  return `the budget of the run is used up: raise ${key} in the graph file, and agentrelay run goes on with it`;
}

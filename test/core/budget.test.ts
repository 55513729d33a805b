import { describe, expect, test } from 'vitest';
import type { BudgetReached } from '../../src/core/agent-events.ts';
import { amounts, budgetNews, fullestBudget, runSpendings, type Spending } from '../../src/core/budget.ts';
import type { Fact } from '../../src/core/events.ts';
import { NO_CHANGE } from '../../src/core/retry-change.ts';
import { emptyRunState, type RunState } from '../../src/core/run-state.ts';
import { Journal, startLog } from '../support/core.ts';
import { makeGraph } from '../support/graphs.ts';

const cost = (spent: number, limit = 10): Spending => ({ budget: 'cost_usd', spent, limit });

/** What is told at each of these, one after the other. */
function told(...found: readonly Spending[]): string[] {
  const state = emptyRunState();
  return found.flatMap((one) => {
    const news = budgetNews(state, 'a', [one]);
    state.budgets.push(...news);
    return news.map(({ percent, spent }) => `${percent}:${spent}`);
  });
}

describe('what is reached is told once', () => {
  test.each<[string, readonly Spending[], readonly string[]]>([
    ['nothing below 80 percent', [cost(7.99)], []],
    ['at 80 percent, and not again after it', [cost(8), cost(9), cost(9.99)], ['80:8']],
    ['at 100 percent, and not again', [cost(8), cost(10), cost(12)], ['80:8', '100:10']],
    ['of one that jumps past both only the end', [cost(2), cost(11), cost(12)], ['100:11']],
    ['of another limit anew', [cost(8), cost(9, 20), cost(16, 20)], ['80:8', '80:16']],
    ['each bound for itself', [cost(8), { budget: 'tokens', spent: 80, limit: 100 }], ['80:8', '80:80']],
  ])('%s', (_, found, expected) => {
    expect(told(...found)).toEqual(expected);
  });
});

const REACHED: BudgetReached = { scope: 'task', task: 'a', budget: 'cost_usd', percent: 80, spent: 8, limit: 10 };
const OF_RUN: BudgetReached = { ...REACHED, scope: 'run', task: null };

/** The state after these, with both told. */
function after(...facts: readonly Fact[]): RunState {
  const log = startLog(makeGraph({ tasks: [{ id: 'a' }] }), new Journal());
  const of = { task: 'a', attempt: 1 } as const;
  const all: Fact[] = [
    { ...of, kind: 'task_started', token_hash: 'h' },
    { kind: 'budget_reached', ...REACHED },
    { kind: 'budget_reached', ...REACHED, budget: 'seconds' },
    { kind: 'budget_reached', ...OF_RUN },
    { ...of, kind: 'task_failed', code: 'c', error: 'e', failure_class: null },
    ...facts,
  ];
  for (const fact of all) log.append(fact);
  return log.state;
}

const kept = (state: RunState) => state.budgets.map(({ scope, budget }) => `${scope} ${budget}`);
const retry = (change: typeof NO_CHANGE | null): Fact => ({
  kind: 'task_retrying',
  task: 'a',
  attempt: 1,
  of: 2,
  change,
});
const BOUNDS = { max_cost_usd: 10, max_tokens: null, timeout: null };

describe('what was told holds', () => {
  const edit = { kind: 'graph_changed', digest: 'd', tasks: [], workstreams: [], added: [], removed: [] } as const;
  test.each<[string, readonly Fact[], readonly string[]]>([
    ['for later attempts, but for their time', [retry(null), started(2)], ['task cost_usd', 'run cost_usd']],
    ['until a person asks for another attempt', [retry(NO_CHANGE)], ['run cost_usd']],
    ['until the task is edited', [{ ...edit, changed: ['a'], stale: [] }], ['run cost_usd']],
    [
      'for the next owner with the same bounds',
      [{ kind: 'run_resumed', pid: 2, budget: BOUNDS }],
      ['task cost_usd', 'task seconds', 'run cost_usd'],
    ],
    [
      'of the run not for other bounds',
      [{ kind: 'run_resumed', pid: 2, budget: { ...BOUNDS, max_cost_usd: 20 } }],
      ['task cost_usd', 'task seconds'],
    ],
    ['of the run not without any', [{ kind: 'run_resumed', pid: 2, budget: null }], ['task cost_usd', 'task seconds']],
  ])('%s', (_, facts, expected) => {
    expect(kept(after(...facts))).toEqual(expected);
  });

  function started(attempt: number): Fact {
    return { kind: 'task_started', task: 'a', attempt, token_hash: 'h' };
  }
});

test('the fullest of what was told', () => {
  const state = emptyRunState();
  state.budgets.push(REACHED, { ...REACHED, budget: 'tokens', percent: 100 }, OF_RUN);
  expect([fullestBudget(state, 'a')?.budget, fullestBudget(state, null)?.percent, fullestBudget(state, 'b')]).toEqual([
    'tokens',
    80,
    null,
  ]);
});

describe('the time of a run is that of its owners', () => {
  const timeOf = (state: RunState) => state.ownedTime;

  test('it stands still after a stop, an end and a death; what a person asks for meanwhile is none', () => {
    const journal = new Journal();
    const log = startLog(makeGraph({ tasks: [{ id: 'a' }] }), journal);
    log.append({ kind: 'run_paused' });
    log.append({ kind: 'run_stopping', reason: 'detached', running: [] });
    // Each event is a second after the one before it.
    expect(timeOf(log.state)).toEqual({ before: 2000, since: null, heard: null });
    log.append({ kind: 'run_unpaused' });
    log.append({ kind: 'run_resumed', pid: 2 });
    log.append({ kind: 'run_paused' });
    log.append({ kind: 'request_applied', request: 1, action: 'unpause', task: null });
    expect(timeOf(log.state).before).toBe(2000);
    log.append({ kind: 'run_resumed', pid: 3 });
    expect(timeOf(log.state).before).toBe(3000);
    log.append({ kind: 'run_finished', outcome: 'succeeded', waiting_for: [] });
    expect(timeOf(log.state)).toEqual({ before: 4000, since: null, heard: null });
  });

  test('it is a bound of the run like the others', () => {
    const budget = { maxCostUsd: null, maxTokens: 5, timeoutMs: 90_000 };
    expect(runSpendings(budget, emptyRunState(), 45_000)).toEqual([{ budget: 'seconds', spent: 45, limit: 90 }]);
    expect(runSpendings(null, emptyRunState(), 45_000)).toEqual([]);
  });
});

test.each<[Spending, string]>([
  [cost(0.004, 5), '<$0.01 of $5.00'],
  [cost(12.345), '$12.35 of $10.00'],
  [{ budget: 'tokens', spent: 120_000, limit: 100_000 }, '120,000 of 100,000 tokens'],
  [{ budget: 'seconds', spent: 90, limit: 1800 }, '90 s of 30m'],
  [{ budget: 'seconds', spent: 5400, limit: 28_800 }, '1h30m of 8h'],
])('%j in words: %s', (spending, words) => {
  expect(amounts(spending)).toBe(words);
});

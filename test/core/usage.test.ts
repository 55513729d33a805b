import { expect, test } from 'vitest';
import type { Fact } from '../../src/core/events.ts';
import { NO_CHANGE } from '../../src/core/retry-change.ts';
import type { TaskState } from '../../src/core/run-state.ts';
import { tokensOf, usageInBudget, usageOf, usageOfRun } from '../../src/core/usage.ts';
import { Journal, startLog } from '../support/core.ts';
import { makeGraph } from '../support/graphs.ts';

type Told = readonly [tokens: number, cost: number | null] | 'silent' | 'never launched';

type Attempt = readonly [told: Told, by?: '!'];

/** Failed attempts of a, each with what it told last; with `!` a person asked for the next one. */
function runOf(...attempts: Attempt[]) {
  const log = startLog(makeGraph({ tasks: [{ id: 'a' }, { id: 'b' }] }), new Journal());
  attempts.forEach(([told, by], at) => {
    const of = { task: 'a', attempt: at + 1 };
    const facts: Fact[] = [
      { ...of, kind: 'task_started', token_hash: 'h' },
      ...(told === 'never launched' ? [] : [{ ...of, kind: 'task_launched', agent: 'x:%1' } as const]),
      ...(typeof told === 'string' ? [] : [1, 2].map((part) => usageFact(of, (told[0] * part) / 2, told[1]))),
      { ...of, kind: 'task_failed', code: 'c', error: 'e', failure_class: null },
      { ...of, kind: 'task_retrying', of: 9, change: by === '!' ? NO_CHANGE : null },
    ];
    for (const fact of facts) log.append(fact);
  });
  return { log, task: () => log.state.tasks.get('a') as TaskState };
}

function usageFact(of: { task: string; attempt: number }, tokens: number, cost: number | null): Fact {
  const quarter = tokens / 4;
  return {
    ...of,
    kind: 'task_usage',
    input_tokens: quarter,
    output_tokens: quarter,
    cache_read_tokens: quarter,
    cache_write_tokens: quarter,
    cost_usd: cost,
    model: 'm',
  };
}

test('of each attempt what it told last counts, of every kind of token', () => {
  const usage = usageOf(runOf([[400, 1.5]], [[800, 0.5]]).task().attempts);
  expect([usage.costUsd, tokensOf(usage)]).toEqual([2, 1200]);
  expect(usage).toMatchObject({ inputTokens: 300, outputTokens: 300, cacheReadTokens: 300, cacheWriteTokens: 300 });
});

test('nobody told: there is no cost and no number of tokens, and no zero', () => {
  const usage = usageOf(runOf(['silent']).task().attempts);
  expect([usage.costUsd, tokensOf(usage), usage.told]).toEqual([null, null, 0]);
});

test('how many did not tell, and how many told no price; one that never had an agent is neither', () => {
  const usage = usageOf(runOf(['silent'], [[4, null]], [[8, 3]], ['never launched']).task().attempts);
  expect(usage).toMatchObject({ told: 2, unpriced: 1, silent: 1, costUsd: 3 });
});

test('the budget of a task counts all attempts since a person last asked for one', () => {
  const by = (...attempts: Attempt[]) => usageInBudget(runOf(...attempts).task()).costUsd;
  expect(by([[4, 1]], [[4, 2]])).toBe(3);
  expect(by([[4, 1], '!'], [[4, 2]], [[4, 4]])).toBe(6);
  expect(by([[4, 1], '!'])).toBeNull();
});

test('what an edit of a failed task took back counts no more', () => {
  const { log, task } = runOf([[4, 1]], [[4, 2]]);
  for (const kind of ['task_started', 'task_failed'] as const) {
    const of = { task: 'a', attempt: 3 };
    log.append(
      kind === 'task_started'
        ? { ...of, kind, token_hash: 'h' }
        : { ...of, kind, code: 'c', error: 'e', failure_class: null },
    );
  }
  const change = { added: [], removed: [], changed: ['a'], stale: [] };
  const outline = { workstream: 'default', role: 'generic', framework: 'command', dependencies: [] };
  log.append({
    kind: 'graph_changed',
    digest: 'd',
    tasks: [{ id: 'a', ...outline }],
    workstreams: [],
    ...change,
  });
  expect(usageInBudget(task()).costUsd).toBeNull();
  expect(usageOfRun(log.state).costUsd).toBe(3);
});

test('the run is all that was begun in it, also a task that is gone from the file', () => {
  const { log } = runOf([[4, 1]], [[4, 2]]);
  log.append({ kind: 'task_started', task: 'b', attempt: 1, token_hash: 'h' });
  log.append(usageFact({ task: 'b', attempt: 1 }, 4, 10));
  expect(usageOfRun(log.state).costUsd).toBe(13);
  const change = { added: [], removed: ['a'], changed: [], stale: [] };
  const outline = { workstream: 'default', role: 'generic', framework: 'command', dependencies: [] };
  log.append({ kind: 'graph_changed', digest: 'd', tasks: [{ id: 'b', ...outline }], workstreams: [], ...change });
  expect([log.state.tasks.size, usageOfRun(log.state).costUsd]).toEqual([1, 13]);
});

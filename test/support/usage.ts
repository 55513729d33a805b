import type { FactOf } from '../../src/core/events.ts';

/** What an attempt of this task tells of its usage: the tokens are those that it wrote. */
export function usageFact(
  { task, attempt = 1 }: { task: string; attempt?: number },
  cost: number | null,
  tokens: number,
  more: Partial<FactOf<'task_usage'>> = {},
): FactOf<'task_usage'> {
  const others = { input_tokens: 0, cache_read_tokens: 0, cache_write_tokens: 0 };
  return { kind: 'task_usage', task, attempt, ...others, output_tokens: tokens, cost_usd: cost, model: null, ...more };
}

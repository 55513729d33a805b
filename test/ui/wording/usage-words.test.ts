import { expect, test } from 'vitest';
import type { BudgetReached, RunBounds } from '../../../src/core/agent-events.ts';
import type { Usage } from '../../../src/core/usage.ts';
import {
  boundUsageWords,
  reachedWords,
  tokenWords,
  toldWords,
  untoldWords,
} from '../../../src/ui/wording/usage-words.ts';
import { usageFact } from '../../support/usage.ts';

const NOBODY: Usage = {
  ...{ inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
  ...{ costUsd: null, told: 0, unpriced: 0, silent: 0 },
};
const TOLD: Usage = { ...NOBODY, outputTokens: 2_000, cacheReadTokens: 80_400, costUsd: 1.204, told: 2 };
const BOUNDS: RunBounds = { max_cost_usd: 5, max_tokens: 1_000_000, timeout: 60 };

test.each([
  [0, '0'],
  [999, '999'],
  [1_000, '1k'],
  [12_345, '12.3k'],
  [99_949, '99.9k'],
  [99_950, '100k'],
  [999_499, '999k'],
  [999_500, '1M'],
  [1_250_000, '1.3M'],
  [240_000_000, '240M'],
])('%i tokens: %s', (tokens, words) => {
  expect(tokenWords(tokens)).toBe(words);
});

test.each<[string, Usage, RunBounds | null, string]>([
  ['what was used', TOLD, null, '$1.20, 82.4k tokens'],
  ['of what may be', TOLD, BOUNDS, '$1.20 of $5.00, 82.4k of 1M tokens'],
  ['of the one bound that there is', TOLD, { ...BOUNDS, max_tokens: null }, '$1.20 of $5.00, 82.4k tokens'],
  ['without a price', { ...TOLD, costUsd: null }, BOUNDS, '82.4k of 1M tokens'],
  ['nothing where nobody told', { ...NOBODY, silent: 3 }, BOUNDS, ''],
])('%s', (_, usage, bounds, words) => {
  expect(boundUsageWords(usage, bounds)).toBe(words);
});

test.each<[Partial<Usage>, string]>([
  [{}, ''],
  [{ silent: 1 }, '1 attempt did not tell what it used'],
  [{ silent: 2, unpriced: 1 }, '2 attempts did not tell what they used, 1 told no price'],
  // No price at all is plain to see.
  [{ unpriced: 2, costUsd: null }, ''],
  [{ told: 0, silent: 4 }, ''],
])('what is missing: %j', (more, words) => {
  expect(untoldWords({ ...TOLD, ...more })).toBe(words);
});

test('what one attempt told, by kind', () => {
  const all = { input_tokens: 100, cache_read_tokens: 70_000, cache_write_tokens: 5_000, model: 'opus' };
  expect(toldWords(usageFact({ task: 'a' }, 1.5, 2_000, all))).toBe(
    '$1.50, 77.1k tokens (in 100, out 2k, cache read 70k, cache write 5k), opus',
  );
  expect(toldWords(usageFact({ task: 'a' }, null, 2_000))).toBe('2k tokens (out 2k)');
});

const REACHED: BudgetReached = { scope: 'task', task: 'a', budget: 'cost_usd', percent: 80, spent: 4.1, limit: 5 };

test.each<[Partial<BudgetReached>, string]>([
  [{}, '80 % of its budget: $4.10 of $5.00'],
  [{ percent: 100, spent: 5.5 }, 'its budget is used up: $5.50 of $5.00'],
  [{ scope: 'run', task: null, budget: 'seconds', spent: 2880, limit: 3600 }, '80 % of the time: 48m of 1h'],
  [{ budget: 'seconds', spent: 48, limit: 60 }, '80 % of its time: 48 s of 60 s'],
])('%j', (more, words) => {
  expect(reachedWords({ ...REACHED, ...more })).toBe(words);
});

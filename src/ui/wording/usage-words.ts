import type { BudgetReached, RunBounds, UsageTold } from '../../core/agent-events.ts';
import { amounts, dollarWords } from '../../core/budget.ts';
import { tokensOf, type Usage } from '../../core/usage.ts';
import { plural } from '../format.ts';

/** `950`, `12.3k`, `120k`, `1.2M`. */
export function tokenWords(tokens: number): string {
  const [size, unit] = tokens < 999_500 ? [1000, 'k'] : [1_000_000, 'M'];
  if (tokens < 1000) return String(tokens);
  const value = tokens / size;
  return `${value < 99.95 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)}${unit}`;
}

/** `$1.20`; empty where nobody told. */
export function costWords({ costUsd }: Usage): string {
  return costUsd === null ? '' : dollarWords(costUsd);
}

/** `$1.20, 82k tokens`; empty where nobody told. */
export function usageWords(usage: Usage): string {
  return boundUsageWords(usage, null);
}

/** The same of what the run may use: `$1.20 of $5.00, 82k of 1M tokens`. */
export function boundUsageWords(usage: Usage, bounds: RunBounds | null): string {
  const tokens = tokensOf(usage);
  const { max_cost_usd: cost = null, max_tokens: most = null } = bounds ?? {};
  const parts = [
    `${costWords(usage)}${usage.costUsd === null || cost === null ? '' : ` of ${dollarWords(cost)}`}`,
    tokens === null ? '' : `${tokenWords(tokens)}${most === null ? '' : ` of ${tokenWords(most)}`} tokens`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** Of one attempt, by kind of token: `$1.20, 82k tokens (in 2k, out 5k, cache read 70k, cache write 5k), opus`. */
export function toldWords(told: UsageTold): string {
  const kinds = [
    ['in', told.input_tokens],
    ['out', told.output_tokens],
    ['cache read', told.cache_read_tokens],
    ['cache write', told.cache_write_tokens],
  ] as const;
  const sum = kinds.reduce((total, [, tokens]) => total + tokens, 0);
  const cost = told.cost_usd === null ? '' : `${dollarWords(told.cost_usd)}, `;
  const parts = kinds.filter(([, tokens]) => tokens > 0).map(([kind, tokens]) => `${kind} ${tokenWords(tokens)}`);
  const split = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  return `${cost}${tokenWords(sum)} tokens${split}${told.model === null ? '' : `, ${told.model}`}`;
}

/** What is missing in these numbers; empty where nothing is, and where nobody told anything. */
export function untoldWords({ told, unpriced, silent }: Usage): string {
  if (told === 0) return '';
  const parts = [
    silent === 0 ? '' : `${plural(silent, 'attempt')} did not tell what ${silent === 1 ? 'it' : 'they'} used`,
    unpriced === 0 || unpriced === told ? '' : `${unpriced} told no price`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** `80 % of its budget: $4.10 of $5.00`, `its budget is used up: $5.10 of $5.00`. */
export function reachedWords(reached: BudgetReached): string {
  const what = reached.budget === 'seconds' ? 'time' : 'budget';
  const whose = `${reached.scope === 'task' ? 'its' : 'the'} ${what}`;
  const sum = amounts(reached);
  return reached.percent === 100 ? `${whose} is used up: ${sum}` : `80 % of ${whose}: ${sum}`;
}

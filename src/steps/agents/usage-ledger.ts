import type { UsageTold } from '../../core/agent-events.ts';
import type { UsageEntry } from '../frameworks/framework.ts';

/** Adds up what a program tells of its use: it tells some of it twice, and some as a sum of its session. */
export class UsageLedger {
  /** By session, then by what it was told for. */
  readonly #sessions = new Map<string, Map<string, UsageEntry>>();
  #sum: UsageTold | null = null;

  /** True when the sum may be another one. */
  take(session: string, entry: UsageEntry): boolean {
    const told = this.#sessions.get(session) ?? new Map<string, UsageEntry>();
    this.#sessions.set(session, told);
    if (entry.id === 'total') told.clear();
    told.set(entry.id, entry);
    this.#sum = null;
    return true;
  }

  /** Null where nothing was told. */
  sum(): UsageTold | null {
    if (this.#sum !== null) return this.#sum;
    const entries = [...this.#sessions.values()].flatMap((told) => [...told.values()]);
    if (entries.length === 0) return null;
    const costs = entries.flatMap(({ costUsd }) => costUsd ?? []);
    const total = (of: (entry: UsageEntry) => number) => entries.reduce((sum, entry) => sum + of(entry), 0);
    this.#sum = {
      input_tokens: total((entry) => entry.inputTokens),
      output_tokens: total((entry) => entry.outputTokens),
      cache_read_tokens: total((entry) => entry.cacheReadTokens),
      cache_write_tokens: total((entry) => entry.cacheWriteTokens),
      cost_usd: costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0),
      model: entries.findLast(({ model }) => model !== null)?.model ?? null,
    };
    return this.#sum;
  }
}

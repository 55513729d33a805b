import type { UsageTold } from '../../core/agent-events.ts';
import type { UsageEntry } from '../frameworks/framework.ts';

/** By session, then by what it was told for. */
type Entries = Map<string, Map<string, UsageEntry>>;

/** Adds up what a program tells of its use: it tells some of it twice, and some as a sum of its session. */
export class UsageLedger {
  readonly #told: Entries = new Map();
  /** A session that goes on tells once more what it had used before. */
  readonly #earlier: Entries = new Map();
  #sum: UsageTold | null = null;

  /** True when the sum may be another one. With `isEarlier` of what was used before this agent was started. */
  take(session: string, entry: UsageEntry, isEarlier = false): boolean {
    const sessions = isEarlier ? this.#earlier : this.#told;
    const told = sessions.get(session) ?? new Map<string, UsageEntry>();
    sessions.set(session, told);
    if (entry.id === 'total') told.clear();
    told.set(entry.id, entry);
    this.#sum = null;
    return !isEarlier;
  }

  knows(session: string, id: string): boolean {
    return [this.#told, this.#earlier].some((sessions) => sessions.get(session)?.has(id));
  }

  /** Null where nothing was told. */
  sum(): UsageTold | null {
    if (this.#sum !== null) return this.#sum;
    const entries = [...this.#told].flatMap(([session, told]) => {
      const earlier = this.#earlier.get(session);
      return [...told.values()].map((entry) => since(entry, earlier?.get(entry.id)));
    });
    if (entries.length === 0) return null;
    const costs = entries.flatMap(({ costUsd }) => costUsd ?? []);
    const total = (of: (entry: UsageEntry) => number) => sumOf(entries.map(of));
    this.#sum = {
      input_tokens: total((entry) => entry.inputTokens),
      output_tokens: total((entry) => entry.outputTokens),
      cache_read_tokens: total((entry) => entry.cacheReadTokens),
      cache_write_tokens: total((entry) => entry.cacheWriteTokens),
      cost_usd: costs.length === 0 ? null : sumOf(costs),
      model: entries.findLast(({ model }) => model !== null)?.model ?? null,
    };
    return this.#sum;
  }
}

/** The agent may write anything there: nothing gives back what was used, and every sum can be written down. */
function sumOf(amounts: readonly number[]): number {
  return Math.min(
    Number.MAX_SAFE_INTEGER,
    amounts.reduce((sum, amount) => sum + Math.max(0, amount), 0),
  );
}

/** What has come to it. */
function since(entry: UsageEntry, earlier: UsageEntry | undefined): UsageEntry {
  if (earlier === undefined) return entry;
  const more = (of: (entry: UsageEntry) => number) => Math.max(0, of(entry) - of(earlier));
  return {
    ...entry,
    inputTokens: more((one) => one.inputTokens),
    outputTokens: more((one) => one.outputTokens),
    cacheReadTokens: more((one) => one.cacheReadTokens),
    cacheWriteTokens: more((one) => one.cacheWriteTokens),
    costUsd: entry.costUsd === null ? null : more((one) => one.costUsd ?? 0),
  };
}

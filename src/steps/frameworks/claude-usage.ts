import { z } from 'zod';
import type { UsageEntry } from './framework.ts';

const amount = z.number().default(0);
const modelUsage = z.record(
  z.string(),
  z.object({
    inputTokens: amount,
    outputTokens: amount,
    cacheReadInputTokens: amount,
    cacheCreationInputTokens: amount,
    costUSD: amount,
  }),
);

/** What the line at the end of a turn tells of its use. */
export const claudeResultUsage = {
  total_cost_usd: z.number().optional(),
  /** Of the session, in versions that tell a turn's own beside it; of the process in others. */
  modelUsage: modelUsage.optional(),
  model_usage_since_last_result: modelUsage.optional(),
};

interface ResultUsage {
  readonly total_cost_usd?: number | undefined;
  readonly modelUsage?: z.infer<typeof modelUsage> | undefined;
  readonly model_usage_since_last_result?: z.infer<typeof modelUsage> | undefined;
}

const tokens = z.number().nullish();

/** What an answer tells of its use, in the stream and in the transcript. */
export const claudeAnswerUsage = z
  .object({
    input_tokens: tokens,
    output_tokens: tokens,
    cache_read_input_tokens: tokens,
    cache_creation_input_tokens: tokens,
  })
  .nullish();

interface Message {
  readonly id: string;
  readonly model?: string | null | undefined;
  readonly usage?: z.infer<typeof claudeAnswerUsage>;
}

type Amounts = Omit<UsageEntry, 'id' | 'isSum' | 'model' | 'costUsd'> & { readonly costUsd: number };

const NONE: Amounts = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0 };

/**
 * Adds up the turns of a stream. What a turn has used is known at its end; until then its answers tell most of their
 * tokens. A turn that was broken off has no end: it is counted with the next, whose sum it is in.
 */
export class ClaudeTurns {
  #turn = 1;
  /** Of this turn, by the ids of its answers: one is told in several lines. */
  readonly #answers = new Map<string, Amounts>();
  /** Their sum: a turn may have thousands. */
  #answered = NONE;
  #wasBroken = false;
  /** By session: its sum at its last end. */
  readonly #sums = new Map<string, Amounts>();

  /** A process has started. */
  begin(): void {
    this.#wasBroken = this.#answers.size > 0;
  }

  /** Null for words of the program itself. */
  said({ id, model = null, usage }: Message): UsageEntry | null {
    if (usage == null || model === '<synthetic>') return null;
    const answer = {
      inputTokens: usage.input_tokens ?? 0,
      outputTokens: usage.output_tokens ?? 0,
      cacheReadTokens: usage.cache_read_input_tokens ?? 0,
      cacheWriteTokens: usage.cache_creation_input_tokens ?? 0,
      costUsd: 0,
    };
    this.#answered = plus(minus(this.#answered, this.#answers.get(id) ?? NONE), answer);
    this.#answers.set(id, answer);
    return this.#entry({ ...this.#answered, costUsd: null }, model);
  }

  ended(session: string, result: ResultUsage): UsageEntry | null {
    const told = this.#used(session, result);
    const models = result.model_usage_since_last_result ?? result.modelUsage ?? {};
    const entry = told === null ? null : this.#entry(told, mostUsed(models));
    this.#turn += 1;
    this.#answers.clear();
    this.#answered = NONE;
    this.#wasBroken = false;
    return entry;
  }

  #used(session: string, result: ResultUsage): Amounts | null {
    const { modelUsage: all, model_usage_since_last_result: own } = result;
    if (all === undefined) return null;
    const sum = { ...sumOf(all), ...(result.total_cost_usd === undefined ? {} : { costUsd: result.total_cost_usd }) };
    const before = this.#sums.get(session) ?? null;
    this.#sums.set(session, sum);
    if (own === undefined) return before !== null && this.#goesOnFrom(before, sum) ? minus(sum, before) : sum;
    if (before !== null) return minus(sum, before);
    // The sum of a session that an earlier agent has begun is not all of this one.
    return this.#wasBroken && read(minus(sum, sumOf(own))) <= read(this.#answered) ? sum : sumOf(own);
  }

  /** A process that does not know what earlier ones have used tells no more than its own. */
  #goesOnFrom(before: Amounts, sum: Amounts): boolean {
    const more = minus(sum, before);
    const own = this.#answered;
    return sum.costUsd >= before.costUsd && sum.outputTokens >= before.outputTokens && read(more) >= read(own);
  }

  #entry(amounts: Omit<Amounts, 'costUsd'> & { readonly costUsd: number | null }, model: string | null): UsageEntry {
    return { id: `turn ${this.#turn}`, ...amounts, model };
  }
}

/** Tokens that went in, which answers tell to the last. */
function read({ inputTokens, cacheReadTokens, cacheWriteTokens }: Amounts): number {
  return inputTokens + cacheReadTokens + cacheWriteTokens;
}

function sumOf(models: z.infer<typeof modelUsage>): Amounts {
  return Object.values(models)
    .map((one) => ({
      inputTokens: one.inputTokens,
      outputTokens: one.outputTokens,
      cacheReadTokens: one.cacheReadInputTokens,
      cacheWriteTokens: one.cacheCreationInputTokens,
      costUsd: one.costUSD,
    }))
    .reduce(plus, NONE);
}

function mostUsed(models: z.infer<typeof modelUsage>): string | null {
  const [first] = Object.entries(models).toSorted(([, a], [, b]) => b.outputTokens - a.outputTokens);
  return first?.[0] ?? null;
}

function plus(a: Amounts, b: Amounts): Amounts {
  return combined(a, b, (one, other) => one + other);
}

function minus(a: Amounts, b: Amounts): Amounts {
  return combined(a, b, (one, other) => Math.max(0, one - other));
}

function combined(a: Amounts, b: Amounts, how: (one: number, other: number) => number): Amounts {
  return {
    inputTokens: how(a.inputTokens, b.inputTokens),
    outputTokens: how(a.outputTokens, b.outputTokens),
    cacheReadTokens: how(a.cacheReadTokens, b.cacheReadTokens),
    cacheWriteTokens: how(a.cacheWriteTokens, b.cacheWriteTokens),
    costUsd: how(a.costUsd, b.costUsd),
  };
}

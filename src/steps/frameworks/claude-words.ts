import { z } from 'zod';
import { type AttentionReport, MAX_CHOICE, MAX_CHOICES, MAX_QUESTION } from '../../core/attention.ts';
import type { UsageEntry } from './framework.ts';
import { limitEnd } from './limit-time.ts';
import { report } from './report.ts';

const questionsSchema = z.object({
  questions: z.array(z.object({ question: z.string(), options: z.array(z.object({ label: z.string() })) })).min(1),
});

/** The first question of the tool that asks: the others are shown when it was answered. */
export function claudeQuestions(input: unknown): AttentionReport {
  const [first] = questionsSchema.safeParse(input).data?.questions ?? [];
  if (first === undefined) return report('waiting_input');
  return {
    ...report('waiting_input'),
    question: first.question.slice(0, MAX_QUESTION),
    choices: first.options.slice(0, MAX_CHOICES).map(({ label }) => label.slice(0, MAX_CHOICE)),
  };
}

/** What ends a turn early; `words` say until when, `now` in milliseconds since 1970. An error of other kinds just ends it. */
export function claudeError(error: string, words: string, now: number): AttentionReport {
  if (error === 'rate_limit' || error === 'billing_error') {
    return { ...report('usage_limited'), until: limitEnd(words, now) };
  }
  return report(error === 'authentication_failed' ? 'login_required' : 'idle');
}

/** A prompt without what the program puts around text that was pasted. */
export function plainWords(prompt: string): string {
  return prompt
    .replace(/\n*<pasted_content\b[^>]*>\n?/gu, '')
    .replace(/\n?<\/pasted_content>/gu, '')
    .trim();
}

/** What a session has cost up to now. Its tokens are told elsewhere, answer by answer. */
export function claudeCost(costUsd: number): UsageEntry {
  const none = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
  return { id: 'cost', isSum: true, ...none, costUsd, model: null };
}

/** What a live agent is doing, beside the status of its task. */
export type Attention =
  | 'working'
  | 'idle'
  | 'waiting_permission'
  | 'waiting_input'
  | 'trust_prompt'
  | 'login_required'
  | 'usage_limited'
  | 'stalled'
  | 'exited';

/** All of them that an agent lives to tell. */
export type LiveAttention = Exclude<Attention, 'exited'>;

export const LIVE_ATTENTIONS = [
  'working',
  'idle',
  'waiting_permission',
  'waiting_input',
  'trust_prompt',
  'login_required',
  'usage_limited',
  'stalled',
] as const satisfies readonly LiveAttention[];

/** What an agent, or whoever watches it, has told of it. */
export interface AttentionReport {
  readonly state: LiveAttention;
  /** Of one that asks; null where nobody knows the words. */
  readonly question: string | null;
  /** What can be answered, in the order of their numbers from 1; empty for words of one's own. */
  readonly choices: readonly string[];
  /** Of `usage_limited`: ISO 8601 in UTC; null where nobody knows. */
  readonly until: string | null;
}

/** UTF-16 units, as strings are counted here. */
export const MAX_QUESTION = 2_000;
export const MAX_CHOICE = 200;
export const MAX_CHOICES = 9;

/** It asks a person something, and goes on with the answer. */
export function isAsking(attention: Attention | null): boolean {
  return attention === 'waiting_permission' || attention === 'waiting_input' || attention === 'trust_prompt';
}

/** Only of an agent that asks there is a question, and only of one that is limited a time. */
export function plainReport({ state, question, choices, until }: AttentionReport): AttentionReport {
  const asked = isAsking(state) ? { question, choices } : { question: null, choices: [] };
  return { state, ...asked, until: state === 'usage_limited' ? until : null };
}

/** What is typed for an answer: a choice's number stands for its text. */
export function answerText(choices: readonly string[], text: string): string {
  return (/^[1-9]$/.test(text.trim()) ? choices[Number(text) - 1] : undefined) ?? text;
}

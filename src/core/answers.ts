import type { Agent, SendResult } from './agent-handle.ts';
import { answerText } from './attention.ts';
import { RequestRefused } from './request-refused.ts';
import type { Request } from './requests.ts';
import type { AttemptState } from './run-state.ts';

/** Never given to an agent that has gone on meanwhile. Throws `RequestRefused`. */
export function answerOf(attempt: AttemptState | null, request: Extract<Request, { action: 'answer' }>): GivenAnswer {
  const { task, text, since } = request;
  const asks = attempt?.asks;
  if (asks && (since === undefined || since === asks.since)) {
    return { choices: asks.choices, text, grants: attempt.attention !== 'waiting_input' };
  }
  if (asks) throw new RequestRefused('other_question', `the agent of ${task} asks something else now`);
  const hint = `agentrelay send ${task} TEXT writes to it anyhow`;
  throw new RequestRefused('not_asking', `the agent of ${task} asks nothing`, hint);
}

export interface GivenAnswer {
  readonly choices: readonly string[];
  readonly text: string;
  /** It asks to be allowed something, or to be trusted. */
  readonly grants: boolean;
}

/** Throws nothing of its own: the result tells what became of it. */
export async function giveAnswer(
  agent: Agent,
  { choices, text, grants }: GivenAnswer,
  signal: AbortSignal,
): Promise<SendResult> {
  const words = answerText(choices, text);
  if (agent.answer === undefined) return await agent.send(words, signal);
  const word = words.trim().toLowerCase();
  if (grants && (word === 'allow' || word === 'deny')) return await agent.answer({ kind: word }, signal);
  const at = choices.indexOf(words);
  return await agent.answer(at === -1 ? { kind: 'text', text: words } : { kind: 'choice', number: at + 1 }, signal);
}

/** What was not taken must not look as if it was. Throws `RequestRefused`. */
export function requireTaken(task: string, result: SendResult): void {
  if (result === 'gone') throw new RequestRefused('agent_gone', `the agent of ${task} is gone`);
  const look = `agentrelay attach ${task} shows its screen`;
  if (result === 'failed') {
    throw new RequestRefused('not_typed', `nothing was typed: something else has the keys of ${task}'s agent`, look);
  }
  if (result === 'typed') {
    throw new RequestRefused('not_submitted', `it was typed, and the agent of ${task} was not seen to take it`, look);
  }
}

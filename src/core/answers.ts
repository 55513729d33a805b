import type { Agent, SendResult } from './agent-handle.ts';
import { answerText } from './attention.ts';
import { RequestRefused } from './request-refused.ts';
import type { Request } from './requests.ts';
import type { AttemptState } from './run-state.ts';
import type { AttemptReport } from './task-runtime.ts';

/** Never given to an agent that has gone on meanwhile. Throws `RequestRefused`. */
export function answerOf(attempt: AttemptState | null, request: Extract<Request, { action: 'answer' }>): GivenAnswer {
  const { task, text, since } = request;
  const asks = attempt?.asks;
  if (asks && (since === undefined || since === asks.since)) {
    return { choices: asks.choices, text, grants: attempt.attention !== 'waiting_input' };
  }
  if (asks) throw new RequestRefused('other_question', `the agent of ${task} asks something else now`);
  if (attempt?.attention === 'login_required') {
    throw new RequestRefused('not_asking', `the agent of ${task} waits for a login, which no answer gives`, look(task));
  }
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

/** What the agent of an attempt asks, as it was told. */
export function questionOf({ attention, asks }: AttemptState): AttemptReport {
  const state = attention === null || attention === 'exited' ? 'waiting_input' : attention;
  return { kind: `agent_${state}`, question: asks?.question ?? null, choices: asks?.choices ?? [] };
}

/** What was not taken must not look as if it was. `asked` is what an answer was given to. Throws `RequestRefused`. */
export function requireTaken(task: string, result: SendResult, asked: AttemptState | null): void {
  if (result === 'gone') throw new RequestRefused('agent_gone', `the agent of ${task} is gone`);
  if (result === 'failed') {
    const takes = answersOf(asked);
    if (takes === null) {
      const why = `the agent of ${task} has a dialog open, words of somebody in its input, or takes nothing while it works`;
      throw new RequestRefused('not_typed', `nothing was typed: ${why}`, look(task));
    }
    const hint = `it takes ${takes}; ${look(task)}`;
    throw new RequestRefused('not_typed', `nothing was typed: ${task} takes no such answer`, hint);
  }
  if (result === 'typed') {
    const message = `it was typed, and the agent of ${task} was not seen to take it`;
    throw new RequestRefused('not_submitted', message, look(task));
  }
}

function look(task: string): string {
  return `agentrelay attach ${task} shows its screen`;
}

/** Null where nobody knows what would do. */
function answersOf(asked: AttemptState | null): string | null {
  const count = asked?.asks?.choices.length ?? 0;
  if (count === 0) return null;
  const numbers = count === 1 ? '1' : `1 to ${count}`;
  return asked?.attention === 'waiting_input' ? numbers : `allow, deny, or ${numbers}`;
}

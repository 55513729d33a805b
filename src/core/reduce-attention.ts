import { type AttentionReport, isAsking, type LiveAttention, plainReport } from './attention.ts';
import type { RunEvent } from './events.ts';
import type { AttemptState } from './run-state.ts';
import { sameValue } from './same-value.ts';

type Patch = Partial<AttemptState>;
type Told = Extract<RunEvent, { kind: `agent_${LiveAttention}` }>;
type Prompted = Extract<RunEvent, { kind: 'task_prompted' | 'task_sent_back' | 'task_nudged' }>;

const NOTHING = { asks: null, until: null } as const;

/** What an agent has told of itself; of one whose attempt is over it is no news any more. */
export function attentionPatch(attempt: AttemptState, event: Told): Patch {
  const { question: asked = null, choices: offered = [], until: end = null } = event;
  const told = event.kind.slice('agent_'.length) as LiveAttention;
  const report = plainReport({ state: told, question: asked, choices: offered, until: end });
  if (attempt.endedAt !== null || isKnown(attempt, report)) return {};
  const { state, question, choices, until } = report;
  return {
    attention: state,
    attentionSince: state === attempt.attention ? attempt.attentionSince : event.at,
    asks: isAsking(state) ? { question, choices, since: event.at } : null,
    until,
  };
}

/** Told once more, and nothing is new. */
export function isKnown(attempt: AttemptState, report: AttentionReport): boolean {
  const { question = null, choices = [] } = attempt.asks ?? {};
  return sameValue({ state: attempt.attention, question, choices, until: attempt.until }, report);
}

/** An agent that has taken a prompt goes on with it, whatever it waited for. */
export function promptPatch({ endedAt, attention }: AttemptState, { result, at }: Prompted): Patch {
  const isTaken = result === 'submitted' || result === 'queued';
  if (!isTaken || endedAt !== null || attention === 'exited' || attention === 'working') return {};
  return { attention: 'working', attentionSince: at, ...NOTHING };
}

export function exitPatch(event: Extract<RunEvent, { kind: 'agent_exited' }>): Patch {
  return { attention: 'exited', attentionSince: event.at, exitCode: event.exit_code ?? null, ...NOTHING };
}

/** Nobody guesses what a live agent does. */
export function unknownPatch(attempt: AttemptState, at: string): Patch {
  return attempt.endedAt === null ? quietPatch(attempt, at) : {};
}

/** What it did is over, and nobody has told what it does now. */
export function quietPatch({ attention }: AttemptState, at: string): Patch {
  return attention === null || attention === 'exited' ? {} : { attention: null, attentionSince: at, ...NOTHING };
}

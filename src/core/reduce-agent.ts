import type { AgentFact, UsageTold } from './agent-events.ts';
import type { RunEvent } from './events.ts';
import { attentionPatch, exitPatch, promptPatch, unknownPatch } from './reduce-attention.ts';
import type { AttemptState } from './run-state.ts';

type AgentEvent = Extract<RunEvent, { kind: AgentFact['kind'] }>;

/** What a fact about its agent changes in an attempt. */
export function agentPatch(attempt: AttemptState, event: AgentEvent): Partial<AttemptState> {
  switch (event.kind) {
    case 'task_waiting':
      return { step: 'wait', seenBy: event.seen_by ?? null };
    case 'task_dialog_answered':
      return unknownPatch(attempt, event.at);
    case 'task_session':
      return { session: event.session, transcript: event.transcript };
    case 'task_prompted':
      return { ...promptPatch(attempt, event), nudged: false };
    case 'task_nudged':
      return { ...promptPatch(attempt, event), nudged: true };
    case 'task_parked':
      return { parkedUntil: event.until, parkedSince: attempt.parkedSince ?? event.at };
    case 'task_unparked':
      return unparkedPatch(attempt, event.at);
    case 'task_usage':
      return { usage: usageOf(event) };
    case 'task_place_changed': {
      const { state, reason, agent = attempt.agent, at } = event;
      return {
        agent,
        placeState: { state, reason, since: attempt.placeState?.state === state ? attempt.placeState.since : at },
      };
    }
    case 'task_command_started': {
      const { phase, number, of, command } = event;
      return { command: { phase, number, of, command } };
    }
    case 'task_command_ended':
      return { command: null };
    case 'agent_exited':
      return exitPatch(event);
    case 'agent_unknown':
      return unknownPatch(attempt, event.at);
    default:
      return attentionPatch(attempt, event);
  }
}

/** It has its slot again, or needs none any more. */
export function unparkedPatch({ parkedSince, parkedMs }: AttemptState, at: string): Partial<AttemptState> {
  if (parkedSince === null) return {};
  const more = Math.max(0, Date.parse(at) - Date.parse(parkedSince));
  return { parkedUntil: null, parkedSince: null, parkedMs: parkedMs + more };
}

function usageOf({ input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_usd, model }: UsageTold) {
  return { input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_usd, model };
}

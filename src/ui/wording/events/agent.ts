import type { AgentFact } from '../../../core/agent-events.ts';
import type { RunEvent } from '../../../core/events.ts';
import { sendWords } from '../send-words.ts';
import { toldWords } from '../usage-words.ts';
import { attentionWording } from './attention.ts';
import { type Said, say } from './said.ts';

type AgentEvent = Extract<RunEvent, { kind: AgentFact['kind'] }>;

/** Of the agent of an attempt, and of the commands that run around it. */
export function agentWording(event: AgentEvent): Said {
  switch (event.kind) {
    case 'task_waiting':
      return say('working', waitingDetail(event), 'quiet');
    case 'task_dialog_answered':
      return say('dialog answered', `${event.dialog} with ${event.keys.join(' ')}`, 'quiet');
    case 'task_session':
      return say('session', event.session, 'quiet');
    case 'task_prompted':
      return say('prompted', sendWords(event.result) ?? 'by a person', 'quiet');
    case 'task_nudged':
      return say('nudged', sendWords(event.result) ?? event.missing.join(', '), 'warn');
    case 'task_parked':
      return say('parked', `until ${event.until}; its slot is free`, 'warn');
    case 'task_unparked':
      return say('goes on', UNPARKED[event.cause], 'quiet');
    case 'task_usage':
      return say('usage', toldWords(event), 'quiet');
    case 'task_place_changed':
      return say(event.state, placeDetail(event), event.state === 'unreachable' ? 'warn' : 'quiet');
    case 'task_command_started':
      return say(event.phase, event.command, 'quiet');
    case 'task_command_ended':
      return commandEndWording(event);
    case 'agent_exited':
      return say('agent exited', event.exit_code === null ? 'without an exit code' : `code ${event.exit_code}`, 'warn');
    case 'agent_unknown':
      return say('unknown', `what it does is not clear: ${event.evidence.join(', ')}`, 'warn');
    default:
      return attentionWording(event);
  }
}

const UNPARKED: Readonly<Record<Extract<AgentEvent, { kind: 'task_unparked' }>['cause'], string>> = {
  time: 'its limit is over',
  signal: 'it has signalled',
  agent: 'before its time',
};

function placeDetail({ agent, reason }: Extract<AgentEvent, { kind: 'task_place_changed' }>): string {
  return [agent, reason].filter((part) => part != null).join(': ');
}

function waitingDetail({ seen_by: seenBy, tries = 1 }: Extract<AgentEvent, { kind: 'task_waiting' }>): string {
  const told = seenBy === undefined || seenBy === 'process' ? '' : `prompt seen by ${seenBy}`;
  return tries > 1 ? `${told}, at try ${tries}` : told;
}

function commandEndWording({
  phase,
  exit_code: code,
  output,
}: Extract<AgentEvent, { kind: 'task_command_ended' }>): Said {
  if (code === 0) return say(`${phase} done`, '', 'quiet');
  return say(`${phase} failed`, `${code === null ? 'ended by its time limit' : `code ${code}`}; ${output}`, 'warn');
}

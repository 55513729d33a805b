import { isAsking, type LiveAttention } from '../../../core/attention.ts';
import type { RunEvent } from '../../../core/events.ts';
import { choiceWords } from '../attention-words.ts';
import { type Said, say } from './said.ts';

/** Of an agent that asks: its question where it is known, else for what, then the choices by their numbers. */
export function attentionWording(event: Extract<RunEvent, { kind: `agent_${LiveAttention}` }>): Said {
  const attention = event.kind.slice('agent_'.length) as LiveAttention;
  if (attention === 'working') return say('working', '', 'quiet');
  if (!isAsking(attention))
    return say(attention.replaceAll('_', ' '), event.until ? `until ${event.until}` : '', 'warn');
  const choices = choiceWords(event.choices ?? []);
  const question = event.question ?? attention.replace('waiting_', 'for ').replaceAll('_', ' ');
  return say('asks', choices === '' ? question : `${question} (${choices})`, 'warn');
}

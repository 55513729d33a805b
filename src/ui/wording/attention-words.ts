import { isAsking } from '../../core/attention.ts';
import { placeWait } from '../../core/place-state.ts';
import type { AttemptState } from '../../core/run-state.ts';
import { momentOf } from './moment.ts';

type AgentState = Pick<AttemptState, 'attention' | 'asks' | 'until' | 'parkedUntil' | 'nudged'>;

/** That an agent is queued or cannot be reached, and why; null for one that is there. */
export function placeWords(attempt: Pick<AttemptState, 'placeState' | 'signalled'>): string | null {
  const wait = placeWait(attempt);
  return wait === null ? null : [wait.state, wait.reason].filter((part) => part !== null).join(': ');
}

/** What an agent asks, or waits for, in a few words; null for one that nobody need think of. */
export function attentionWords({ attention, asks, until, parkedUntil, nudged }: AgentState): string | null {
  if (asks !== null) return asks.question ?? plain(attention);
  if (parkedUntil !== null) return `usage limited until ${momentOf(parkedUntil)}, its slot is free`;
  if (attention === 'usage_limited' && until !== null) return `usage limited until ${momentOf(until)}`;
  if (attention === null || attention === 'working') return null;
  return attention === 'idle' && nudged ? 'idle, though it was nudged' : plain(attention);
}

/** What can be answered, by its numbers; empty where that is words of one's own. */
export function choiceWords(choices: readonly string[]): string {
  return choices.map((choice, at) => `${at + 1} ${choice}`).join(', ');
}

/** The arguments of the command by which a person helps an agent on; what is to be chosen is not chosen here. */
export function helpCommand(task: string, { attention, asks }: Pick<AgentState, 'attention' | 'asks'>): string[] {
  if (asks !== null && isAsking(attention)) {
    const count = asks.choices.length;
    return ['answer', task, attention !== 'waiting_input' ? 'allow/deny' : count > 0 ? `1-${count}` : 'TEXT'];
  }
  return attention === 'idle' ? ['send', task, 'TEXT'] : ['attach', task];
}

function plain(attention: string | null): string {
  return (attention ?? 'waits').replaceAll('_', ' ');
}

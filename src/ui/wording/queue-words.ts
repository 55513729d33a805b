import type { QueueEntry } from '../../core/events.ts';

/** `2nd in the queue for main`; the one that merges now is the first. */
export function inTheQueue(place: number, target: string): string {
  return `${ordinal(place)} in the queue for ${target}`;
}

/** In their order: who merges now, then who waits. */
export function queueWords(entries: readonly QueueEntry[]): string {
  const [first, ...others] = entries.map(queueName);
  if (first === undefined) return 'nobody waits';
  return others.length === 0 ? first : `${first} now, then ${others.join(', ')}`;
}

function queueName(entry: QueueEntry): string {
  return 'task' in entry ? entry.task : `lane ${entry.workstream}`;
}

const ENDINGS = ['th', 'st', 'nd', 'rd'];

function ordinal(place: number): string {
  const isTeen = Math.floor((place % 100) / 10) === 1;
  return `${place}${(isTeen ? undefined : ENDINGS[place % 10]) ?? 'th'}`;
}

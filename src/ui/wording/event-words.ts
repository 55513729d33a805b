import type { RunEvent } from '../../core/events.ts';
import { attemptWording } from './events/attempt.ts';
import { laneWording } from './events/lane.ts';
import { runWording } from './events/run.ts';
import type { Said } from './events/said.ts';

/** What a line says: what it is about, in a word or two what happened, and the particulars. */
export interface Wording extends Said {
  readonly subject: string;
}

/** What is to be said of an event, in words. */
export function wordingOf(event: RunEvent): Wording {
  if ('attempt' in event) return { subject: event.task, ...attemptWording(event) };
  if ('workstream' in event) return { subject: `lane ${event.workstream}`, ...laneWording(event) };
  return { subject: ('task' in event ? event.task : null) ?? 'run', ...runWording(event) };
}

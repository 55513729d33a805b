import type { RunEvent } from '../core/events.ts';
import { followJournal } from '../steps/tools/journal-follow.ts';

export interface AwaitedAttempt {
  /** Path of the journal. */
  readonly journal: string;
  /** Events that were there when the attempt had not ended. */
  readonly known: number;
  readonly task: string;
  readonly number: number;
}

/**
 * Aborts `signal` when the attempt has ended, the run is over, or `leave` is aborted. `done` rejects where the journal
 * cannot be read.
 */
export function attemptOver(
  awaited: AwaitedAttempt,
  leave: AbortSignal,
): { readonly signal: AbortSignal; readonly done: Promise<void> } {
  const over = new AbortController();
  const follow = async () => {
    try {
      for await (const event of followJournal(awaited.journal, leave)) if (isEnd(event, awaited)) break;
    } finally {
      over.abort();
    }
  };
  const done = follow();
  // Whoever waits for it hears of it; until then it is no unhandled one.
  done.catch(() => {});
  return { signal: over.signal, done };
}

const ENDS: readonly RunEvent['kind'][] = ['task_succeeded', 'task_failed', 'task_cancelled'];

function isEnd(event: RunEvent, { known, task, number }: AwaitedAttempt): boolean {
  // A run that waited for a person has ended before, and went on.
  if (event.kind === 'run_finished') return event.seq > known;
  return 'attempt' in event && event.task === task && event.attempt === number && ENDS.includes(event.kind);
}

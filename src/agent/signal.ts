import { join } from 'node:path';
import { createFileAtomic, readIfThere } from '../steps/tools/atomic-file.ts';
import { type Attempt, requireNotFenced } from './attempt.ts';
import { Refusal } from './refusal.ts';

/** A signal that was written and not yet taken up or sent back. */
export interface AwaitingSignal {
  readonly outcome: 'done' | 'failed';
  readonly payload: string;
}

/** Null when there is none. */
export function awaitingSignal(attempt: Attempt): AwaitingSignal | null {
  for (const outcome of ['done', 'failed'] as const) {
    const text = readIfThere(join(attempt.signalDir, `.${outcome}`));
    if (text !== null) return { outcome, payload: text.split('\n')[1] ?? '' };
  }
  return null;
}

/**
 * Writes `.done` or `.failed`: time, payload, token, a line each. The first signal counts: false when the very same
 * one is there already; throws `Refusal` (1) when another is.
 */
export function writeSignal(attempt: Attempt, signal: AwaitingSignal): boolean {
  const before = awaitingSignal(attempt);
  if (before !== null) return requireSame(attempt, before, signal);
  requireNotFenced(attempt);
  const content = `${new Date().toISOString()}\n${signal.payload}\n${attempt.token}\n`;
  if (createFileAtomic(join(attempt.signalDir, `.${signal.outcome}`), content)) return true;
  const winner = awaitingSignal(attempt);
  // It was taken up between our two looks: ours came second, and is as good as said.
  return winner === null ? false : requireSame(attempt, winner, signal);
}

function requireSame(attempt: Attempt, before: AwaitingSignal, signal: AwaitingSignal): false {
  // A failure needs no second reason: whatever the words, it is the same claim.
  if (before.outcome === signal.outcome && (before.payload === signal.payload || signal.outcome === 'failed'))
    return false;
  throw alreadySignalled(attempt, before);
}

/** The first signal counts. */
export function alreadySignalled(attempt: Attempt, before: AwaitingSignal): Refusal {
  return new Refusal(
    1,
    `this attempt has already signalled '${before.outcome}' (${before.payload}) and the first signal counts. ` +
      `Nothing was written. End your turn and wait: if more is wanted of task '${attempt.task}', you get a new prompt ` +
      'in this session and can signal again.',
  );
}

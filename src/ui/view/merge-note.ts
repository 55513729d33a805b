import type { MergeWait } from '../../core/merge-waits.ts';
import type { AttemptState } from '../../core/run-state.ts';
import { type Word, word } from '../line.ts';
import { safeText } from '../text/safe.ts';
import { mergeWaitWords, redNames } from '../wording/proof-words.ts';

/** What a merge waits for, as a word; what cannot go on by itself stands out. */
export function mergeWaitWord(wait: MergeWait): Word {
  const isTrouble = wait.kind === 'proof' && (wait.proof.holds === false || (wait.proof.checks?.failed ?? 0) > 0);
  return word(safeText(mergeWaitWords(wait), LIMIT), isTrouble ? 'warn' : 'quiet');
}

const LIMIT = 400;

/** Of a branch whose target was taken into it since it was gated; its agent has changed nothing. Empty for others. */
export function caughtUp({ lastGate, signalled, sentBack }: AttemptState): string {
  const isOther = lastGate?.passed === true && signalled !== null && lastGate.commit !== signalled;
  return isOther && sentBack === 0 ? 'brought up to date' : '';
}

/** What an agent has to mend; empty where it has nothing to. */
export function sentBackNote(attempt: AttemptState): string {
  const { step, owes, lastGate, gateRounds, conflictRounds, conflictFiles, checkRounds, redChecks } = attempt;
  if (owes === null && step !== 'wait') return '';
  if (lastGate?.passed === false) return gateRounds === 1 ? 'gate failed' : `gate failed ${gateRounds} times`;
  // Which of the two was the last is known only while the agent is still to be told.
  const mayBe = (cause: 'conflict' | 'checks') => owes === null || owes === cause;
  const conflict = conflictRounds > 0 && mayBe('conflict') ? [`conflict: ${conflictFiles.join(', ')}`] : [];
  const checks = checkRounds > 0 && mayBe('checks') ? [redNote(checkRounds, redNames(redChecks))] : [];
  return [...conflict, ...checks].join('; ');
}

function redNote(round: number, names: string): string {
  return `checks red, back to the agent (round ${round}): ${names}`;
}

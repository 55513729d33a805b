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

/** Of a branch whose target was taken into it since its agent has signalled. Empty for others. */
export function caughtUp(attempt: AttemptState): string {
  return attempt.caughtUp ? 'brought up to date' : '';
}

/** What an agent has to mend; empty where it has nothing to. */
export function sentBackNote(attempt: AttemptState): string {
  const { step, owes, lastGate, gateRounds, conflictFiles, redChecks } = attempt;
  if (owes === null && step !== 'wait') return '';
  if (lastGate?.passed === false) return gateRounds === 1 ? 'gate failed' : `gate failed ${gateRounds} times`;
  switch (owes ?? attempt.lastSentBack) {
    case 'conflict':
      return `conflict: ${conflictFiles.join(', ')}`;
    case 'checks':
      return `checks red, back to the agent (${attempt.checkRounds} of ${attempt.checkRoundsOf}): ${redNames(redChecks)}`;
    default:
      return '';
  }
}

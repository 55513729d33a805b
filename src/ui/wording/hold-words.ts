import type { HoldReason } from '../../core/events.ts';
import type { Proof } from '../../core/proofs.ts';
import { foundWords } from './proof-words.ts';

interface Hold {
  /** What holds the lane back, after `held:`. */
  readonly name: string;
  /** What to do, in few words. */
  readonly next: string;
}

const HOLDS: Readonly<Record<HoldReason, Hold>> = {
  auto_merge_off: { name: 'auto merge off', next: 'review it, then merge it' },
  concerns: { name: 'concerns', next: 'read them, then merge it' },
  conflict: { name: 'conflict', next: 'resolve it, then merge it' },
  checked_out_dirty: { name: 'checked out dirty', next: 'commit what is there, then merge it' },
  foreign_commits: { name: 'commits of nobody’s task', next: 'review them, then merge it' },
  checks: { name: 'checks not green', next: 'mend them, then merge it' },
  protected: { name: 'target is protected', next: 'get it approved, then merge it' },
  draft: { name: 'still a draft', next: 'mark it ready, then merge it' },
};

export function isHold(reason: string): reason is HoldReason {
  return Object.hasOwn(HOLDS, reason);
}

/** Why a lane waits for a person, in a few words. */
export function holdName(reason: HoldReason): string {
  return HOLDS[reason].name;
}

/** What that person does first, in a few words. */
export function holdNext(reason: HoldReason): string {
  return HOLDS[reason].next;
}

/** What there is to do on GitHub before the merge, in a sentence; null where the merge is all there is to do. */
export function holdAdvice(reason: HoldReason, pr: string | null, checks?: Proof): string | null {
  const on = pr === null ? 'its pull request' : pr;
  switch (reason) {
    case 'checks': {
      const state = checks === undefined ? '' : ` (checks ${foundWords(checks)})`;
      return `mend what is red or missing on ${on}${state}`;
    }
    case 'protected':
      return `the target asks for more than checks, such as a review: see ${on}`;
    case 'draft':
      return pr === null ? 'mark its pull request ready for review' : `mark it ready: gh pr ready ${pr}`;
    case 'foreign_commits':
      return 'no task has made these commits, and no gate has seen them: review them';
    case 'concerns':
      return 'read the concerns of its tasks';
    default:
      return null;
  }
}

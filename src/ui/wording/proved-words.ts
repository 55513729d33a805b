import type { RunEvent } from '../../core/events.ts';
import type { Proof } from '../../core/proofs.ts';
import { type Wording, wordingOf } from './event-words.ts';
import { foundWords, proofWords } from './proof-words.ts';
import { pullRequestNumber } from './pull-request-words.ts';

type ProofEvent = Extract<RunEvent, { kind: 'task_pr_proof' | 'workstream_pr_proof' }>;

/** What is to be said of several proofs of one pull request that hold: what was expected is left out. */
export function provedTogether(first: ProofEvent, more: readonly ProofEvent[]): Wording {
  const number = pullRequestNumber(first.pr);
  const detail = [first, ...more].map(shortWords).join(', ');
  return { ...wordingOf(first), detail: number === null ? detail : `PR ${number}: ${detail}` };
}

function shortWords(proof: Proof): string {
  switch (proof.proof) {
    case 'repository':
    case 'base':
      return proof.proof;
    case 'open':
      return 'open';
    case 'head':
      return `head ${foundWords(proof)}`;
    case 'checks':
      return foundWords(proof) === 'none' ? 'no checks' : proofWords(proof);
    default:
      return proofWords(proof);
  }
}

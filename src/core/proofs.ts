/** What is proved of a pull request before it is merged, in this order. Nothing that an agent says is one of them. */
export const PROOFS = ['repository', 'open', 'head', 'base', 'commits', 'mergeable', 'checks'] as const;

export type ProofName = (typeof PROOFS)[number];

/** Required checks only where `required` says so; else all that were reported. */
export interface CheckCounts {
  readonly passed: number;
  readonly failed: number;
  readonly pending: number;
  /** How many of them must pass before a merge. */
  readonly required: number;
}

/** One proof with its evidence. */
export interface Proof {
  readonly proof: ProofName;
  /** Null while it is not known: GitHub has not worked it out, or a check still runs. */
  readonly holds: boolean | null;
  /** What must be there; null where that says itself. */
  readonly expected: string | null;
  readonly found: string | null;
  /** Of `checks`. */
  readonly checks?: CheckCounts;
}

/** A check that did not pass. */
export interface RedCheck {
  readonly name: string;
  /** Where its output can be read; null for none. */
  readonly url: string | null;
}

/** What is known of the proofs by now: the last word on each. */
export type ProofsSoFar = Readonly<Partial<Record<ProofName, Proof>>>;

/** The proof that an event tells of, without the rest of it. */
export function proofOf({ proof, holds, expected, found, checks }: Proof): Proof {
  return { proof, holds, expected, found, ...(checks === undefined ? {} : { checks }) };
}

/** Whether `proof` says something that is not known yet. */
export function isNewProof(known: ProofsSoFar, proof: Proof): boolean {
  const before = known[proof.proof];
  return before === undefined || JSON.stringify(evidence(before)) !== JSON.stringify(evidence(proof));
}

/** In one order, also of what was read back from a journal. */
function evidence({ proof, holds, expected, found, checks }: Proof): unknown {
  const counts = checks && [checks.passed, checks.failed, checks.pending, checks.required];
  return [proof, holds, expected, found, counts ?? null];
}

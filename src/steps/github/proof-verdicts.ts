import type { Proof } from '../../core/proofs.ts';

interface Verdict {
  /** Stable: scripts may test it. */
  readonly code: string;
  /** What is wrong with the pull request. */
  readonly wrong: string;
  readonly advice: string;
}

/** What a proof that failed is called, and what to do about it. */
export function verdictOn(proof: Proof): Verdict {
  const expected = proof.expected ?? 'nothing';
  const found = proof.found ?? 'nothing';
  switch (proof.proof) {
    case 'repository':
      return {
        code: 'pr_wrong_repository',
        wrong: `expected a pull request of ${expected}, found ${found}`,
        advice: 'open it there, from a branch of that repository',
      };
    case 'open':
      return stateVerdict(found);
    case 'head':
      return headVerdict(expected, found);
    case 'base':
      return {
        code: 'pr_wrong_base',
        wrong: `expected the base branch ${expected}, found ${found}`,
        advice: `change its base to ${expected}`,
      };
    case 'commits':
      return {
        code: 'no_commits',
        wrong: `expected at least 1 commit ahead of its base, found ${found}`,
        advice: 'commit the work, or complete the task without a pull request',
      };
    case 'mergeable':
      return mergeableVerdict(found);
    case 'checks':
      return {
        code: 'checks_failed',
        wrong: `expected all required checks to pass, found red: ${found}`,
        advice: 'read what they say and mend the cause',
      };
  }
}

function stateVerdict(found: string): Verdict {
  const wrong = `expected an open pull request, found it ${found}`;
  switch (found) {
    case 'missing':
      return { code: 'pr_not_found', wrong, advice: 'look whether it was deleted, and whether the token may read it' };
    case 'draft':
      return { code: 'pr_draft', wrong, advice: 'mark it as ready for review' };
    case 'merged':
      return { code: 'pr_closed', wrong, advice: 'its work is in the base branch; a retry begins after it' };
    default:
      return { code: 'pr_closed', wrong, advice: 'reopen it, or retry the task to open another' };
  }
}

function headVerdict(expected: string, found: string): Verdict {
  const wrong = `expected the head ${expected}, found ${found}`;
  if (/^[0-9a-f]{40,64}$/.test(found)) {
    return { code: 'head_moved', wrong, advice: 'someone pushed to the branch after the signal: retry the task' };
  }
  return { code: 'pr_head_mismatch', wrong, advice: 'only the branch of the task, in its own repository, is merged' };
}

function mergeableVerdict(found: string): Verdict {
  const wrong = `expected MERGEABLE, found ${found}`;
  if (found === 'CONFLICTING') {
    return { code: 'pr_conflicts', wrong, advice: 'merge the base branch into its branch and resolve the conflicts' };
  }
  const [, advice] = ADVICE.find(([word]) => found.includes(word)) ?? [];
  return { code: 'pr_protected', wrong, advice: advice ?? 'look which rule of the base branch does not let it in' };
}

const ADVICE: readonly (readonly [word: string, advice: string])[] = [
  ['CHANGES_REQUESTED', 'make the changes that its reviewers ask for'],
  ['REVIEW_REQUIRED', 'have it reviewed, or let the rules for agentrelay/** ask for none'],
  ['MERGE_QUEUE', "its base has a merge queue of GitHub's, which is not used: a person must add it to that"],
];

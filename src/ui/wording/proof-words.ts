import type { MergeWait } from '../../core/merge-waits.ts';
import type { Proof, ProofName, RedCheck } from '../../core/proofs.ts';
import { plural } from '../format.ts';
import { inTheQueue } from './queue-words.ts';

const NAMES: Readonly<Record<ProofName, string>> = {
  repository: 'repository',
  open: 'state',
  head: 'head',
  base: 'base',
  commits: 'ahead',
  mergeable: 'mergeable',
  checks: 'checks',
};

/** What a proof is about, in one word. */
export function proofName(proof: ProofName): string {
  return NAMES[proof];
}

/** A proof in a few words, such as `head matches (89abcdef)`, `base is main, not next` or `checks 5/8, 3 running`. */
export function proofWords(proof: Proof): string {
  const { holds, expected } = proof;
  const name = NAMES[proof.proof];
  const found = foundWords(proof);
  switch (proof.proof) {
    case 'checks':
      return `checks ${found}`;
    case 'mergeable':
      return holds === null ? `mergeable? (${found})` : holds ? 'mergeable' : `not mergeable: ${found}`;
    case 'commits':
      return holds === null ? 'commits not known yet' : `${found} ahead`;
    case 'open':
      return holds === null ? 'state not known yet' : `is ${found}`;
    default:
      if (holds === null) return `${name} not known yet`;
      if (holds) return `${name} matches (${found})`;
      return `${name} is ${found}${expected === null ? '' : `, not ${shortObject(expected)}`}`;
  }
}

/** What was found, as a person would say it. */
export function foundWords(proof: Proof): string {
  const { holds } = proof;
  const found = proof.found?.slice(0, LIMIT) ?? null;
  if (proof.proof === 'checks') return checkWords(proof);
  if (proof.proof === 'mergeable')
    return `${mergeability(found ?? 'UNKNOWN')}${found === 'BLOCKED' && holds === null ? ' yet' : ''}`;
  if (found === null) return 'unknown';
  if (proof.proof === 'open')
    return found === 'draft' ? 'a draft' : found === 'missing' ? 'not there' : lowerCase(found);
  if (proof.proof === 'commits') return commitCount(found);
  return shortObject(found);
}

/** Characters of what comes from outside. */
const LIMIT = 400;

const MERGEABILITY: ReadonlyMap<string, string> = new Map(
  Object.entries({
    MERGEABLE: 'yes',
    CONFLICTING: 'it conflicts with its base',
    UNKNOWN: 'GitHub works it out',
    BEHIND: 'it is behind its base',
    BLOCKED: 'the rules of its base do not let it in',
    'BLOCKED: REVIEW_REQUIRED': 'a review is required',
    'BLOCKED: CHANGES_REQUESTED': 'a review asks for changes',
    'BLOCKED: MERGE_QUEUE': "its base has a merge queue of GitHub's",
    DRAFT: 'it is a draft',
  }),
);

function mergeability(found: string): string {
  return MERGEABILITY.get(found) ?? lowerCase(found);
}

/** `5/8`, and what is wrong with the rest. */
function checkWords(proof: Proof): string {
  const { holds, checks } = proof;
  const found = proof.found?.slice(0, LIMIT) ?? null;
  if (checks === undefined) return holds === true ? 'passed' : holds === false ? 'red' : 'not known yet';
  const { failed, pending, required } = checks;
  const count = checkCount(proof);
  if (count === null) return holds === true ? 'none' : 'not reported yet';
  const names = found === null ? '' : `: ${listed(found.split(', '))}`;
  const awaited = holds === null && failed + pending === 0;
  return [
    count,
    ...(failed > 0 ? [`${failed} red${names}`] : []),
    ...(pending > 0 ? [`${pending} running`] : []),
    ...(awaited ? ['others not reported yet'] : []),
    ...(required === 0 && failed + pending > 0 ? ['none required'] : []),
  ].join(', ');
}

/** `5/8`; null where there are none to count. */
export function checkCount({ checks }: Proof): string | null {
  const total = checks === undefined ? 0 : checks.passed + checks.failed + checks.pending;
  return checks === undefined || total === 0 ? null : `${checks.passed}/${total}`;
}

const LISTED = 3;

/** The first few of them. */
function listed(names: readonly string[]): string {
  const more = names.length - LISTED;
  return more <= 0 ? names.join(', ') : `${names.slice(0, LISTED).join(', ')} and ${more} more`;
}

/** The names of red checks. */
export function redNames(checks: readonly RedCheck[]): string {
  return listed(checks.map(({ name }) => name));
}

/** Each red check with where its output can be read. */
export function redCheckWords(checks: readonly RedCheck[]): string {
  return checks.map(({ name, url }) => (url === null ? name : `${name} ${url}`)).join(', ');
}

/** What a merge waits for, in a few words. */
export function mergeWaitWords(wait: MergeWait): string {
  if (wait.kind === 'queue') return inTheQueue(wait.place, wait.target);
  return isShutOut(wait.proof) ? 'checks to be reported, or another rule of its base' : proofWords(wait.proof);
}

/** GitHub does not tell which rule it is, and checks that nobody has begun are none that it could name. */
function isShutOut({ proof, holds, found }: Proof): boolean {
  return proof === 'mergeable' && holds === null && found === 'BLOCKED';
}

function commitCount(found: string): string {
  return found === '0' ? 'no commits' : /^\d+$/.test(found) ? plural(Number(found), 'commit') : found;
}

function lowerCase(found: string): string {
  return found.toLowerCase().replaceAll('_', ' ');
}

/** Commits by their first letters, also behind their branch. */
export function shortObject(found: string): string {
  return found.replace(/(^|@)([0-9a-f]{8})[0-9a-f]{32,56}$/, '$1$2');
}

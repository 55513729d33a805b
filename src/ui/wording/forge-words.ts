import type { ApiBudget, QueueEntry } from '../../core/events.ts';
import type { CheckCounts, Proof, ProofName, RedCheck } from '../../core/proofs.ts';

const NAMES: Readonly<Record<ProofName, string>> = {
  repository: 'repository',
  open: 'state',
  head: 'head',
  base: 'base',
  commits: 'commits',
  mergeable: 'mergeable',
  checks: 'checks',
};

/** What a proof says, such as `head matches` or `base is main and not agentrelay/g/ws/a`. */
export function proofWords(proof: Proof): string {
  const name = NAMES[proof.proof];
  if (proof.checks !== undefined) return `${name} ${checkWords(proof.checks)}`;
  const found = shortObject(proof.found ?? 'unknown');
  if (proof.holds === null) return `${name} ${found.toLowerCase()}`;
  if (proof.holds) return proof.proof === 'commits' ? `${found} ahead` : `${name} matches`;
  return `${name} is ${found}${proof.expected === null ? '' : ` and not ${shortObject(proof.expected)}`}`;
}

/** `7/8`, and what is wrong with the rest. */
export function checkWords({ passed, failed, pending, required }: CheckCounts): string {
  const total = passed + failed + pending;
  if (total === 0) return required === 0 ? 'none' : 'not reported yet';
  return `${passed}/${total}${failed > 0 ? `, ${failed} red` : ''}${pending > 0 ? `, ${pending} running` : ''}`;
}

export function redCheckWords(checks: readonly RedCheck[]): string {
  return checks.map(({ name, url }) => (url === null ? name : `${name} ${url}`)).join(', ');
}

export function queueWords(entries: readonly QueueEntry[]): string {
  return entries.map((entry) => ('task' in entry ? entry.task : `lane ${entry.workstream}`)).join(', ');
}

export function budgetWords({ requests, spent, remaining, limit, interval }: ApiBudget): string {
  return `${requests} requests, ${spent} points, ${remaining} of ${limit} left; a look every ${Math.round(interval / 1000)} s`;
}

/** Commits by their first letters. */
function shortObject(found: string): string {
  return /^[0-9a-f]{40,64}$/.test(found) ? found.slice(0, 8) : found;
}

import type { Fact } from '../../src/core/events.ts';
import { PROOFS, type Proof } from '../../src/core/proofs.ts';
import type { RunState } from '../../src/core/run-state.ts';
import type { Said } from './happenings.ts';

/** Later than any clock of a test. */
const FAR = '2030-01-01T00:00:00.000Z';

/** What GitHub, and the order in which branches are merged, may tell of a run. */
export function forgeFact({ workstreams, tasks }: RunState, pick: number, said: Said): Fact {
  const rest = Math.floor(pick / 3);
  if (pick % 3 === 1) return { kind: 'api_limited', limit: rest % 2 === 0 ? 'primary' : 'secondary', until: FAR };
  if (pick % 3 === 2) {
    const spent = { requests: rest % 99, spent: rest % 5000, limit: 5000, remaining: 5000 - (rest % 5000) };
    return { kind: 'api_budget', ...spent, reset_at: FAR, interval: 3_000 };
  }
  const lane = [...workstreams.values()][rest % Math.max(1, workstreams.size)];
  const target = lane?.branch ?? lane?.outline.target ?? said.text(rest);
  const names = [...tasks.keys()].slice(0, rest % 5);
  const entries = names.map((task, at) => (at === 3 ? { workstream: lane?.outline.id ?? '' } : { task }));
  return { kind: 'merge_queue_changed', target, entries: entries.length === 1 ? [] : entries };
}

/** Something about a task that is being merged. */
export function pullRequestFact(of: { task: string; attempt: number }, pick: number, said: Said): Fact {
  const rest = Math.floor(pick / 4);
  const pr = `https://forge.example/a/b/pull/${pick % 999}`;
  switch (pick % 4) {
    case 0:
      return { kind: 'task_checks_failed', ...of, round: 1 + (rest % 3), of: 2, checks: redChecks(rest, said) };
    case 1:
      return { kind: 'task_branch_updated', ...of, target: said.text(rest), commit: 'fade'.repeat(10) };
    case 2:
      return { kind: 'task_sent_back', ...of, cause: 'checks', result: 'submitted' };
    default:
      return { kind: 'task_pr_proof', ...of, pr, ...anyProof(rest, said) };
  }
}

function redChecks(pick: number, said: Said): { name: string; url: string | null }[] {
  return Array.from({ length: pick % 5 }, (_, at) => ({
    name: said.text(pick + at),
    url: at % 2 === 0 ? `https://ci.example/${said.text(at)}` : null,
  }));
}

/** A proof with any outcome, of which all that can be text is what somebody says. */
export function anyProof(pick: number, said: Said): Proof {
  const proof = PROOFS[pick % PROOFS.length] ?? 'open';
  const holds = [true, false, null][pick % 3] ?? null;
  const counts = { passed: pick % 7, failed: pick % 3, pending: pick % 2, required: pick % 5 };
  return {
    proof,
    holds,
    expected: pick % 4 === 0 ? null : said.text(pick),
    found: pick % 5 === 0 ? null : said.text(pick + 1),
    ...(proof === 'checks' ? { checks: counts } : {}),
  };
}

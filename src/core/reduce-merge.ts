import type { RunEvent } from './events.ts';
import { proofOf } from './proofs.ts';
import type { AttemptState, RunState } from './run-state.ts';

type AttemptMergeKind =
  | 'task_pr_created'
  | 'task_pr_merging'
  | 'task_pr_proof'
  | 'task_checks_failed'
  | 'task_branch_updated'
  | 'task_merge_conflict';

/** What happens to an attempt between its signal and its merge. */
export type AttemptMergeEvent = Extract<RunEvent, { kind: AttemptMergeKind }>;

export function mergePatch(attempt: AttemptState, event: AttemptMergeEvent): Partial<AttemptState> {
  switch (event.kind) {
    case 'task_pr_created':
      return attempt.status === 'pr_created'
        ? { pr: event.pr, commit: event.commit }
        : { status: 'pr_created', pr: event.pr, commit: event.commit };
    case 'task_pr_merging':
      return { step: 'merge' };
    case 'task_pr_proof':
      return { proofs: { ...attempt.proofs, [event.proof]: proofOf(event) } };
    case 'task_checks_failed':
      return { checkRounds: event.round, checkRoundsOf: event.of, redChecks: event.checks, owes: 'checks' };
    case 'task_branch_updated':
      return { commit: event.commit, signalled: event.commit, caughtUp: true, proofs: {} };
    case 'task_merge_conflict':
      return { conflictRounds: event.round, conflictFiles: event.files, owes: 'conflict' };
  }
}

/** Facts about the forge that belong to no task. */
export type ForgeEvent = Extract<RunEvent, { kind: 'merge_queue_changed' | `api_${string}` }>;

export function reduceForge(state: RunState, event: ForgeEvent): void {
  switch (event.kind) {
    case 'merge_queue_changed':
      if (event.entries.length === 0) state.mergeQueues.delete(event.target);
      else state.mergeQueues.set(event.target, event.entries);
      return;
    case 'api_budget': {
      const { requests, spent, limit, remaining, reset_at, interval } = event;
      state.apiBudget = { requests, spent, limit, remaining, reset_at, interval };
      return;
    }
    case 'api_limited':
      state.apiLimitedUntil = event.until;
      return;
    case 'api_unreachable':
      state.apiUnreachableSince = event.since;
      return;
    case 'api_reachable':
      state.apiUnreachableSince = null;
      return;
  }
}

import { PreconditionError } from './errors.ts';
import type { RunEvent, WorkstreamOutline } from './events.ts';
import { requireWorkstreamMove } from './lifecycle.ts';
import { proofOf } from './proofs.ts';
import type { RunState, WorkstreamState } from './run-state.ts';

export function pendingWorkstream(outline: WorkstreamOutline): WorkstreamState {
  return {
    outline,
    status: 'pending',
    branch: null,
    baseCommit: null,
    commit: null,
    pr: null,
    proofs: {},
    held: null,
    heldDetails: [],
    heldSince: null,
    mergeCommand: null,
    mergedBy: null,
    concerns: [],
    failure: null,
  };
}

type WorkstreamEvent = Exclude<Extract<RunEvent, { workstream: string }>, { attempt: number }>;

export function reduceWorkstream(state: RunState, event: WorkstreamEvent): void {
  const lane = state.workstreams.get(event.workstream);
  if (lane === undefined) {
    throw new PreconditionError('unknown_workstream', `the run has no workstream ${event.workstream}`);
  }
  const patch = workstreamPatch(lane, event);
  if (patch.status !== undefined) requireWorkstreamMove(event.workstream, lane.status, patch.status);
  state.workstreams.set(event.workstream, { ...lane, ...patch });
}

function workstreamPatch(lane: WorkstreamState, event: WorkstreamEvent): Partial<WorkstreamState> {
  switch (event.kind) {
    case 'workstream_active':
      return { status: 'active', branch: event.branch, baseCommit: event.base_commit };
    case 'workstream_merge_ready':
      return { status: 'merge_ready', commit: event.commit };
    case 'workstream_pr_created':
      return {
        status: 'pr_created',
        pr: event.pr,
        commit: event.commit,
        proofs: {},
      };
    case 'workstream_pr_proof':
      return { proofs: { ...lane.proofs, [event.proof]: proofOf(event) } };
    case 'workstream_concerned':
      return { concerns: [...lane.concerns, event.message] };
    case 'workstream_held':
      return { held: event.reason, heldDetails: event.details, heldSince: event.at, mergeCommand: event.merge_command };
    case 'workstream_reopened':
      return { status: lane.branch === null ? 'pending' : 'active', failure: null };
    case 'workstream_merged':
      return {
        status: 'merged',
        commit: event.commit,
        mergedBy: event.by,
        held: null,
        heldDetails: [],
        heldSince: null,
        mergeCommand: null,
      };
    case 'workstream_failed':
      return {
        status: 'failed',
        held: null,
        heldDetails: [],
        heldSince: null,
        mergeCommand: null,
        failure: { code: event.code, error: event.error, root: event.root },
      };
  }
}

import type { Attention, RunEvent } from './events.ts';
import type { AttemptState } from './run-state.ts';

type AttemptEvent = Exclude<Extract<RunEvent, { attempt: number }>, { kind: 'task_started' | 'task_retrying' }>;
type GateEvent = Extract<AttemptEvent, { kind: `task_gate_${string}` }>;

/** What one event changes in its attempt. */
export function attemptPatch(attempt: AttemptState, event: AttemptEvent): Partial<AttemptState> {
  switch (event.kind) {
    case 'task_prepared':
      return {
        step: 'launch',
        branch: event.branch,
        baseCommit: event.base_commit,
        worktree: event.worktree,
        signalDir: event.signal_dir,
      };
    case 'task_launched':
      return { step: 'kickoff', agent: event.agent, place: event.place ?? null };
    case 'task_waiting':
      return { step: 'wait' };
    case 'task_signalled':
      return { commit: event.commit, signalled: event.commit, commitsAhead: event.commits_ahead };
    case 'task_base_merged':
    case 'task_signal_ignored':
    case 'task_merge_queued':
    case 'task_adopted':
    case 'task_prompted':
      return {};
    case 'task_work_saved':
      return { saved: [...attempt.saved, { ref: event.ref, commit: event.commit }] };
    case 'task_gate_started':
    case 'task_gate_passed':
    case 'task_gate_failed':
      return gatePatch(event);
    case 'task_pr_created':
      return attempt.status === 'pr_created'
        ? { pr: event.pr, commit: event.commit }
        : { status: 'pr_created', pr: event.pr, commit: event.commit };
    case 'task_pr_merging':
      return { step: 'merge' };
    case 'task_merge_conflict':
      return { conflictRounds: event.round, conflictFiles: event.files, owes: 'conflict' };
    case 'task_sent_back':
      return event.result === 'gone'
        ? { owes: null }
        : { owes: null, sentBack: attempt.sentBack + 1, step: 'wait', signalled: null };
    case 'task_succeeded':
      return {
        status: event.status,
        step: 'teardown',
        endedAt: event.at,
        pr: event.pr,
        commit: event.commit ?? attempt.commit,
      };
    case 'task_failed':
      return {
        status: 'failed',
        endedAt: event.at,
        failure: { code: event.code, error: event.error, failureClass: event.failure_class },
      };
    case 'task_cancelled':
      return { status: 'cancelled', endedAt: event.at };
    case 'task_concerned':
      return { concerns: [...attempt.concerns, { source: event.source, message: event.message }] };
    case 'task_torn_down':
      return { tornDown: true };
    case 'agent_exited':
      return { attention: 'exited', exitCode: event.exit_code ?? null };
    default:
      return { attention: event.kind.slice('agent_'.length) as Attention };
  }
}

function gatePatch(event: GateEvent): Partial<AttemptState> {
  const { round } = event;
  switch (event.kind) {
    case 'task_gate_started':
      return { step: 'gate', gateRounds: round };
    case 'task_gate_passed':
      return { gateRounds: round, lastGate: { round, passed: true, commit: event.commit, exitCode: 0, output: null } };
    case 'task_gate_failed': {
      const { exit_code: exitCode, output } = event;
      return { gateRounds: round, owes: 'gate', lastGate: { round, passed: false, commit: null, exitCode, output } };
    }
  }
}

export function newAttempt(number: number, at: string, tokenHash: string): AttemptState {
  return {
    number,
    status: 'running',
    step: 'prepare',
    startedAt: at,
    endedAt: null,
    tokenHash,
    branch: null,
    baseCommit: null,
    worktree: null,
    signalDir: null,
    agent: null,
    place: null,
    attention: null,
    exitCode: null,
    pr: null,
    commit: null,
    signalled: null,
    commitsAhead: null,
    gateRounds: 0,
    lastGate: null,
    conflictRounds: 0,
    conflictFiles: [],
    owes: null,
    sentBack: 0,
    saved: [],
    concerns: [],
    failure: null,
    tornDown: false,
  };
}

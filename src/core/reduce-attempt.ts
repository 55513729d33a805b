import { PreconditionError } from './errors.ts';
import type { FactOf, RunEvent } from './events.ts';
import { agentPatch, unparkedPatch } from './reduce-agent.ts';
import { promptPatch, quietPatch } from './reduce-attention.ts';
import { mergePatch } from './reduce-merge.ts';
import type { AttemptState } from './run-state.ts';

type AttemptEvent = Exclude<Extract<RunEvent, { attempt: number }>, { kind: 'task_started' | 'task_retrying' }>;
type EndEvent = Extract<AttemptEvent, { kind: 'task_succeeded' | 'task_failed' | 'task_cancelled' }>;
type GateEvent = Extract<AttemptEvent, { kind: `task_gate_${string}` }>;

/** What one event changes in its attempt. */
export function attemptPatch(attempt: AttemptState, event: AttemptEvent): Partial<AttemptState> {
  switch (event.kind) {
    case 'task_prepared': {
      const { branch, base_commit: baseCommit, worktree, signal_dir: signalDir } = event;
      return { step: 'launch', branch, baseCommit, worktree, signalDir };
    }
    case 'task_launched':
      return { step: 'kickoff', agent: event.agent, place: event.place ?? null };
    case 'task_signalled': {
      const { at, commit, commits_ahead: commitsAhead } = event;
      return { ...quietPatch(attempt, at), commit, signalled: commit, commitsAhead };
    }
    case 'task_base_merged':
    case 'task_signal_ignored':
    case 'task_merge_queued':
    case 'task_adopted':
      return {};
    case 'task_work_saved':
      return { saved: [...attempt.saved, { ref: event.ref, commit: event.commit }] };
    case 'task_gate_started':
    case 'task_gate_passed':
    case 'task_gate_failed':
      return gatePatch(event);
    case 'task_pr_created':
    case 'task_pr_merging':
    case 'task_pr_proof':
    case 'task_checks_failed':
    case 'task_branch_updated':
    case 'task_merge_conflict':
      return mergePatch(attempt, event);
    case 'task_sent_back':
      if (event.result === 'gone' || event.result === 'failed') return { owes: null, proofs: {} };
      return {
        ...promptPatch(attempt, event),
        nudged: false,
        owes: null,
        sentBack: attempt.sentBack + 1,
        lastSentBack: event.cause,
        caughtUp: false,
        step: 'wait',
        signalled: null,
        proofs: {},
      };
    case 'task_succeeded':
    case 'task_failed':
    case 'task_cancelled':
      return endPatch(attempt, event);
    case 'task_concerned':
      return { concerns: [...attempt.concerns, { source: event.source, message: event.message }] };
    case 'task_torn_down':
      return { tornDown: true, broughtBack: null };
    case 'task_teardown_undone':
      return undonePatch(attempt, event);
    default:
      return agentPatch(attempt, event);
  }
}

function undonePatch(attempt: AttemptState, { task, worktree }: FactOf<'task_teardown_undone'>): Partial<AttemptState> {
  if (!attempt.tornDown) {
    throw new PreconditionError('illegal_transition', `attempt ${attempt.number} of task ${task} is not torn down`);
  }
  const broughtBack = worktree === null ? 'branch' : 'worktree';
  return { tornDown: false, broughtBack, savedBefore: attempt.saved.length };
}

function endPatch(attempt: AttemptState, event: EndEvent): Partial<AttemptState> {
  const ended = {
    ...quietPatch(attempt, event.at),
    ...unparkedPatch(attempt, event.at),
    endedAt: event.at,
    savedBefore: attempt.saved.length,
  };
  switch (event.kind) {
    case 'task_succeeded': {
      const commit = event.commit ?? attempt.commit;
      return { ...ended, status: event.status, step: 'teardown', pr: event.pr, commit };
    }
    case 'task_failed': {
      const { code, error, failure_class: failureClass } = event;
      return { ...ended, status: 'failed', failure: { code, error, failureClass } };
    }
    case 'task_cancelled':
      return { ...ended, status: 'cancelled' };
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
    placeState: null,
    attention: null,
    attentionSince: null,
    asks: null,
    until: null,
    exitCode: null,
    seenBy: null,
    session: null,
    transcript: null,
    nudged: false,
    parkedUntil: null,
    parkedSince: null,
    parkedMs: 0,
    usage: null,
    command: null,
    pr: null,
    commit: null,
    signalled: null,
    commitsAhead: null,
    gateRounds: 0,
    lastGate: null,
    conflictRounds: 0,
    conflictFiles: [],
    checkRounds: 0,
    checkRoundsOf: null,
    lastSentBack: null,
    caughtUp: false,
    redChecks: [],
    proofs: {},
    owes: null,
    sentBack: 0,
    saved: [],
    savedBefore: 0,
    concerns: [],
    failure: null,
    tornDown: false,
    broughtBack: null,
  };
}

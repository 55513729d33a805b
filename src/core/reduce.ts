import { PreconditionError } from './errors.ts';
import type { AttemptFact, Attention, RunEvent, WorkstreamOutline } from './events.ts';
import { EVENT_VERSION } from './events.ts';
import type { TaskStatus } from './lifecycle.ts';
import { requireTaskMove, requireWorkstreamMove } from './lifecycle.ts';
import { type AttemptState, emptyRunState, type RunState, type TaskState, type WorkstreamState } from './run-state.ts';

/** The state after all of `events`. Throws `PreconditionError` on a sequence that cannot be. */
export function replay(events: Iterable<RunEvent>): RunState {
  const state = emptyRunState();
  for (const event of events) reduce(state, event);
  return state;
}

/** Applies one event, in place. Throws `PreconditionError` on an illegal move, a gap or an unknown version. */
export function reduce(state: RunState, event: RunEvent): RunState {
  if (event.v !== EVENT_VERSION) {
    throw new PreconditionError('unknown_event_version', `event ${event.seq} has version ${event.v}`);
  }
  if (event.seq !== state.seq + 1) {
    throw new PreconditionError('event_gap', `event ${event.seq} does not follow event ${state.seq}`);
  }
  if ('attempt' in event) reduceAttempt(state, event);
  else if ('workstream' in event) reduceWorkstream(state, event);
  else reduceRun(state, event);
  // Last, so that an event that is refused leaves no gap behind.
  state.seq = event.seq;
  return state;
}

type RunLevelEvent = Exclude<RunEvent, { attempt: number } | { workstream: string }>;

function reduceRun(state: RunState, event: RunLevelEvent): void {
  switch (event.kind) {
    case 'run_started':
      if (state.startedAt !== null) throw new PreconditionError('illegal_transition', 'the run has already started');
      state.run = event.run;
      state.graph = event.graph;
      state.digest = event.digest;
      state.startedAt = event.at;
      for (const outline of event.tasks) {
        state.tasks.set(outline.id, { outline, status: 'pending', blockedBy: null, attempts: [] });
      }
      for (const outline of event.workstreams) state.workstreams.set(outline.id, pendingWorkstream(outline));
      return;
    case 'run_resumed':
      state.stopping = null;
      state.outcome = null;
      state.finishedAt = null;
      state.waitingFor = [];
      return;
    case 'run_stopping':
      state.stopping = event.reason;
      return;
    case 'run_finished':
      state.outcome = event.outcome;
      state.waitingFor = event.waiting_for;
      state.finishedAt = event.at;
      return;
    case 'task_blocked':
      moveTask(state, event.task, 'blocked', { blockedBy: event.root });
      return;
    case 'task_unblocked':
      moveTask(state, event.task, 'pending', { blockedBy: null });
      return;
  }
}

function moveTask(state: RunState, id: string, to: TaskStatus, patch: Partial<TaskState>): void {
  const task = taskOf(state, id);
  requireTaskMove(id, task.status, to);
  state.tasks.set(id, { ...task, ...patch, status: to });
}

function taskOf(state: RunState, id: string): TaskState {
  const task = state.tasks.get(id);
  if (task === undefined) throw new PreconditionError('unknown_task', `the run has no task ${id}`);
  return task;
}

type AttemptEvent = Extract<RunEvent, { attempt: number }>;

function reduceAttempt(state: RunState, event: AttemptEvent): void {
  const task = taskOf(state, event.task);
  if (event.kind === 'task_started') {
    requireTaskMove(event.task, task.status, 'running');
    requireAttempt(event, task.attempts.length + 1);
    const started = newAttempt(event.attempt, event.at, event.token_hash);
    state.tasks.set(event.task, { ...task, status: 'running', attempts: [...task.attempts, started] });
    return;
  }
  requireAttempt(event, task.attempts.length);
  if (event.kind === 'task_retrying') {
    // The next attempt starts from pending; the finished one keeps its own status.
    if (task.status !== 'failed' && task.status !== 'cancelled') {
      throw new PreconditionError('illegal_transition', `task ${event.task} cannot be retried from ${task.status}`);
    }
    state.tasks.set(event.task, { ...task, status: 'pending' });
    return;
  }
  if (event.kind === 'task_cancelled' && task.status === 'pending') {
    state.tasks.set(event.task, { ...task, status: 'cancelled' });
    return;
  }
  const attempt = task.attempts.at(-1);
  if (attempt === undefined) throw new PreconditionError('wrong_attempt', `task ${event.task} has not started`);
  const patch = attemptPatch(attempt, event);
  // A late fact about a finished attempt leaves a task that is to be tried again as it is.
  const status = patch.status ?? task.status;
  if (patch.status !== undefined) requireTaskMove(event.task, attempt.status, patch.status);
  const attempts = [...task.attempts.slice(0, -1), { ...attempt, ...patch }];
  state.tasks.set(event.task, { ...task, status, attempts });
}

function requireAttempt(event: AttemptFact, expected: number): void {
  if (event.attempt === expected) return;
  throw new PreconditionError(
    'wrong_attempt',
    `${event.kind} of task ${event.task} names attempt ${event.attempt}, not ${expected}`,
  );
}

/** What one event changes in its attempt. */
function attemptPatch(
  attempt: AttemptState,
  event: Exclude<AttemptEvent, { kind: 'task_started' | 'task_retrying' }>,
): Partial<AttemptState> {
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
      return { step: 'kickoff', agent: event.agent };
    case 'task_waiting':
      return { step: 'wait' };
    case 'task_signalled':
      return { commit: event.commit, commitsAhead: event.commits_ahead };
    case 'task_base_merged':
    case 'task_signal_ignored':
    case 'task_work_saved':
    case 'task_merge_queued':
    case 'task_gate_passed':
      return {};
    case 'task_gate_started':
      return { step: 'gate', gateRounds: event.round };
    case 'task_gate_failed':
      return { gateRounds: event.round };
    case 'task_pr_created':
      return attempt.status === 'pr_created'
        ? { pr: event.pr, commit: event.commit }
        : { status: 'pr_created', pr: event.pr, commit: event.commit };
    case 'task_pr_merging':
      return { step: 'merge' };
    case 'task_merge_conflict':
      return { conflictRounds: event.round };
    case 'task_sent_back':
      return event.result === 'gone' ? {} : { step: 'wait' };
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

function newAttempt(number: number, at: string, tokenHash: string): AttemptState {
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
    attention: null,
    exitCode: null,
    pr: null,
    commit: null,
    commitsAhead: null,
    gateRounds: 0,
    conflictRounds: 0,
    concerns: [],
    failure: null,
    tornDown: false,
  };
}

function pendingWorkstream(outline: WorkstreamOutline): WorkstreamState {
  return {
    outline,
    status: 'pending',
    branch: null,
    baseCommit: null,
    commit: null,
    pr: null,
    held: null,
    mergeCommand: null,
    mergedBy: null,
    concerns: [],
    failure: null,
  };
}

type WorkstreamEvent = Exclude<Extract<RunEvent, { workstream: string }>, { attempt: number }>;

function reduceWorkstream(state: RunState, event: WorkstreamEvent): void {
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
      };
    case 'workstream_concerned':
      return { concerns: [...lane.concerns, event.message] };
    case 'workstream_held':
      return { held: event.reason, mergeCommand: event.merge_command };
    case 'workstream_merged':
      return { status: 'merged', commit: event.commit, mergedBy: event.by, held: null, mergeCommand: null };
    case 'workstream_failed':
      return {
        status: 'failed',
        held: null,
        mergeCommand: null,
        failure: { code: event.code, error: event.error, root: event.root },
      };
  }
}

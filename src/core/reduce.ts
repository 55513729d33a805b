import { PreconditionError } from './errors.ts';
import type { AttemptFact, RunEvent, TaskOutline } from './events.ts';
import { EVENT_VERSION } from './events.ts';
import { isGivenUp } from './give-up.ts';
import type { TaskStatus } from './lifecycle.ts';
import { isSuccess, requireTaskMove } from './lifecycle.ts';
import { attemptPatch, newAttempt } from './reduce-attempt.ts';
import { reduceBudgets } from './reduce-budget.ts';
import { reduceForge } from './reduce-merge.ts';
import { reduceReset } from './reduce-reset.ts';
import { pendingWorkstream, reduceWorkstream } from './reduce-workstream.ts';
import { emptyRunState, type RunState, type TaskState } from './run-state.ts';

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
  reduceBudgets(state, event);
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
      state.maxTaskAttempts = event.max_task_attempts ?? null;
      for (const outline of event.tasks) {
        state.tasks.set(outline.id, pendingTask(outline));
      }
      for (const outline of event.workstreams) state.workstreams.set(outline.id, pendingWorkstream(outline));
      return;
    case 'run_resumed':
      state.stopping = null;
      state.mergeQueues.clear();
      state.apiUnreachableSince = null;
      state.maxTaskAttempts = event.max_task_attempts ?? state.maxTaskAttempts;
      goesOn(state);
      return;
    case 'run_paused':
    case 'run_unpaused':
      state.paused = event.kind === 'run_paused';
      return;
    case 'graph_changed':
      changeGraph(state, event);
      return;
    case 'run_reset':
    case 'reset_applied':
    case 'reset_undone':
    case 'undo_applied':
      reduceReset(state, event);
      return;
    case 'merge_queue_changed':
    case 'api_budget':
    case 'api_limited':
    case 'api_unreachable':
    case 'api_reachable':
      reduceForge(state, event);
      return;
    case 'budget_reached':
      return;
    case 'request_applied':
    case 'request_refused':
      state.request = event.request;
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

/** There is something to do again, also after the undo of a reset that came before. */
function goesOn(state: RunState): void {
  const open = { outcome: null, finishedAt: null, waitingFor: [] };
  Object.assign(state, open);
  for (const [at, known] of state.resets.entries()) {
    if (known.before.end.outcome !== null) state.resets[at] = { ...known, before: { ...known.before, end: open } };
  }
}

/** Tasks and lanes in the order of the new file; what is finished stays even if the file has it no more. */
function changeGraph(state: RunState, event: Extract<RunEvent, { kind: 'graph_changed' }>): void {
  goesOn(state);
  state.digest = event.digest;
  const tasks = new Map(state.tasks);
  const lanes = new Map(state.workstreams);
  state.tasks.clear();
  state.workstreams.clear();
  for (const outline of event.tasks) {
    const known = tasks.get(outline.id) ?? state.removed.get(outline.id);
    // What failed as another task has all attempts before it as the one that it is now.
    const isMended = known?.status === 'failed' && event.changed.includes(outline.id);
    const takenBack = isMended ? known.attempts.length : (known?.takenBack ?? 0);
    state.tasks.set(outline.id, known === undefined ? pendingTask(outline) : { ...known, outline, takenBack });
    tasks.delete(outline.id);
    state.removed.delete(outline.id);
  }
  for (const outline of event.workstreams) {
    const known = lanes.get(outline.id);
    state.workstreams.set(outline.id, known === undefined ? pendingWorkstream(outline) : { ...known, outline });
    lanes.delete(outline.id);
  }
  for (const [id, task] of tasks) {
    if (isSuccess(task.status)) state.tasks.set(id, task);
    else if (task.attempts.length > 0) state.removed.set(id, task);
  }
  const used = new Set([...state.tasks.values()].map(({ outline }) => outline.workstream));
  for (const [id, lane] of lanes) if (used.has(id)) state.workstreams.set(id, lane);
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
    const attempts = [...task.attempts, started];
    state.tasks.set(event.task, { ...task, status: 'running', calledOff: false, givenUp: false, attempts });
    return;
  }
  requireAttempt(event, task.attempts.length);
  if (event.kind === 'task_retrying') {
    retry(state, task, event);
    return;
  }
  const calledOff = event.kind === 'task_cancelled' ? event.by === 'person' : task.calledOff;
  if (event.kind === 'task_cancelled' && task.status === 'pending') {
    state.tasks.set(event.task, { ...task, status: 'cancelled', calledOff });
    return;
  }
  const attempt = task.attempts.at(-1);
  if (attempt === undefined) throw new PreconditionError('wrong_attempt', `task ${event.task} has not started`);
  const patch = attemptPatch(attempt, event);
  // A late fact about a finished attempt leaves a task that is to be tried again as it is.
  const status = patch.status ?? task.status;
  if (patch.status !== undefined) requireTaskMove(event.task, attempt.status, patch.status);
  const attempts = [...task.attempts.slice(0, -1), { ...attempt, ...patch }];
  const servedFor = ('request' in event ? event.request : null) ?? task.servedFor;
  const changed = { ...task, status, calledOff, servedFor, attempts };
  if (event.kind === 'task_failed') changed.givenUp = isLast(state, changed);
  state.tasks.set(event.task, changed);
  if (event.kind === 'task_base_merged') laneMoved(state, task, event.commit);
  if (event.kind === 'task_succeeded' && event.commit !== null) laneMoved(state, task, event.commit);
}

/** The next attempt starts from pending; the finished one keeps its own status. */
function retry(state: RunState, task: TaskState, event: Extract<RunEvent, { kind: 'task_retrying' }>): void {
  if (task.status !== 'failed' && task.status !== 'cancelled') {
    throw new PreconditionError('illegal_transition', `task ${event.task} cannot be retried from ${task.status}`);
  }
  goesOn(state);
  const asked = event.change ?? null;
  state.tasks.set(event.task, {
    ...task,
    status: 'pending',
    calledOff: false,
    givenUp: false,
    granted: task.granted + (asked === null ? 0 : 1),
    budgetFrom: asked === null ? task.budgetFrom : event.attempt,
    change: asked ?? task.change,
    servedFor: event.request ?? task.servedFor,
  });
}

/** Where nobody knows how often it may be tried, it is told to a person. */
function isLast({ maxTaskAttempts }: RunState, task: TaskState): boolean {
  return maxTaskAttempts === null || isGivenUp(task, { maxTaskAttempts });
}

function laneMoved(state: RunState, task: TaskState, commit: string): void {
  const lane = state.workstreams.get(task.outline.workstream);
  if (lane !== undefined) state.workstreams.set(lane.outline.id, { ...lane, commit });
}

function requireAttempt(event: AttemptFact, expected: number): void {
  if (event.attempt === expected) return;
  // Of an agent that was lost with its place, and goes on there.
  if (event.kind === 'task_signal_ignored' && event.attempt < expected) return;
  throw new PreconditionError(
    'wrong_attempt',
    `${event.kind} of task ${event.task} names attempt ${event.attempt}, not ${expected}`,
  );
}

export function pendingTask(outline: TaskOutline): TaskState {
  const open = { status: 'pending', blockedBy: null, calledOff: false, givenUp: false } as const;
  return { outline, ...open, takenBack: 0, granted: 0, budgetFrom: 0, servedFor: null, change: null, attempts: [] };
}

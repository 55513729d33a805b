import { PreconditionError } from './errors.ts';
import type { RunEvent } from './events.ts';
import type { ResetState, RunState, TaskState } from './run-state.ts';

type ResetEvent = Extract<RunEvent, { reset: number }>;

/** A rollback takes the state back at once; refs and worktrees follow, and its end is an event of its own. */
export function reduceReset(state: RunState, event: ResetEvent): void {
  if (event.kind === 'run_reset') {
    begin(state, event);
    return;
  }
  const at = state.resets.findIndex(({ reset }) => reset.reset === event.reset);
  const known = state.resets[at];
  if (known === undefined) throw new PreconditionError('unknown_reset', `the run has no reset ${event.reset}`);
  const [from, to] = MOVES[event.kind];
  if (known.progress !== from) {
    throw new PreconditionError('illegal_transition', `reset ${event.reset} is ${known.progress} and not ${from}`);
  }
  state.resets[at] = { ...known, progress: to };
  if (event.kind === 'reset_undone') bringBack(state, known);
  if (event.kind === 'undo_applied') openAnew(state, event.closed_prs ?? []);
}

const MOVES = {
  reset_applied: ['decided', 'applied'],
  reset_undone: ['applied', 'undoing'],
  undo_applied: ['undoing', 'undone'],
} as const;

function begin(state: RunState, event: Extract<RunEvent, { kind: 'run_reset' }>): void {
  const { v: _v, seq: _seq, at, kind: _kind, ...reset } = event;
  const tasks = reset.tasks.flatMap((id) => state.tasks.get(id) ?? []);
  const workstreams = reset.workstreams.flatMap(({ id }) => state.workstreams.get(id) ?? []);
  const { outcome, finishedAt, waitingFor } = state;
  const before = { tasks, workstreams, end: { outcome, finishedAt, waitingFor } };
  state.resets.push({ reset, at, progress: 'decided', before });
  for (const task of tasks) {
    state.tasks.set(task.outline.id, begunAnew(task));
  }
  for (const lane of workstreams) {
    const commit = reset.workstreams.find(({ id }) => id === lane.outline.id)?.commit ?? null;
    const status = commit === null ? 'pending' : 'active';
    const begun = commit === null ? { branch: null, baseCommit: null } : {};
    const open = { pr: null, held: null, heldSince: null, mergeCommand: null, mergedBy: null, failure: null };
    state.workstreams.set(lane.outline.id, { ...lane, ...open, ...begun, status, commit });
  }
  state.outcome = null;
  state.finishedAt = null;
  state.waitingFor = [];
}

/** Lanes whose pull request GitHub keeps closed: the run goes on with them, and opens another one. */
function openAnew(state: RunState, closed: readonly string[]): void {
  const lanes = [...state.workstreams.values()].filter(
    ({ status, pr }) => status === 'pr_created' && pr !== null && closed.includes(pr),
  );
  const open = { pr: null, proofs: {}, held: null, heldSince: null, mergeCommand: null } as const;
  for (const lane of lanes) state.workstreams.set(lane.outline.id, { ...lane, ...open, status: 'active' });
  if (lanes.length > 0) Object.assign(state, { outcome: null, finishedAt: null, waitingFor: [] });
}

/** With all the attempts that the settings allow, and nothing of what earlier ones have made. */
function begunAnew(task: TaskState): TaskState {
  const change = task.change === null ? null : { ...task.change, keep_work: false };
  const open = { status: 'pending', blockedBy: null, calledOff: false, givenUp: false, granted: 0 } as const;
  return { ...task, ...open, takenBack: task.attempts.length, change };
}

function bringBack(state: RunState, { before }: ResetState): void {
  for (const task of before.tasks) state.tasks.set(task.outline.id, task);
  for (const lane of before.workstreams) state.workstreams.set(lane.outline.id, lane);
  // Nothing of what was reset has run since: the run is as far as it was, unless it has gone on with something else.
  Object.assign(state, before.end);
}

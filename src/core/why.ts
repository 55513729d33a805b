import type { Attention } from './attention.ts';
import type { BlockRoot, HoldReason } from './events.ts';
import { requireTask } from './known-task.ts';
import { isActive, isSuccess, type TaskStatus, type TaskStep, type WorkstreamStatus } from './lifecycle.ts';
import { laneMergeWait, type MergeWait, taskMergeWait } from './merge-waits.ts';
import { type PlaceState, placeWait } from './place-state.ts';
import type { Proof } from './proofs.ts';
import type { Asks, AttemptState, RunState, TaskState, WorkstreamState } from './run-state.ts';
import { tasksOf, waitingFor, waitsOf } from './waits.ts';

/** Why a task, or a lane, is where it is. `more` counts what else it waits for in the same way. */
export type WhyReason =
  | { readonly kind: 'dependency'; readonly task: string; readonly status: TaskStatus; readonly more: number }
  | { readonly kind: 'lane_not_merged'; readonly workstream: string; readonly more: number }
  | { readonly kind: 'nobody_runs_it' }
  | { readonly kind: 'stopping'; readonly cause: string }
  | { readonly kind: 'paused' }
  | { readonly kind: 'lane_busy'; readonly workstream: string; readonly task: string }
  | { readonly kind: 'no_slot'; readonly running: readonly string[] }
  | { readonly kind: 'about_to_start' }
  | { readonly kind: 'blocked'; readonly root: BlockRoot }
  | { readonly kind: 'failed'; readonly attempt: number; readonly code: string; readonly error: string }
  | { readonly kind: 'cancelled'; readonly by: 'person' | 'run' }
  | {
      readonly kind: 'running';
      readonly attempt: number;
      readonly step: TaskStep;
      readonly since: string;
      readonly agent: string | null;
      readonly attention: Attention | null;
      /** ISO 8601: it may do nothing before, and others have its slot; null for one that has it. */
      readonly parked_until: string | null;
      /** What it waits for by its place, such as a queue; null while it is there. */
      readonly place: PlaceState | null;
      /** What its agent asks; null while it asks nothing. */
      readonly asks: Asks | null;
      /** It was told what is missing, and is idle again. */
      readonly nudged: boolean;
      /** What its merge waits for; null where that has not begun. */
      readonly merge: MergeWait | null;
    }
  | {
      readonly kind: 'succeeded';
      readonly commit: string | null;
      readonly pr: string | null;
      readonly at: string | null;
    }
  | { readonly kind: 'lane_waits'; readonly task: string; readonly status: TaskStatus; readonly more: number }
  | {
      readonly kind: 'lane_held';
      readonly hold: HoldReason;
      readonly pr: string | null;
      /** Of its pull request; null where nobody has looked. */
      readonly checks: Proof | null;
      readonly mergeCommand: string | null;
    }
  | { readonly kind: 'lane_merging'; readonly status: WorkstreamStatus; readonly merge: MergeWait | null }
  | { readonly kind: 'lane_failed'; readonly code: string; readonly error: string; readonly root: BlockRoot };

/** A task or a lane with its reason. */
export interface WhyLink {
  readonly subject: BlockRoot;
  readonly reason: WhyReason;
}

/** Why a task is where it is. */
export interface Why {
  readonly task: string;
  readonly status: TaskStatus;
  readonly reason: WhyReason;
  /** What is behind the reason, each behind the one before it; the last one is the root. */
  readonly chain: readonly WhyLink[];
  /** Null where the task itself is. */
  readonly root: BlockRoot | null;
  /** Unfinished tasks that cannot start before this one has succeeded. */
  readonly waiting: number;
}

/** Why a lane is where it is, as `whyTask` says it of a task; null for a lane that the run does not have. */
export function whyLane(state: RunState, id: string, owned: boolean): Pick<Why, 'reason' | 'chain'> | null {
  const lane = state.workstreams.get(id);
  if (lane === undefined) return null;
  const reason = laneReason(state, lane);
  return { reason, chain: chainBehind(state, { subject: { workstream: id }, reason }, owned) };
}

/** `owned`: a process runs the run now. Throws `UserError` for a task that the run does not have. */
export function whyTask(state: RunState, id: string, owned: boolean): Why {
  const task = requireTask(state, id);
  const reason = taskReason(state, task, owned);
  const chain = chainBehind(state, { subject: { task: id }, reason }, owned);
  const root = chain.at(-1)?.subject ?? null;
  return { task: id, status: task.status, reason, chain, root, waiting: waitingFor(state, id).length };
}

function chainBehind(state: RunState, first: WhyLink, owned: boolean): WhyLink[] {
  const seen = new Set([JSON.stringify(first.subject)]);
  const chain: WhyLink[] = [];
  for (let subject = behind(first.reason); subject !== null; ) {
    const key = JSON.stringify(subject);
    const reason = seen.has(key) ? null : reasonOf(state, subject, owned);
    if (reason === null) break;
    seen.add(key);
    chain.push({ subject, reason });
    subject = behind(reason);
  }
  return chain;
}

/** What to look at next; null at the end of a chain. */
function behind(reason: WhyReason): BlockRoot | null {
  switch (reason.kind) {
    case 'dependency':
    case 'lane_busy':
    case 'lane_waits':
      return { task: reason.task };
    case 'lane_not_merged':
      return { workstream: reason.workstream };
    case 'blocked':
    case 'lane_failed':
      return reason.root;
    default:
      return null;
  }
}

function reasonOf(state: RunState, subject: BlockRoot, owned: boolean): WhyReason | null {
  if ('task' in subject) {
    const task = state.tasks.get(subject.task);
    return task === undefined ? null : taskReason(state, task, owned);
  }
  const lane = state.workstreams.get(subject.workstream);
  return lane === undefined ? null : laneReason(state, lane);
}

function taskReason(state: RunState, task: TaskState, owned: boolean): WhyReason {
  const attempt = task.attempts.at(-1);
  if (task.status === 'cancelled') return { kind: 'cancelled', by: task.calledOff ? 'person' : 'run' };
  if (task.status === 'blocked' && task.blockedBy !== null) return { kind: 'blocked', root: task.blockedBy };
  if (attempt === undefined || task.status === 'pending' || task.status === 'blocked') {
    return pendingReason(state, task, owned);
  }
  if (isActive(task.status)) return runningReason(attempt, taskMergeWait(state, task));
  if (isSuccess(task.status)) {
    return { kind: 'succeeded', commit: attempt.commit, pr: attempt.pr, at: attempt.endedAt };
  }
  const { code, error } = attempt.failure ?? { code: 'unknown', error: 'no error was recorded' };
  return { kind: 'failed', attempt: attempt.number, code, error };
}

function runningReason(attempt: AttemptState, merge: MergeWait | null): WhyReason {
  const { number, step, startedAt: since, agent, attention, parkedUntil: parked_until, asks, nudged } = attempt;
  const place = placeWait(attempt);
  return { kind: 'running', attempt: number, step, since, agent, attention, parked_until, place, asks, nudged, merge };
}

/** In the order in which a schedule asks: what must be there first, then whether anybody starts it, then for room. */
function pendingReason(state: RunState, task: TaskState, owned: boolean): WhyReason {
  const waits = waitsOf(state, task);
  const dependency = mostTelling(waits.tasks);
  if (dependency !== null) {
    const { status, outline } = dependency;
    return { kind: 'dependency', task: outline.id, status, more: waits.tasks.length - 1 };
  }
  const [lane] = waits.lanes;
  if (lane !== undefined) {
    return { kind: 'lane_not_merged', workstream: lane.outline.id, more: waits.lanes.length - 1 };
  }
  // Also once it has ended: a new owner needs more before he may start anything.
  if (state.stopping === 'budget') return { kind: 'stopping', cause: 'budget' };
  if (!owned) return { kind: 'nobody_runs_it' };
  if (state.stopping !== null) return { kind: 'stopping', cause: state.stopping };
  if (state.paused) return { kind: 'paused' };
  const running = [...state.tasks.values()].filter((other) => isActive(other.status));
  const { workstream } = task.outline;
  const neighbour = running.find((other) => other.outline.workstream === workstream);
  if (neighbour !== undefined && state.workstreams.get(workstream)?.outline.parallel !== true) {
    return { kind: 'lane_busy', workstream, task: neighbour.outline.id };
  }
  const holding = running.filter((other) => other.attempts.at(-1)?.parkedUntil === null);
  if (holding.length === 0) return { kind: 'about_to_start' };
  return { kind: 'no_slot', running: holding.map((other) => other.outline.id) };
}

const TELLING: readonly TaskStatus[] = ['failed', 'cancelled', 'blocked', 'running', 'pr_created', 'pending'];

/** Trouble before work, work before what only waits itself. */
function mostTelling(tasks: readonly TaskState[]): TaskState | null {
  const rank = ({ status }: TaskState) => TELLING.indexOf(status);
  return tasks.toSorted((a, b) => rank(a) - rank(b))[0] ?? null;
}

function laneReason(state: RunState, lane: WorkstreamState): WhyReason {
  const { status, failure, held, mergeCommand, pr, proofs } = lane;
  if (failure !== null) return { kind: 'lane_failed', ...failure };
  if (held !== null) return { kind: 'lane_held', hold: held, pr, checks: proofs.checks ?? null, mergeCommand };
  const unfinished = tasksOf(state, lane.outline.id).filter((task) => !isSuccess(task.status));
  const task = mostTelling(unfinished);
  if (task === null) return { kind: 'lane_merging', status, merge: laneMergeWait(state, lane) };
  return { kind: 'lane_waits', task: task.outline.id, status: task.status, more: unfinished.length - 1 };
}

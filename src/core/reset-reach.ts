import { isSuccess } from './lifecycle.ts';
import type { ResetScope } from './reset.ts';
import type { ResetRecord } from './reset-record.ts';
import { type OwnedCommit, type ResetWorld, taskRef } from './reset-world.ts';
import { currentAttempt, type RunState, type TaskState } from './run-state.ts';

/** Why a rollback takes a task back. */
export type ResetReason =
  | { readonly kind: 'named' | 'in_run' | 'later' | 'not_finished' }
  | { readonly kind: 'in_lane' | 'waits_for_lane' | 'blocked_by_lane'; readonly workstream: string }
  | { readonly kind: 'depends_on' | 'merged_after' | 'cut_after'; readonly task: string };

/** All that a rollback comes to. */
export interface ResetReach {
  /** In the order in which it came to them. */
  readonly tasks: ReadonlyMap<string, ResetReason>;
  /** Lanes of these tasks, and those that begin anew. */
  readonly lanes: ReadonlySet<string>;
  readonly anew: ReadonlySet<string>;
  /** The first commit that goes of a lane's line. */
  readonly cuts: ReadonlyMap<string, number>;
}

export interface ResetSubject {
  readonly scope: ResetScope;
  /** The task or the lane that was named; null for the whole run. */
  readonly subject: string | null;
}

interface Place {
  readonly state: RunState;
  readonly record: ResetRecord;
  readonly world: ResetWorld;
  readonly lines: ReadonlyMap<string, readonly OwnedCommit[]>;
}

/** Follows dependencies, lanes that wait for others, and the order of merges, until nothing more is reached. */
export function resetReach(place: Place, named: ResetSubject): ResetReach {
  const spread = new Spread(place);
  const { state } = place;
  switch (named.scope) {
    case 'task':
      spread.reachTask(named.subject ?? '', { kind: 'named' });
      break;
    case 'workstream':
      spread.beginAnew(named.subject ?? '', { kind: 'in_lane', workstream: named.subject ?? '' });
      break;
    case 'after':
      for (const [task, reason] of laterThan(place, named.subject ?? '')) spread.reachTask(task, reason);
      break;
    case 'run':
      for (const lane of state.workstreams.keys()) spread.beginAnew(lane, { kind: 'in_run' });
  }
  return spread.follow();
}

/** Where a task's own merge is on its lane's line; -1 for one that merged nothing. */
function positionOf({ lines }: Place, { outline }: TaskState): number {
  return lines.get(outline.workstream)?.findIndex(({ task }) => task === outline.id) ?? -1;
}

/** In the task's own lane the line tells what came later; between lanes the journal does. */
function laterThan(place: Place, id: string): Map<string, ResetReason> {
  const { state, record } = place;
  const found = new Map<string, ResetReason>();
  const subject = state.tasks.get(id);
  if (subject === undefined) return found;
  const [seq, position] = [record.succeeded.get(id) ?? 0, positionOf(place, subject)];
  for (const task of state.tasks.values()) {
    if (!isSuccess(task.status)) {
      found.set(task.outline.id, { kind: 'not_finished' });
      continue;
    }
    const own = task.outline.workstream === subject.outline.workstream ? positionOf(place, task) : -1;
    const isLater = own >= 0 && position >= 0 ? own > position : (record.succeeded.get(task.outline.id) ?? 0) > seq;
    if (isLater) found.set(task.outline.id, { kind: 'later' });
  }
  return found;
}

class Spread implements ResetReach {
  readonly tasks = new Map<string, ResetReason>();
  readonly lanes = new Set<string>();
  readonly anew = new Set<string>();
  readonly cuts = new Map<string, number>();
  readonly #place: Place;
  readonly #dependants = new Map<string, string[]>();
  /** Reached, and not yet followed. */
  readonly #open: TaskState[] = [];

  constructor(place: Place) {
    this.#place = place;
    for (const { outline, blockedBy } of this.#all()) {
      const root = blockedBy !== null && 'task' in blockedBy ? [blockedBy.task] : [];
      for (const id of [...outline.dependencies, ...root]) {
        const known = this.#dependants.get(id);
        if (known === undefined) this.#dependants.set(id, [outline.id]);
        else known.push(outline.id);
      }
    }
  }

  reachTask(id: string, reason: ResetReason): void {
    const task = this.#place.state.tasks.get(id);
    if (task === undefined || this.tasks.has(id) || !this.#isTouched(task)) return;
    this.tasks.set(id, reason);
    this.#open.push(task);
  }

  /** Until nothing more is reached. */
  follow(): ResetReach {
    for (let task = this.#open.shift(); task !== undefined; task = this.#open.shift()) {
      const { id, workstream } = task.outline;
      for (const other of this.#dependants.get(id) ?? []) this.reachTask(other, { kind: 'depends_on', task: id });
      this.#reachLane(workstream);
      const position = positionOf(this.#place, task);
      if (position >= 0) this.#cut(task, position);
    }
    return this;
  }

  /** With all of its tasks. */
  beginAnew(lane: string, reason: ResetReason): void {
    if (this.anew.has(lane)) return;
    this.anew.add(lane);
    this.#reachLane(lane);
    for (const task of this.#all()) if (task.outline.workstream === lane) this.reachTask(task.outline.id, reason);
  }

  /** A task that is still to be started, and has left nothing, has nothing to take back. */
  #isTouched({ outline, status }: TaskState): boolean {
    const { state, world } = this.#place;
    const ref = taskRef(state, outline.id);
    return status !== 'pending' || world.refs.has(ref) || (world.remote?.refs.has(ref) ?? false);
  }

  #all(): Iterable<TaskState> {
    return this.#place.state.tasks.values();
  }

  /** What waits for all of the lane, and not for one of its tasks alone. */
  #reachLane(lane: string): void {
    if (this.lanes.has(lane)) return;
    this.lanes.add(lane);
    const { state } = this.#place;
    const laneOf = (id: string) => state.tasks.get(id)?.outline.workstream;
    const waits: ResetReason = { kind: 'waits_for_lane', workstream: lane };
    for (const { outline } of state.workstreams.values())
      if (outline.parent === lane) this.beginAnew(outline.id, waits);
    for (const { outline, blockedBy } of this.#all()) {
      const isOutside = outline.workstream !== lane && outline.dependencies.some((id) => laneOf(id) === lane);
      if (isOutside) this.reachTask(outline.id, waits);
      const isBlocked = blockedBy !== null && 'workstream' in blockedBy && blockedBy.workstream === lane;
      if (isBlocked) this.reachTask(outline.id, { kind: 'blocked_by_lane', workstream: lane });
    }
  }

  /** The line is cut below the task's merge: what was merged after it goes, and what was cut from there begins anew. */
  #cut({ outline }: TaskState, position: number): void {
    const lane = outline.workstream;
    const before = this.cuts.get(lane) ?? Number.POSITIVE_INFINITY;
    if (position >= before) return;
    this.cuts.set(lane, position);
    const gone = this.#place.lines.get(lane)?.slice(position) ?? [];
    for (const { task } of gone) if (task !== null) this.reachTask(task, { kind: 'merged_after', task: outline.id });
    const commits = new Set(gone.map(({ commit }) => commit));
    for (const task of this.#all()) {
      if (task.outline.workstream !== lane || isSuccess(task.status)) continue;
      const base = currentAttempt(task)?.baseCommit;
      if (base && commits.has(base)) this.reachTask(task.outline.id, { kind: 'cut_after', task: outline.id });
    }
  }
}

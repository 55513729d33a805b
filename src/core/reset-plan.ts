import type { Reset } from './events.ts';
import { isActive } from './lifecycle.ts';
import { integrationBranch } from './names.ts';
import { type ResetReach, type ResetReason, type ResetSubject, resetReach } from './reset-reach.ts';
import type { ResetRecord } from './reset-record.ts';
import { type LineCommit, type OwnedCommit, ownersOf, type ResetWorld, taskRef } from './reset-world.ts';
import type { RunState } from './run-state.ts';

/** A rollback as it would be done: all but the refs that keep what goes. */
export interface ResetPlan extends Pick<Reset, 'scope' | 'subject' | 'tasks' | 'workstreams' | 'refs' | 'prs'> {
  readonly reasons: Readonly<Record<string, ResetReason>>;
  readonly worktrees: readonly PlannedWorktree[];
}

export interface PlannedWorktree {
  readonly path: string;
  readonly head: string | null;
  readonly branch: string | null;
  /** See `Reset`. */
  readonly to: string | null;
  readonly dirty: boolean;
}

/** Why a rollback is not done: it would lose something, or rewrite what is not ours. */
export type ResetRefusal =
  | { readonly kind: 'running'; readonly tasks: readonly string[] }
  | {
      readonly kind: 'merged';
      readonly workstream: string;
      readonly target: string;
      readonly reverts: readonly string[];
    }
  | {
      readonly kind: 'foreign_commits';
      readonly workstream: string;
      readonly branch: string;
      readonly commits: readonly LineCommit[];
    }
  /** The branch does not hold a merge that the run has recorded. */
  | {
      readonly kind: 'branch_moved';
      readonly workstream: string;
      readonly branch: string;
      readonly task: string;
      readonly commit: string;
    }
  | { readonly kind: 'checked_out'; readonly branch: string; readonly path: string }
  | { readonly kind: 'repository_inside'; readonly path: string; readonly names: readonly string[] };

export type PlannedReset =
  | { readonly kind: 'planned'; readonly plan: ResetPlan }
  | { readonly kind: 'refused'; readonly refusals: readonly ResetRefusal[] }
  | { readonly kind: 'nothing' };

interface Drawn {
  readonly state: RunState;
  readonly world: ResetWorld;
  readonly lines: ReadonlyMap<string, readonly OwnedCommit[]>;
  readonly reach: ResetReach;
}

/** Decides what a rollback does, from what is recorded and what is there; touches nothing. */
export function planReset(state: RunState, record: ResetRecord, world: ResetWorld, named: ResetSubject): PlannedReset {
  const lines = new Map<string, readonly OwnedCommit[]>();
  const foreign = new Map<string, readonly LineCommit[]>();
  for (const [id, lane] of world.lanes) {
    const owners = ownersOf(state, record, lane);
    lines.set(id, owners.owned);
    foreign.set(id, owners.foreign);
  }
  const reach = resetReach({ state, record, world, lines }, named);
  const drawn = { state, world, lines, reach };
  const plan = { ...named, ...drawPlan(drawn) };
  const refusals = [...refusalsOf(drawn, foreign), ...worktreeRefusals(world, plan)];
  if (refusals.length > 0) return { kind: 'refused', refusals };
  const isNothing = plan.tasks.length + plan.workstreams.length + plan.refs.length + plan.worktrees.length === 0;
  return isNothing ? { kind: 'nothing' } : { kind: 'planned', plan };
}

function laneRef({ state }: Drawn, lane: string): string {
  return `refs/heads/${integrationBranch(state.graph, lane)}`;
}

/** Where the integration branch is then; null for a branch that is deleted, or that is not there. */
function tipAfter(drawn: Drawn, lane: string): string | null {
  if (drawn.reach.anew.has(lane)) return null;
  const cut = drawn.reach.cuts.get(lane);
  const first = cut === undefined ? undefined : drawn.lines.get(lane)?.[cut]?.parents[0];
  return first ?? drawn.world.refs.get(laneRef(drawn, lane)) ?? null;
}

function drawPlan(drawn: Drawn): Omit<ResetPlan, 'scope' | 'subject'> {
  const { state, reach } = drawn;
  // In the order of the graph file.
  const tasks = [...state.tasks.keys()].filter((id) => reach.tasks.has(id));
  return {
    tasks,
    reasons: Object.fromEntries(tasks.flatMap((id) => [[id, reach.tasks.get(id)] as [string, ResetReason]])),
    workstreams: lanesOf(drawn),
    refs: refsOf(drawn, tasks),
    worktrees: worktreesOf(drawn),
    prs: [],
  };
}

function lanesOf(drawn: Drawn): { id: string; commit: string | null }[] {
  const { state, reach } = drawn;
  return [...state.workstreams.values()].flatMap(({ outline: { id }, status, branch, commit }) => {
    if (!reach.lanes.has(id) || status === 'pending') return [];
    if (reach.anew.has(id) || branch === null) return [{ id, commit: null }];
    const isKept = !reach.cuts.has(id) && status !== 'merged';
    return [{ id, commit: (isKept ? commit : null) ?? tipAfter(drawn, id) }];
  });
}

function refsOf(drawn: Drawn, tasks: readonly string[]): Reset['refs'][number][] {
  const { state, world, reach } = drawn;
  const lanes = [...state.workstreams.keys()].filter((id) => reach.anew.has(id) || reach.cuts.has(id));
  const moves = [
    ...lanes.map((id) => ({ ref: laneRef(drawn, id), to: tipAfter(drawn, id) })),
    ...tasks.map((id) => ({ ref: taskRef(state, id), to: null })),
  ];
  return moves.flatMap(({ ref, to }) => {
    const from = world.refs.get(ref) ?? null;
    return from === to ? [] : [{ ref, from, to }];
  });
}

/** Worktrees are set back rather than removed: what git ignores, such as installed packages, stays in them. */
function worktreesOf(drawn: Drawn): PlannedWorktree[] {
  const { state, world, reach } = drawn;
  const branches = new Map([...state.tasks.keys()].map((id) => [taskRef(state, id), id]));
  return world.worktrees.flatMap(({ path, workstream, task, head, branch, dirty }): PlannedWorktree[] => {
    const now = { path, head, branch, dirty: dirty.length > 0 };
    if (!reach.lanes.has(workstream)) return [];
    const to = tipAfter(drawn, workstream);
    if (reach.anew.has(workstream)) return [{ ...now, to: null }];
    if (head === null || to === null) return [];
    const holder = branch === null ? undefined : branches.get(`refs/heads/${branch}`);
    if (holder !== undefined) return reach.tasks.has(holder) ? [{ ...now, to }] : [];
    const isMoved = reach.cuts.has(workstream) && (task === null || reach.tasks.has(task));
    return isMoved && (branch !== null || head !== to || now.dirty) ? [{ ...now, to }] : [];
  });
}

function refusalsOf(drawn: Drawn, foreign: ReadonlyMap<string, readonly LineCommit[]>): ResetRefusal[] {
  const { state, world, reach, lines } = drawn;
  const running = [...state.tasks.values()]
    .filter(({ outline, status }) => isActive(status) && reach.lanes.has(outline.workstream))
    .map(({ outline }) => outline.id);
  const refusals: ResetRefusal[] = running.length === 0 ? [] : [{ kind: 'running', tasks: running }];
  for (const { outline } of state.workstreams.values()) {
    const { id, target } = outline;
    if (!reach.lanes.has(id)) continue;
    const branch = integrationBranch(state.graph, id);
    const reverts = world.lanes.get(id)?.reverts ?? null;
    const commits = foreign.get(id) ?? [];
    const isMoved = reach.anew.has(id) || reach.cuts.has(id);
    if (reverts !== null) refusals.push({ kind: 'merged', workstream: id, target, reverts });
    else if (isMoved && commits.length > 0) refusals.push({ kind: 'foreign_commits', workstream: id, branch, commits });
    else if (!reach.anew.has(id)) {
      const lost = lostMerge(state, id, lines.get(id) ?? []);
      if (lost !== null) refusals.push({ kind: 'branch_moved', workstream: id, branch, ...lost });
    }
  }
  return refusals;
}

/** The last merge of the lane that its branch does not hold any more. */
function lostMerge(
  state: RunState,
  lane: string,
  line: readonly OwnedCommit[],
): { task: string; commit: string } | null {
  const held = new Set([state.workstreams.get(lane)?.baseCommit, ...line.map(({ commit }) => commit)]);
  const lost = [...state.tasks.values()].findLast(
    ({ outline, status, attempts }) =>
      outline.workstream === lane && status === 'pr_merged' && !held.has(attempts.at(-1)?.commit),
  );
  return lost === undefined ? null : { task: lost.outline.id, commit: lost.attempts.at(-1)?.commit ?? '' };
}

function worktreeRefusals(world: ResetWorld, plan: ResetPlan): ResetRefusal[] {
  const ours = new Set(plan.worktrees.map(({ path }) => path));
  const inTheWay = plan.refs.flatMap(({ ref }) => {
    const path = world.checkedOut.get(ref);
    if (path === undefined || ours.has(path)) return [];
    return [{ kind: 'checked_out', branch: ref.slice('refs/heads/'.length), path } as const];
  });
  const inside = world.worktrees.flatMap(({ path, dirty }) => {
    const names = dirty.filter((name) => name.endsWith('/'));
    return ours.has(path) && names.length > 0 ? [{ kind: 'repository_inside', path, names } as const] : [];
  });
  return [...inTheWay, ...inside];
}

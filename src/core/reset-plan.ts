import { integrationBranch } from './names.ts';
import type { Reset } from './reset.ts';
import { type ResetReach, type ResetReason, type ResetSubject, resetReach } from './reset-reach.ts';
import type { ResetRecord } from './reset-record.ts';
import { type ForeignCommits, type ResetRefusal, refusalsOf, remoteWith } from './reset-refusals.ts';
import { onGitHub } from './reset-remote.ts';
import { type OwnedCommit, ownersOf, type ResetWorld, taskRef } from './reset-world.ts';
import type { RunState } from './run-state.ts';

/** A rollback as it would be done: all but the refs that keep what goes. */
export interface ResetPlan
  extends Pick<Reset, 'scope' | 'subject' | 'tasks' | 'workstreams' | 'refs' | 'prs' | 'remote'> {
  /** Pull requests on GitHub that stay merged: what they brought in goes, they do not. */
  readonly merged_prs?: readonly string[];
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
  const foreign = new Map<string, readonly ForeignCommits[]>();
  for (const [id, lane] of world.lanes) {
    const owners = ownersOf(state, record, lane);
    lines.set(id, owners.owned);
    const here = ownersOf(state, record, { ...lane, line: lane.onlyHere ?? [] });
    foreign.set(id, [
      { remote: remoteWith(world, integrationBranch(state.graph, id)), commits: owners.foreign },
      { remote: null, commits: here.foreign },
    ]);
  }
  const reach = resetReach({ state, record, world, lines }, named);
  const drawn = { state, world, lines, reach };
  const plan = { ...named, ...drawPlan(drawn) };
  const refusals = refusalsOf({ ...drawn, foreign }, plan);
  if (refusals.length > 0) return { kind: 'refused', refusals };
  const { tasks, workstreams, refs, worktrees, prs, remote } = plan;
  const parts = [tasks, workstreams, refs, worktrees, prs, remote?.refs ?? []];
  return parts.every((part) => part.length === 0) ? { kind: 'nothing' } : { kind: 'planned', plan };
}

function laneRefOf(state: RunState, lane: string): string {
  return `refs/heads/${integrationBranch(state.graph, lane)}`;
}

/** Where the integration branch is then; null for a branch that is deleted, or that is not there. */
function tipAfter(drawn: Drawn, lane: string): string | null {
  if (drawn.reach.anew.has(lane)) return null;
  const cut = drawn.reach.cuts.get(lane);
  const first = cut === undefined ? undefined : drawn.lines.get(lane)?.[cut]?.parents[0];
  const { state, world } = drawn;
  const ref = laneRefOf(state, lane);
  return first ?? world.remote?.refs.get(ref) ?? world.refs.get(ref) ?? null;
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
    ...onGitHub(drawn, (lane) => tipAfter(drawn, lane)),
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
    ...lanes.map((id) => ({ ref: laneRefOf(state, id), to: tipAfter(drawn, id) })),
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

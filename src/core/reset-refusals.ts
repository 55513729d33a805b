import { isActive } from './lifecycle.ts';
import { integrationBranch, taskBranch } from './names.ts';
import type { Reset } from './reset.ts';
import type { ResetReach } from './reset-reach.ts';
import type { LineCommit, OwnedCommit, ResetWorld } from './reset-world.ts';
import type { RunState, WorkstreamState } from './run-state.ts';

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
      /** Such as `origin`, where the branch is there and not here. */
      readonly remote?: string;
    }
  /** The branch does not hold a merge that the run has recorded. */
  | {
      readonly kind: 'branch_moved';
      readonly workstream: string;
      readonly branch: string;
      readonly task: string;
      readonly commit: string;
      readonly remote?: string;
    }
  /** A task's branch of the remote is at a commit that is of nobody here. */
  | { readonly kind: 'pushed_by_others'; readonly branch: string; readonly commit: string; readonly remote: string }
  | { readonly kind: 'checked_out'; readonly branch: string; readonly path: string }
  | { readonly kind: 'repository_inside'; readonly path: string; readonly names: readonly string[] };

/** Commits of a lane that are of nobody here, and the remote that has them; null for the branch here. */
export interface ForeignCommits {
  readonly remote: string | null;
  readonly commits: readonly LineCommit[];
}

interface Drawn {
  readonly state: RunState;
  readonly world: ResetWorld;
  readonly reach: ResetReach;
  readonly lines: ReadonlyMap<string, readonly OwnedCommit[]>;
  readonly foreign: ReadonlyMap<string, readonly ForeignCommits[]>;
}

/** All that speaks against the rollback; none where it may be done. */
export function refusalsOf(
  drawn: Drawn,
  plan: Pick<Reset, 'refs'> & { readonly worktrees: readonly { readonly path: string }[] },
): ResetRefusal[] {
  const { state, world, reach } = drawn;
  const running = [...state.tasks.values()]
    .filter(({ outline, status }) => isActive(status) && reach.lanes.has(outline.workstream))
    .map(({ outline }) => outline.id);
  const lanes = [...state.workstreams.values()].filter(({ outline }) => reach.lanes.has(outline.id));
  return [
    ...(running.length === 0 ? [] : [{ kind: 'running', tasks: running } as const]),
    ...lanes.flatMap((lane) => laneRefusals(drawn, lane)),
    ...pushedByOthers(drawn),
    ...worktreeRefusals(world, plan),
  ];
}

function laneRefusals({ state, world, reach, lines, foreign }: Drawn, { outline }: WorkstreamState): ResetRefusal[] {
  const { id, target } = outline;
  const branch = integrationBranch(state.graph, id);
  const reverts = world.lanes.get(id)?.reverts ?? null;
  if (reverts !== null) return [{ kind: 'merged', workstream: id, target, reverts }];
  const isMoved = reach.anew.has(id) || reach.cuts.has(id);
  const others = isMoved ? (foreign.get(id) ?? []).filter(({ commits }) => commits.length > 0) : [];
  if (others.length > 0) {
    return others.map(({ remote, commits }) => ({
      ...{ kind: 'foreign_commits', workstream: id, branch, commits },
      ...whereOf(remote),
    }));
  }
  const lost = reach.anew.has(id) ? null : lostMerge(state, id, lines.get(id) ?? []);
  if (lost === null) return [];
  return [{ kind: 'branch_moved', workstream: id, branch, ...lost, ...whereOf(remoteWith(world, branch)) }];
}

/** The name of the remote that has the branch, and whose word on it counts; null for none. */
export function remoteWith({ remote }: ResetWorld, branch: string): string | null {
  return remote?.refs.has(`refs/heads/${branch}`) ? remote.name : null;
}

function whereOf(remote: string | null): { remote?: string } {
  return remote === null ? {} : { remote };
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

/** Branches of tasks that somebody has pushed to. */
function pushedByOthers({ state, world: { remote }, reach }: Drawn): ResetRefusal[] {
  if (remote === null) return [];
  return [...reach.tasks.keys()].flatMap((id): ResetRefusal[] => {
    const branch = taskBranch(state.graph, id);
    const commit = remote.refs.get(`refs/heads/${branch}`);
    if (commit === undefined || !remote.foreign.has(`refs/heads/${branch}`)) return [];
    return [{ kind: 'pushed_by_others', branch, commit, remote: remote.name }];
  });
}

function worktreeRefusals(world: ResetWorld, plan: Parameters<typeof refusalsOf>[1]): ResetRefusal[] {
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

import { BRANCH_ROOT, integrationBranch } from '../../core/names.ts';
import type { LaneInWorld, LineCommit, ResetWorld } from '../../core/reset-world.ts';
import type { RunState, WorkstreamState } from '../../core/run-state.ts';
import { readLine } from '../branch-line.ts';
import type { Git } from '../tools/git.ts';
import { isUpdate } from '../update-merge.ts';
import { Worktrees } from '../worktree.ts';
import type { RollbackPlace } from './apply.ts';
import { type ReadRemote, readRemote } from './remote-world.ts';
import { revertOf, revertsOf } from './reverts.ts';
import { readWorktrees } from './worktrees-in-world.ts';

/** Reads what a rollback of this run would touch; touches nothing. */
export async function readResetWorld(place: RollbackPlace, state: RunState): Promise<ResetWorld> {
  const { git, commonDir } = place;
  const refs = await readRefs(git, state.graph);
  const remote = place.remote === null ? null : await readRemote(place.remote, git, state);
  const lanes = new Map<string, LaneInWorld>();
  for (const lane of state.workstreams.values()) {
    lanes.set(lane.outline.id, await readLane({ git, state, refs, remote }, lane));
  }
  const worktrees = await readWorktrees(git, new Worktrees(git, commonDir), state);
  return { refs, lanes, ...worktrees, remote: remote?.inWorld ?? null };
}

interface Place {
  readonly git: Git;
  readonly state: RunState;
  readonly refs: ReadonlyMap<string, string>;
  readonly remote: ReadRemote | null;
}

async function readRefs(git: Git, graph: string): Promise<Map<string, string>> {
  const format = '--format=%(refname) %(objectname)';
  const { stdout } = await git.run(['for-each-ref', format, `refs/heads/${BRANCH_ROOT}/${graph}/`]);
  const entries = stdout.split('\n').filter((line) => line !== '');
  return new Map(entries.map((line) => line.split(' ') as [string, string]));
}

async function readLane(place: Place, lane: WorkstreamState): Promise<LaneInWorld> {
  const { git, state, refs, remote } = place;
  const { outline, baseCommit, mergedBy, pr } = lane;
  const nothing: LaneInWorld = { line: [], reverts: null };
  if (baseCommit === null) return nothing;
  const ref = `refs/heads/${integrationBranch(state.graph, outline.id)}`;
  const here = refs.get(ref) ?? null;
  const tip = remote?.inWorld.refs.get(ref) ?? here;
  // Of a branch that was cleared away after the merge its last merge is still known.
  const last = tip ?? (await lastMerge(git, state, outline.id));
  if (last === null) return nothing;
  const targetTip = remote === null ? await git.branch(outline.target) : remote.target(outline.target);
  const line = last === baseCommit ? [] : await readLine(git, [last, `^${baseCommit}`]);
  const target = { target: outline.target, targetTip, remote: remote?.inWorld.name ?? null };
  const branch = { tip: last, base: baseCommit, line, ...target };
  const reverts = mergedBy === 'nothing_to_merge' || line.length === 0 ? null : await revertsOf(git, branch);
  const found = { line: tip === null ? [] : line, reverts };
  if (remote === null) return found;
  const onlyHere = here === null || here === tip ? [] : await readLine(git, [here, `^${last}`, `^${baseCommit}`]);
  const marked = await markUpdates(git, found.line, targetTip);
  return { line: marked, onlyHere, reverts: reverts ?? (await mergedThere(place, pr, target)) };
}

/** Of a lane that GitHub knows to be merged, and of which git alone would not know. */
async function mergedThere(
  { git, remote }: Place,
  pr: string | null,
  target: { readonly target: string; readonly remote: string | null },
): Promise<string[] | null> {
  const commit = pr === null ? undefined : remote?.merged.get(pr);
  if (commit === undefined) return null;
  return commit === null || (await git.resolve(commit)) === null ? [] : [await revertOf(git, target, commit)];
}

async function markUpdates(git: Git, line: readonly LineCommit[], target: string | null): Promise<LineCommit[]> {
  const marked: LineCommit[] = [];
  for (const entry of line) {
    marked.push((await isUpdate(git, entry, target)) ? { ...entry, bringsUpToDate: true } : entry);
  }
  return marked;
}

/** The latest commit that a merge of the lane has made, where the repository still has it. */
async function lastMerge(git: Git, state: RunState, lane: string): Promise<string | null> {
  const merges = [...state.tasks.values()].flatMap(({ outline, status, attempts }) => {
    const attempt = attempts.at(-1);
    return outline.workstream === lane && status === 'pr_merged' && attempt?.commit ? [attempt] : [];
  });
  const [latest] = merges.sort((a, b) => (b.endedAt ?? '').localeCompare(a.endedAt ?? ''));
  return latest?.commit ? await git.resolve(latest.commit) : null;
}

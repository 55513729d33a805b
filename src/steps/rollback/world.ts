import { BRANCH_ROOT, integrationBranch } from '../../core/names.ts';
import type { LaneInWorld, LineCommit, ResetWorld } from '../../core/reset-world.ts';
import type { RunState, WorkstreamState } from '../../core/run-state.ts';
import type { Git } from '../tools/git.ts';
import { Worktrees } from '../worktree.ts';
import type { RollbackPlace } from './apply.ts';
import { revertsOf } from './reverts.ts';
import { readWorktrees } from './worktrees-in-world.ts';

/** Reads what a rollback of this run would touch; touches nothing. */
export async function readResetWorld({ git, commonDir }: RollbackPlace, state: RunState): Promise<ResetWorld> {
  const refs = await readRefs(git, state.graph);
  const lanes = new Map<string, LaneInWorld>();
  for (const lane of state.workstreams.values()) lanes.set(lane.outline.id, await readLane(git, state, lane, refs));
  return { refs, lanes, ...(await readWorktrees(git, new Worktrees(git, commonDir), state)) };
}

async function readRefs(git: Git, graph: string): Promise<Map<string, string>> {
  const format = '--format=%(refname) %(objectname)';
  const { stdout } = await git.run(['for-each-ref', format, `refs/heads/${BRANCH_ROOT}/${graph}/`]);
  const entries = stdout.split('\n').filter((line) => line !== '');
  return new Map(entries.map((line) => line.split(' ') as [string, string]));
}

async function readLane(
  git: Git,
  state: RunState,
  { outline, baseCommit, mergedBy }: WorkstreamState,
  refs: ReadonlyMap<string, string>,
): Promise<LaneInWorld> {
  const nothing: LaneInWorld = { line: [], reverts: null };
  if (baseCommit === null) return nothing;
  const tip = refs.get(`refs/heads/${integrationBranch(state.graph, outline.id)}`) ?? null;
  // Of a branch that was cleared away after the merge its last merge is still known.
  const last = tip ?? (await lastMerge(git, state, outline.id));
  if (last === null || last === baseCommit) return nothing;
  const line = await readLine(git, baseCommit, last);
  const lane = { tip: last, base: baseCommit, target: outline.target, line };
  const reverts = mergedBy === 'nothing_to_merge' ? null : await revertsOf(git, lane);
  return { line: tip === null ? [] : line, reverts };
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

async function readLine(git: Git, base: string, tip: string): Promise<LineCommit[]> {
  const args = ['log', '-z', '--first-parent', '--reverse', '--no-show-signature', '--format=%H%n%P%n%s'];
  const { stdout } = await git.run([...args, tip, `^${base}`]);
  const entries = stdout.split('\0').filter((entry) => entry !== '');
  return entries.map((entry) => {
    const [commit = '', parents = '', subject = ''] = entry.split('\n');
    return { commit, parents: parents.split(' '), subject };
  });
}

import type { GraphUse } from '../../core/gc-plan.ts';
import { isSuccess } from '../../core/lifecycle.ts';
import { BRANCH_ROOT } from '../../core/names.ts';
import type { RunState } from '../../core/run-state.ts';
import { RemoteGit } from '../github/remote-git.ts';
import { REAL_CLOCK } from '../tools/clock.ts';
import type { Git } from '../tools/git.ts';
import type { GraphRecords } from './graph-records.ts';

/** A branch of ours on GitHub that no run here needs any more. */
export interface RemoteLeaving {
  /** Such as `origin`. */
  readonly remote: string;
  readonly branch: string;
  readonly commit: string;
}

export interface RemoteSurvey {
  readonly leavings: readonly RemoteLeaving[];
  /** How many there are of graphs that were not run here: nobody here knows who needs them. */
  readonly unknown: number;
}

/** Asks the remotes of the graphs that were last run on GitHub. Throws `WorkspaceError` where one cannot be reached. */
export async function surveyRemotes(
  git: Git,
  records: readonly GraphRecords[],
  uses: readonly GraphUse[],
): Promise<RemoteSurvey> {
  const remotes = new Set(records.flatMap(({ remote }) => (remote === null ? [] : [remote])));
  const leavings: RemoteLeaving[] = [];
  let unknown = 0;
  for (const remote of remotes) {
    const found = await new RemoteGit({ git, remote, clock: REAL_CLOCK }).list([`${BRANCH_ROOT}/*`]);
    for (const [ref, commit] of found) {
      const branch = ref.slice('refs/heads/'.length);
      const [, graph = '', ...rest] = branch.split('/');
      const own = records.find((one) => one.graph === graph && one.remote === remote);
      const use = uses.find((one) => one.graph === graph);
      if (own === undefined || use === undefined) unknown++;
      else if (!isNeeded(rest.join('/'), own, use)) leavings.push({ remote, branch, commit });
    }
  }
  return { leavings, unknown };
}

/** By who works on the graph now, by its last run where that may go on, or because nothing is known of that. */
function isNeeded(name: string, { states, runs }: GraphRecords, { busy, damage }: GraphUse): boolean {
  const state = states.get(runs.at(-1) ?? 0);
  if (busy !== null || damage !== null || state === undefined) return true;
  return name.startsWith('ws/') ? isLaneOpen(state, name.slice(3)) : isTaskOpen(state, name);
}

/** What is of no lane of the last run is of an earlier one, which nobody goes on with. */
function isLaneOpen(state: RunState, lane: string): boolean {
  const status = state.workstreams.get(lane)?.status;
  return status !== undefined && status !== 'merged';
}

function isTaskOpen(state: RunState, id: string): boolean {
  const task = state.tasks.get(id);
  return task !== undefined && !isSuccess(task.status) && isLaneOpen(state, task.outline.workstream);
}

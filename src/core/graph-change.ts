import type { GraphChange } from './events.ts';
import type { Graph, GraphTask, Workstream } from './graph/graph.ts';
import { isActive, isSuccess } from './lifecycle.ts';
import type { RunState, WorkstreamState } from './run-state.ts';
import { sameValue } from './same-value.ts';

/** What an edit of the graph file does to a run that has begun, and why the run cannot take it up. */
export interface GraphComparison {
  /** Four empty lists for an edit that changes no task. */
  readonly change: GraphChange;
  /** Plain sentences; empty where the run can go on with the new graph. */
  readonly problems: readonly string[];
}

/** Compares the graph that a run has followed so far with that of the file now. */
export function compareGraphs(before: Graph, after: Graph, state: RunState): GraphComparison {
  const change = changeOf(before, after, state);
  const problems = [
    ...nameProblems(before, after),
    ...laneProblems(before, after, state),
    ...movedProblems(after, state),
    ...closedLaneProblems(change, after, state),
  ];
  return { change, problems };
}

function changeOf(before: Graph, after: Graph, state: RunState): GraphChange {
  const change = { added: [] as string[], removed: [] as string[], changed: [] as string[], stale: [] as string[] };
  for (const task of after.tasks) {
    const old = before.taskById.get(task.id);
    if (old !== undefined && sameDefinition(old, task)) continue;
    if (isFinished(state, task.id)) change.stale.push(task.id);
    else if (old === undefined) change.added.push(task.id);
    else change.changed.push(task.id);
  }
  for (const { id } of before.tasks) {
    if (after.taskById.has(id)) continue;
    if (isFinished(state, id)) change.stale.push(id);
    else change.removed.push(id);
  }
  return change;
}

function isFinished(state: RunState, id: string): boolean {
  const task = state.tasks.get(id);
  return task !== undefined && isSuccess(task.status);
}

/** All of a task but the order in which it names its dependencies. */
function sameDefinition(a: GraphTask, b: GraphTask): boolean {
  return sameValue(withSortedDependencies(a), withSortedDependencies(b));
}

function withSortedDependencies(task: GraphTask): GraphTask {
  return { ...task, dependencies: task.dependencies.toSorted() };
}

function nameProblems(before: Graph, after: Graph): string[] {
  if (before.name === after.name) return [];
  return [`the graph was named ${before.name} and is now named ${after.name}`];
}

/** What a lane's branch was cut from, where it goes, and where its tasks work is settled when it begins. */
const SETTLED = [
  ['base_branch', 'baseBranch'],
  ['merge_target_branch', 'mergeTargetBranch'],
  ['parallel', 'parallel'],
] as const satisfies readonly (readonly [string, keyof Workstream])[];

function laneProblems(before: Graph, after: Graph, state: RunState): string[] {
  const problems: string[] = [];
  for (const old of before.workstreams) {
    if (!hasBegun(state.workstreams.get(old.id))) continue;
    const now = after.workstreamById.get(old.id);
    if (now === undefined) {
      const finished = finishedTasksOf(state, old.id);
      if (finished.length > 0)
        problems.push(`workstream ${old.id} is gone, and holds finished work: ${list(finished)}`);
      continue;
    }
    for (const [key, field] of SETTLED) {
      if (now[field] === old[field]) continue;
      problems.push(`workstream ${old.id} has begun, so its ${key} cannot change from ${old[field]} to ${now[field]}`);
    }
  }
  return problems;
}

/** A lane that failed before it had a branch can still be mended. */
function hasBegun(lane: WorkstreamState | undefined): boolean {
  return lane !== undefined && lane.status !== 'pending' && lane.branch !== null;
}

function finishedTasksOf(state: RunState, lane: string): string[] {
  const tasks = [...state.tasks.values()].filter((task) => task.outline.workstream === lane);
  return tasks.filter((task) => isSuccess(task.status)).map((task) => task.outline.id);
}

function movedProblems(after: Graph, state: RunState): string[] {
  const problems: string[] = [];
  for (const { id, workstreamId } of after.tasks) {
    const lane = state.tasks.get(id)?.outline.workstream;
    if (lane === undefined || lane === workstreamId) continue;
    // What is at work has its branch and its worktree from the lane that it began in.
    const isAtWork = isActive(state.tasks.get(id)?.status ?? 'pending');
    if (!isAtWork && !isFinished(state, id)) continue;
    const how = isAtWork ? 'at work' : 'finished';
    problems.push(`task ${id} is ${how} in workstream ${lane}, so it cannot move to ${workstreamId}`);
  }
  return problems;
}

function closedLaneProblems({ added, changed }: GraphChange, after: Graph, state: RunState): string[] {
  const unfinished = new Set([...added, ...changed]);
  const problems: string[] = [];
  for (const { id, workstreamId } of after.tasks) {
    if (!unfinished.has(id)) continue;
    const status = state.workstreams.get(workstreamId)?.status;
    if (status !== 'merged' && status !== 'pr_created') continue;
    const how = status === 'merged' ? 'is already merged' : 'is already handed over to be merged';
    problems.push(`task ${id} would come to workstream ${workstreamId}, which ${how}`);
  }
  return problems;
}

function list(ids: readonly string[]): string {
  const more = ids.length - 5;
  return `${ids.slice(0, 5).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

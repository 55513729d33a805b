import { taskBranch } from './names.ts';
import type { ResetRecord } from './reset-record.ts';
import type { RunState, TaskState } from './run-state.ts';

/** The refs and worktrees of a run as they are, read before a rollback is planned. */
export interface ResetWorld {
  /** Commits of the graph's branches, by full name. */
  readonly refs: ReadonlyMap<string, string>;
  readonly lanes: ReadonlyMap<string, LaneInWorld>;
  /** Those of the graph's lanes. */
  readonly worktrees: readonly WorktreeInWorld[];
  /** Where each branch is checked out, by full name. */
  readonly checkedOut: ReadonlyMap<string, string>;
  /** Of a run on GitHub; null where git alone merges. */
  readonly remote: RemoteInWorld | null;
}

/** What of a run is on GitHub. All of its commits are here, too. */
export interface RemoteInWorld {
  /** Such as `origin`. */
  readonly name: string;
  /** Commits of the graph's branches there, by full name. */
  readonly refs: ReadonlyMap<string, string>;
  /** Task branches there that are at a commit which nobody here knows. */
  readonly foreign: ReadonlySet<string>;
  /** Pull requests of these branches. */
  readonly open: readonly { readonly url: string; readonly head: string }[];
}

export interface LaneInWorld {
  /** First parents of the integration branch, on GitHub where it is there, oldest first, from just above the base. */
  readonly line: readonly LineCommit[];
  /** Those of the branch here that the one on GitHub does not have. */
  readonly onlyHere?: readonly LineCommit[];
  /** What takes the lane out of its target branch again; null where that does not contain it. */
  readonly reverts: readonly string[] | null;
}

export interface LineCommit {
  readonly commit: string;
  readonly parents: readonly string[];
  readonly subject: string;
  /** It only brings the target branch in, as GitHub does when somebody brings a pull request up to date. */
  readonly bringsUpToDate?: boolean;
}

export interface WorktreeInWorld {
  /** Absolute. */
  readonly path: string;
  readonly workstream: string;
  /** Null for the one that the lane's tasks share. */
  readonly task: string | null;
  /** Null for a folder that is no worktree any more. */
  readonly head: string | null;
  readonly branch: string | null;
  /** Changed and untracked files that are not ignored; repositories inside of it end with a slash. */
  readonly dirty: readonly string[];
}

/** A commit of a lane's line, and the task whose merge made it; null for a merge of the base. */
export interface OwnedCommit extends LineCommit {
  readonly task: string | null;
}

/** Who made each commit of the line; `foreign` is what no merge of this run has made. */
export function ownersOf(
  state: RunState,
  record: ResetRecord,
  lane: LaneInWorld,
): { owned: OwnedCommit[]; foreign: LineCommit[] } {
  const known = new Set(lane.line.map(({ commit }) => record.madeFor.get(commit)));
  const owned: OwnedCommit[] = [];
  const foreign: LineCommit[] = [];
  for (const entry of lane.line) {
    const task = record.madeFor.get(entry.commit) ?? unrecordedOwner(state, known, entry);
    const isOfBase = record.madeFor.get(entry.commit) === null || entry.bringsUpToDate === true;
    if (task !== null || isOfBase) owned.push({ ...entry, task });
    else foreign.push(entry);
  }
  return { owned, foreign };
}

/** A merge whose owner was killed before it was recorded, and which the next owner found done. */
function unrecordedOwner(
  state: RunState,
  known: ReadonlySet<string | null | undefined>,
  { parents, subject }: LineCommit,
): string | null {
  const named = /^Merge task ([A-Za-z0-9_][A-Za-z0-9_.-]*)(?::|$)/.exec(subject)?.[1];
  const isIt = ({ outline, status, attempts }: TaskState) =>
    status === 'pr_merged' &&
    !known.has(outline.id) &&
    (outline.id === named || (parents[1] !== undefined && parents[1] === attempts.at(-1)?.signalled));
  return [...state.tasks.values()].find(isIt)?.outline.id ?? null;
}

/** The task's branch, by full name. */
export function taskRef(state: RunState, task: string): string {
  return `refs/heads/${taskBranch(state.graph, task)}`;
}

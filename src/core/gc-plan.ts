import type { RunOutcome } from './lifecycle.ts';

export type LeavingKind =
  | 'pane'
  /** What is left of an agent, or works on for it, where it has no pane here. */
  | 'container'
  | 'job'
  | 'remote'
  | 'process'
  | 'owner_window'
  | 'worktree'
  | 'branch'
  | 'run_folder'
  /** A ref under `refs/agentrelay/`. */
  | 'kept_ref'
  /** What git could not keep; its content is nowhere else. */
  | 'kept_folder';

const OF_AGENTS: readonly LeavingKind[] = ['pane', 'container', 'job', 'remote', 'process'];

/** Something that a run has left behind, as it was found. */
export interface Leaving {
  readonly kind: LeavingKind;
  /** Tells it apart among those of its kind: a path below the repository, a ref, a pane. */
  readonly name: string;
  /** Null where nothing tells whose it is. */
  readonly graph: string | null;
  readonly run: number | null;
  /** Null when it was not measured. */
  readonly bytes: number | null;
  /** Milliseconds since 1970. */
  readonly changedAt: number | null;
  readonly work: Work;
  /** Why it cannot be removed, whoever asks; null when it can. */
  readonly obstacle: string | null;
  /** The worktree, by its name, that a branch is checked out in: it goes with that, or stays. */
  readonly heldBy: string | null;
}

/** What would be gone with it. */
export interface Work {
  /** The branch that has all its commits, as they are or as other commits with the same changes. */
  readonly merged: { readonly into: string; readonly how: 'contained' | 'equivalent' } | null;
  /** Commits that no target has; of a run's folder the kept refs that hold such commits. */
  readonly unmerged: number;
  /** Changed files that are in no commit. */
  readonly uncommitted: number;
}

export const NO_WORK: Work = { merged: null, unmerged: 0, uncommitted: 0 };

/** How a graph stands: whether its leavings may be touched at all. */
export interface GraphUse {
  readonly graph: string;
  /** Numbers of the runs that have records, oldest first. */
  readonly runs: readonly number[];
  /** Who works on it now; null for nobody. */
  readonly busy: string | null;
  /** Null for a run that has not ended, or never was. */
  readonly outcome: RunOutcome | null;
  /** Why the records of the last run tell nothing; null when they do. */
  readonly damage: string | null;
}

/** `safe`: nothing is lost. `unmerged`: its commits are kept under a ref. `kept`: it is the last trace itself. */
export type GcGroup = 'safe' | 'unmerged' | 'kept';

export interface GcItem {
  readonly leaving: Leaving;
  /** Null for what stays. */
  readonly group: GcGroup | null;
  /** Why it may go, or stays. */
  readonly reason: string;
}

type Verdict = Pick<GcItem, 'group' | 'reason'>;

/** What may go, and with which question. `keep`: how many of the newest runs of a graph keep their records. */
export function planGc(
  leavings: readonly Leaving[],
  uses: readonly GraphUse[],
  { keep }: { readonly keep: number },
): GcItem[] {
  const items = leavings.map((leaving) => ({ leaving, ...judge(leaving, uses, keep) }));
  return items.map((item) => withItsWorktree(item, items));
}

function withItsWorktree(item: GcItem, items: readonly GcItem[]): GcItem {
  const { heldBy } = item.leaving;
  if (heldBy === null || item.group === null) return item;
  const holder = items.find(({ leaving }) => leaving.kind === 'worktree' && leaving.name === heldBy);
  if (holder?.group === 'safe' || holder?.group === item.group) return item;
  return { ...item, group: holder?.group ?? null, reason: `checked out in ${heldBy}: ${holder?.reason ?? 'stays'}` };
}

/** A run that ended for good: nobody goes on with it. */
export function isOver(use: GraphUse): boolean {
  if (use.damage !== null) return false;
  return use.runs.length === 0 || use.outcome === 'succeeded' || use.outcome === 'completed_with_failures';
}

function judge(leaving: Leaving, uses: readonly GraphUse[], keep: number): Verdict {
  if (leaving.obstacle !== null) return stays(leaving.obstacle);
  if (leaving.kind === 'kept_ref' || leaving.kind === 'kept_folder') return judgeKept(leaving, uses);
  const use = uses.find(({ graph }) => graph === leaving.graph);
  if (use === undefined) return stays('nobody knows whose it is');
  if (use.busy !== null) return stays(use.busy);
  if (leaving.kind === 'owner_window') return { group: 'safe', reason: 'its owner has ended' };
  if (leaving.kind === 'run_folder') return judgeFolder(leaving, use, keep);
  if (!isOver(use)) return stays(unfinished(use));
  return OF_AGENTS.includes(leaving.kind) ? { group: 'safe', reason: 'its agent has ended' } : judgeWork(leaving.work);
}

/** Kept refs tell only the number of their run: any run of that number may need them to be undone, or to go on. */
function judgeKept(leaving: Leaving, uses: readonly GraphUse[]): Verdict {
  const mine = uses.filter(({ graph, runs }) =>
    leaving.graph === null ? runs.at(-1) === leaving.run : graph === leaving.graph && runs.at(-1) === leaving.run,
  );
  for (const use of mine) {
    if (use.busy !== null) return stays(use.busy);
    if (!isOver(use)) return stays(unfinished(use));
  }
  return { group: 'kept', reason: judgeWork(leaving.work).reason };
}

function judgeFolder({ run, work }: Leaving, { runs }: GraphUse, keep: number): Verdict {
  // What is left of one that was removed half-way has no number.
  if (run === null) return { group: 'safe', reason: 'was being removed' };
  if (runs.slice(-keep).includes(run)) return stays(keep === 1 ? 'the newest run' : `one of the newest ${keep} runs`);
  if (work.unmerged === 0) return { group: 'safe', reason: `older than the newest ${keep}` };
  return { group: 'unmerged', reason: `${count(work.unmerged, 'kept ref')} of run ${run} not merged` };
}

function judgeWork({ merged, unmerged, uncommitted }: Work): Verdict {
  const lost = [
    ...(uncommitted > 0 ? [`${count(uncommitted, 'file')} not committed`] : []),
    ...(unmerged > 0 ? [`${count(unmerged, 'commit')} not merged`] : []),
  ];
  if (lost.length > 0) return { group: 'unmerged', reason: lost.join(', ') };
  if (merged === null) return { group: 'safe', reason: 'holds no work' };
  const how = merged.how === 'contained' ? 'merged into' : 'its changes are in';
  return { group: 'safe', reason: `${how} ${merged.into}` };
}

function unfinished({ runs, outcome, damage }: GraphUse): string {
  if (damage !== null) return damage;
  const how = outcome === null ? 'interrupted' : outcome.replaceAll('_', ' ');
  return `run ${runs.at(-1)} is not over (${how})`;
}

function stays(reason: string): Verdict {
  return { group: null, reason };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** How far a rollback reaches: one task, one lane, all that came after a task, or the whole run. */
export type ResetScope = 'task' | 'workstream' | 'after' | 'run';

/** A rollback: decided, in full, before anything is touched. `null` for a ref stands for "is not there". */
export interface Reset {
  /** From 1 in each run. */
  readonly reset: number;
  readonly scope: ResetScope;
  /** The task or the lane that was named; null for the whole run. */
  readonly subject: string | null;
  /** Become pending again. */
  readonly tasks: readonly string[];
  /** `commit` is what the integration branch is set back to; null for a lane that is begun anew. */
  readonly workstreams: readonly { readonly id: string; readonly commit: string | null }[];
  readonly refs: readonly { readonly ref: string; readonly from: string | null; readonly to: string | null }[];
  /** Absolute paths of worktrees that go or are set back, and where all that was in them is kept. */
  readonly worktrees: readonly {
    readonly path: string;
    readonly head: string | null;
    readonly branch: string | null;
    /** The commit that it is detached at from now on; null for one that is removed. */
    readonly to: string | null;
    /** A commit of the index and one of the files; null where they were clean. */
    readonly index: string | null;
    readonly files: string | null;
  }[];
  /** Refs that keep what the reset takes away. */
  readonly backups: readonly { readonly ref: string; readonly commit: string }[];
  /** Pull requests that are closed. */
  readonly prs: readonly string[];
  /** Branches on GitHub; left out where git alone merges. */
  readonly remote?: {
    /** Such as `origin`. */
    readonly name: string;
    /** `to` is null for one that is deleted. */
    readonly refs: readonly { readonly ref: string; readonly from: string; readonly to: string | null }[];
  };
}

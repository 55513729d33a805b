import type { HoldReason } from './events.ts';
import type { Workstream } from './graph/graph.ts';
import type { Proof } from './proofs.ts';
import type { RunState } from './run-state.ts';

/** What is known of a lane while it runs. */
export interface WorkstreamRuntime {
  readonly workstream: Workstream;
  readonly run: number;
  readonly signal: AbortSignal;
  /** Tells what is known of a proof of its pull request. */
  readonly proved?: (pr: string, proof: Proof) => void;
  readonly state: {
    integrationBranch: string | null;
    baseCommit: string | null;
    /** The last commit of the integration branch that was recorded; null before the first. */
    readonly tip: string | null;
    /** Absolute; null where each task has its own. */
    worktreePath: string | null;
  };
}

export type IntegrationPullRequest =
  | { readonly kind: 'nothing_to_merge'; readonly commit: string }
  /** Somebody merged it while nobody watched; `commit` is the target's. */
  | { readonly kind: 'merged'; readonly commit: string }
  | {
      readonly kind: 'opened';
      readonly pr: string;
      readonly target: string;
      readonly commit: string;
      /** What a person runs or opens to merge it. */
      readonly mergeCommand: string;
    };

export type IntegrationMerge =
  | { readonly kind: 'merged'; readonly commit: string }
  | { readonly kind: 'held'; readonly reason: HoldReason; readonly details: readonly string[] };

/** What is done to the world for a lane. Each can be run again after a crash and reaches the same world. */
export interface WorkstreamSteps {
  /** Cuts the integration branch from the base and makes the lane's worktree; fills in the lane's state. */
  prepare(lane: WorkstreamRuntime): Promise<void>;
  /** The commit of the integration branch. */
  tip(lane: WorkstreamRuntime): Promise<string>;
  /** Opens the integration pull request, or finds that there is nothing to merge. */
  open(lane: WorkstreamRuntime, run: RunState): Promise<IntegrationPullRequest>;
  /** Merges it into the target branch, or says what a person must do. */
  merge(lane: WorkstreamRuntime, pr: string, run: RunState): Promise<IntegrationMerge>;
  /** Resolves when a person has merged it; never, when nobody does before the lane's signal is aborted. */
  awaitMerge(lane: WorkstreamRuntime, pr: string): Promise<{ readonly commit: string }>;
  /** Removes the lane's worktree; branches stay. */
  teardown(lane: WorkstreamRuntime): Promise<void>;
}

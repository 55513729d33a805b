import type { PromptEvidence } from './agent-events.ts';
import type { Agent, KnownAgent } from './agent-handle.ts';
import type { RedCheck } from './proofs.ts';
import type { TaskRuntime } from './task-runtime.ts';

/** The steps of the lifecycle. Each can be run again after a crash and reaches the same world. */

/** Makes the branch, the worktree and the files that the agent works from. */
export interface TaskPreparer {
  prepare(runtime: TaskRuntime): Promise<void>;
  /** What an attempt of an earlier owner holds is held again; nothing in the world changes. */
  adopt?(runtime: TaskRuntime): void;
}

/** Starts the task's agent, or finds the one that this attempt already has. */
export interface TaskLauncher {
  launch(runtime: TaskRuntime): Promise<Agent>;
  /**
   * The agent of an attempt that an earlier owner has launched; null when it never was. Without this method such an
   * attempt counts as lost.
   */
  find?(runtime: TaskRuntime): Promise<KnownAgent | null>;
}

/** Makes the agent begin; returns when it was seen to have taken the prompt, and what showed it where that is known. */
export interface TaskKickoff {
  kickoff(runtime: TaskRuntime, agent: Agent): Promise<KickedOff | undefined> | Promise<void>;
}

export interface KickedOff {
  readonly seenBy: PromptEvidence;
  /** How often the prompt was submitted. */
  readonly tries: number;
}

/** Waits until the agent signals that it is done or has failed. */
export interface TaskCompletionChecker {
  waitForCompletion(runtime: TaskRuntime): Promise<TaskCompletionSignal>;
  /** Sets the accepted signal aside as the `k`-th, from 1, so that a new one can be awaited. Once for each `k`. */
  reopen(runtime: TaskRuntime, k: number): Promise<void>;
  /** Tells what an agent that lives has said of itself while nobody listened. */
  catchUp?(runtime: TaskRuntime): void;
}

/** Runs the task's completion gate on the commit that was signalled. */
export interface TaskGateChecker {
  check(runtime: TaskRuntime): Promise<GateResult>;
}

/** Proves the task's pull request and merges it into the integration branch. */
export interface TaskMerger {
  mergePr(runtime: TaskRuntime, prUrl: string): Promise<MergeResult>;
  /** Gives up the turn that a task may have kept after `updated`. Called at the end of every go at merging it. */
  leaveQueue?(runtime: TaskRuntime): void;
}

/** Releases what the attempt holds. */
export interface TaskTeardown {
  teardown(runtime: TaskRuntime): Promise<void>;
  /** Brings back what a teardown has taken away, as far as that can be. Finds what is back already. */
  undo?(runtime: TaskRuntime): Promise<UndoneTeardown>;
}

/** What is there again. */
export interface UndoneTeardown {
  readonly branch: string;
  readonly commit: string;
  /** Absolute, with what was not committed in it; null where only the branch is back. */
  readonly worktree: string | null;
}

export interface TaskCompletionSignal {
  readonly outcome: 'done' | 'failed';
  /** Of `done`: the pull request, or `NO_PR`. */
  readonly prUrl: string | null;
  /** Of `failed`: what the agent said. */
  readonly error: string | null;
  /** These hold back an automatic merge of the workstream. */
  readonly concerns: readonly string[];
  readonly opsConcerns: readonly string[];
  /** The branch's commit when the signal was accepted. */
  readonly commit: string | null;
  /** Commits on the branch since it was cut; null when unknown. */
  readonly commitsAhead: number | null;
}

export interface GateResult {
  readonly passed: boolean;
  /** Null when a time limit or a signal ended the gate. */
  readonly exitCode: number | null;
  /** The file that keeps the output; absolute. */
  readonly outputFile: string;
}

/** What became of a merge of one branch into another. */
export type BranchMerge =
  | { readonly kind: 'merged'; readonly commit: string }
  | { readonly kind: 'conflict'; readonly files: readonly string[] };

export type MergeResult =
  | BranchMerge
  /** Required checks are red. */
  | { readonly kind: 'checks_failed'; readonly checks: readonly RedCheck[] }
  /** The branch had to be brought up to date first: what it is at now is gated and proved anew. */
  | { readonly kind: 'updated' };

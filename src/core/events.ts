import type { AgentFact, BudgetReached, RunBounds } from './agent-events.ts';
import type { SendResult } from './agent-handle.ts';
import type { IntegrationFailureClass } from './errors.ts';
import type { RunOutcome, TaskStep } from './lifecycle.ts';
import type { Proof, RedCheck } from './proofs.ts';
import type { Reset } from './reset.ts';

/** The version of the event format that this code writes and reads. */
export const EVENT_VERSION = 1;

/** What the run is made of, so that a journal can be read without its graph file. */
export interface TaskOutline {
  readonly id: string;
  readonly workstream: string;
  readonly role: string;
  readonly framework: string;
  readonly dependencies: readonly string[];
}

export interface WorkstreamOutline {
  readonly id: string;
  readonly parent: string | null;
  readonly base: string;
  readonly target: string;
  readonly auto_merge: boolean;
  readonly parallel: boolean;
}

interface OfTask {
  readonly task: string;
  readonly attempt: number;
}

type OfWorkstream = { readonly workstream: string };

/** A file of `commands/`, by its number; they are handled in order, each once. */
interface OfRequest {
  readonly request: number;
  readonly action: string;
  readonly task: string | null;
}

/** Ids of tasks, by what an edit of the graph file did to them. */
export interface GraphChange {
  readonly added: readonly string[];
  /** Not finished: they are not part of the run any more. */
  readonly removed: readonly string[];
  /** Not finished: the new definition counts from their next step on. */
  readonly changed: readonly string[];
  /** Finished, and kept as they are, though their definition is another one now or gone. */
  readonly stale: readonly string[];
}

/** What a person changes about a task when it is tried again; it holds for all later attempts too. */
export interface RetryChange {
  /** For the agent, beside the task's description. */
  readonly note: string | null;
  /** In place of the task's description. */
  readonly instructions: string | null;
  readonly framework: string | null;
  readonly model: string | null;
  /** The branch goes on from where the last attempt left it. */
  readonly keep_work: boolean;
  /** The agent is told nothing of earlier attempts. */
  readonly fresh: boolean;
}

/** What a new owner finds of an agent: `lost` is one that was launched, and is gone without a trace. */
export type FoundAgent = 'alive' | 'ended' | 'lost' | 'not_launched';

export type ConcernSource = 'agent' | 'ops' | 'teardown';

/** A task or a lane that keeps others from running. */
export type BlockRoot = { readonly task: string } | { readonly workstream: string };

/** Who merges or waits to merge. */
export type QueueEntry = { readonly task: string } | { readonly workstream: string };

/** What the run has spent at GitHub's API, and what is left. */
export interface ApiBudget {
  /** GraphQL requests of this owner. */
  readonly requests: number;
  /** Points that they took. */
  readonly spent: number;
  readonly limit: number;
  readonly remaining: number;
  /** ISO 8601: when `remaining` is `limit` again. */
  readonly reset_at: string;
  /** Milliseconds between two looks at the open pull requests. */
  readonly interval: number;
}

export type StopReason = 'interrupted' | 'detached' | 'cancelled' | 'internal_error' | 'workstream_error' | 'budget';

/** Facts about the run. */
type RunFact =
  | {
      readonly kind: 'run_started';
      readonly run: number;
      readonly graph: string;
      readonly digest: string;
      readonly tasks: readonly TaskOutline[];
      readonly workstreams: readonly WorkstreamOutline[];
      readonly max_task_attempts?: number;
      readonly budget?: RunBounds | null;
    }
  | {
      readonly kind: 'run_resumed';
      readonly pid: number;
      readonly max_task_attempts?: number;
      readonly budget?: RunBounds | null;
    }
  | { readonly kind: 'run_paused' }
  | { readonly kind: 'run_unpaused' }
  | (GraphChange & {
      /** The graph file was edited between two owners; what is not finished follows it from here on. */
      readonly kind: 'graph_changed';
      readonly digest: string;
      readonly tasks: readonly TaskOutline[];
      readonly workstreams: readonly WorkstreamOutline[];
    })
  | (Reset & { readonly kind: 'run_reset' })
  /** The refs and worktrees are what the reset says. */
  | { readonly kind: 'reset_applied'; readonly reset: number }
  | { readonly kind: 'reset_undone'; readonly reset: number }
  /** The refs and worktrees are again what they were. `closed_prs`: those that GitHub did not open again. */
  | { readonly kind: 'undo_applied'; readonly reset: number; readonly closed_prs?: readonly string[] }
  /** Who merges into a branch, the one at it first; told whenever somebody waits, and when nobody does any more. */
  | { readonly kind: 'merge_queue_changed'; readonly target: string; readonly entries: readonly QueueEntry[] }
  | (ApiBudget & { readonly kind: 'api_budget' })
  /** GitHub wants to be left alone until then. */
  | { readonly kind: 'api_limited'; readonly limit: 'primary' | 'secondary'; readonly until: string }
  /** What is shown of pull requests is old: nobody could look at them since. */
  | { readonly kind: 'api_unreachable'; readonly since: string; readonly error: string }
  | { readonly kind: 'api_reachable' }
  | (BudgetReached & { readonly kind: 'budget_reached' })
  | (OfRequest & { readonly kind: 'request_applied' })
  | (OfRequest & {
      readonly kind: 'request_refused';
      readonly code: string;
      readonly message: string;
      /** What to do next; null when there is nothing to say. */
      readonly hint?: string | null;
    })
  | { readonly kind: 'run_stopping'; readonly reason: StopReason; readonly running: readonly string[] }
  | { readonly kind: 'run_finished'; readonly outcome: RunOutcome; readonly waiting_for: readonly string[] };

/** What sends work back to its agent. */
export type SendBackCause = 'gate' | 'conflict' | 'checks';

/** Facts about an attempt of a task. */
type TaskFact =
  | (OfTask & { readonly kind: 'task_started'; readonly token_hash: string })
  | (OfTask & {
      readonly kind: 'task_prepared';
      readonly branch: string;
      readonly base_commit: string;
      readonly worktree: string;
      readonly signal_dir: string;
    })
  | (OfTask & {
      /** The lane's base moved, and its integration branch took it in before this task was cut from it. */
      readonly kind: 'task_base_merged';
      readonly base_commit: string;
      readonly commit: string;
    })
  | (OfTask & {
      readonly kind: 'task_launched';
      readonly agent: string;
      /** Tells the place apart from a later one of the same name, such as a tmux server that was started anew. */
      readonly place?: string | null;
    })
  /** A new owner has found the attempt, and its agent if it has one, and goes on with it. */
  | (OfTask & {
      readonly kind: 'task_adopted';
      readonly agent: string | null;
      readonly step: TaskStep;
      readonly found: FoundAgent;
    })
  | (OfTask & {
      readonly kind: 'task_signalled';
      readonly outcome: 'done' | 'failed';
      readonly commit: string | null;
      readonly commits_ahead: number | null;
    })
  | (OfTask & {
      readonly kind: 'task_signal_ignored';
      readonly file: string;
      readonly reason: 'foreign_token' | 'not_awaited';
    })
  | (OfTask & { readonly kind: 'task_gate_started'; readonly round: number; readonly of: number })
  | (OfTask & {
      readonly kind: 'task_gate_passed';
      readonly round: number;
      readonly of: number;
      readonly commit: string;
    })
  | (OfTask & {
      readonly kind: 'task_gate_failed';
      readonly round: number;
      readonly of: number;
      /** Null when the gate was ended by its time limit or a signal. */
      readonly exit_code: number | null;
      readonly output: string;
    })
  | (OfTask & { readonly kind: 'task_pr_created'; readonly pr: string; readonly commit: string | null })
  | (OfTask & { readonly kind: 'task_merge_queued'; readonly target: string; readonly position: number })
  /** What is known of one proof, whenever that changes. */
  | (OfTask & Proof & { readonly kind: 'task_pr_proof'; readonly pr: string })
  | (OfTask & {
      readonly kind: 'task_checks_failed';
      readonly round: number;
      /** How often the agent may mend them. */
      readonly of: number;
      readonly checks: readonly RedCheck[];
    })
  /** The target asks for branches that are up to date, and took itself into this one: `commit` counts from here on. */
  | (OfTask & { readonly kind: 'task_branch_updated'; readonly target: string; readonly commit: string })
  | (OfTask & { readonly kind: 'task_pr_merging'; readonly pr: string; readonly commit: string | null })
  | (OfTask & {
      readonly kind: 'task_merge_conflict';
      readonly round: number;
      readonly of: number;
      readonly files: readonly string[];
    })
  | (OfTask & {
      readonly kind: 'task_sent_back';
      readonly cause: SendBackCause;
      readonly result: SendResult;
    })
  | (OfTask & {
      readonly kind: 'task_succeeded';
      readonly status: 'pr_merged' | 'completed';
      readonly pr: string | null;
      readonly commit: string | null;
    })
  | (OfTask & {
      readonly kind: 'task_failed';
      readonly code: string;
      readonly error: string;
      readonly failure_class: IntegrationFailureClass | null;
    })
  | (OfTask & {
      readonly kind: 'task_cancelled';
      /** A task that a person called off stays so until it is retried; one of a run that was called off does not. */
      readonly by?: 'person' | 'run';
    })
  | (OfTask & { readonly kind: 'task_concerned'; readonly source: ConcernSource; readonly message: string })
  | (OfTask & { readonly kind: 'task_work_saved'; readonly ref: string; readonly commit: string })
  | (OfTask & { readonly kind: 'task_torn_down' })
  | (OfTask & {
      readonly kind: 'task_teardown_undone';
      readonly branch: string;
      readonly commit: string;
      /** Absolute; null where only the branch is back. */
      readonly worktree: string | null;
      readonly request?: number;
    })
  | (OfTask & {
      readonly kind: 'task_retrying';
      readonly of: number;
      /** Null, or left out, when agentrelay itself tries again. */
      readonly change?: RetryChange | null;
      /** The request that it is done for. */
      readonly request?: number;
    })
  | { readonly kind: 'task_blocked'; readonly task: string; readonly root: BlockRoot }
  | { readonly kind: 'task_unblocked'; readonly task: string };

/** Facts about a workstream: its states, and what happens to its integration branch. */
type WorkstreamFact =
  | (OfWorkstream & {
      readonly kind: 'workstream_active';
      readonly branch: string;
      readonly base_commit: string;
    })
  | (OfWorkstream & { readonly kind: 'workstream_merge_ready'; readonly commit: string })
  | (OfWorkstream & {
      readonly kind: 'workstream_pr_created';
      readonly pr: string;
      readonly branch: string;
      readonly target: string;
      readonly commit: string;
    })
  | (OfWorkstream & Proof & { readonly kind: 'workstream_pr_proof'; readonly pr: string })
  | (OfWorkstream & { readonly kind: 'workstream_concerned'; readonly message: string })
  | (OfWorkstream & {
      readonly kind: 'workstream_held';
      readonly reason: HoldReason;
      /** The concerns, or the files, that hold it. */
      readonly details: readonly string[];
      /** What merges it by hand. */
      readonly merge_command: string;
    })
  | (OfWorkstream & {
      readonly kind: 'workstream_merged';
      readonly commit: string;
      readonly by: 'agentrelay' | 'person' | 'nothing_to_merge';
    })
  | (OfWorkstream & {
      readonly kind: 'workstream_reopened';
    })
  | (OfWorkstream & {
      readonly kind: 'workstream_failed';
      readonly code: string;
      readonly error: string;
      readonly root: BlockRoot;
    });

/**
 * Why an integration branch waits for a person. `foreign_commits`: work that no task did is on it. `checks`: a required one
 * is red or does not come; `protected`: the target asks for more than checks, such as a review.
 */
export type HoldReason =
  | 'auto_merge_off'
  | 'concerns'
  | 'conflict'
  | 'checked_out_dirty'
  | 'foreign_commits'
  | 'checks'
  | 'protected'
  | 'draft';

/** A fact before the journal has numbered and dated it. */
export type Fact = RunFact | TaskFact | AgentFact | WorkstreamFact;
export type EventKind = Fact['kind'];

/** A line of the journal: a fact with `v`, a `seq` from 1 and the time as ISO 8601 in UTC. */
export type RunEvent = Fact & { readonly v: number; readonly seq: number; readonly at: string };

/** Facts that carry a task and its attempt. */
export type AttemptFact = Extract<Fact, OfTask>;

/** The facts of one kind. */
export type FactOf<K extends EventKind> = Extract<Fact, { readonly kind: K }>;

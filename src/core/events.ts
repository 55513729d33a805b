import type { IntegrationFailureClass } from './errors.ts';
import type { RunOutcome } from './lifecycle.ts';

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

interface OfWorkstream {
  readonly workstream: string;
}

export type ConcernSource = 'agent' | 'ops' | 'teardown';

/** What a live agent is doing, beside the status of its task. */
export type Attention =
  | 'working'
  | 'idle'
  | 'waiting_permission'
  | 'waiting_input'
  | 'trust_prompt'
  | 'login_required'
  | 'usage_limited'
  | 'stalled'
  | 'exited';

/** A task or a lane that keeps others from running. */
export type BlockRoot = { readonly task: string } | { readonly workstream: string };

export type StopReason = 'interrupted' | 'detached' | 'cancelled' | 'internal_error' | 'workstream_error';

/** Facts about the run. */
type RunFact =
  | {
      readonly kind: 'run_started';
      readonly run: number;
      readonly graph: string;
      readonly digest: string;
      readonly tasks: readonly TaskOutline[];
      readonly workstreams: readonly WorkstreamOutline[];
    }
  | { readonly kind: 'run_resumed'; readonly pid: number }
  | { readonly kind: 'run_stopping'; readonly reason: StopReason; readonly running: readonly string[] }
  | { readonly kind: 'run_finished'; readonly outcome: RunOutcome; readonly waiting_for: readonly string[] };

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
  | (OfTask & { readonly kind: 'task_launched'; readonly agent: string })
  | (OfTask & { readonly kind: 'task_waiting' })
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
  | (OfTask & { readonly kind: 'task_pr_merging'; readonly pr: string; readonly commit: string | null })
  | (OfTask & {
      readonly kind: 'task_merge_conflict';
      readonly round: number;
      readonly of: number;
      readonly files: readonly string[];
    })
  | (OfTask & {
      readonly kind: 'task_sent_back';
      readonly cause: 'gate' | 'conflict';
      readonly result: 'submitted' | 'queued' | 'typed' | 'gone';
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
  | (OfTask & { readonly kind: 'task_cancelled' })
  | (OfTask & { readonly kind: 'task_concerned'; readonly source: ConcernSource; readonly message: string })
  | (OfTask & { readonly kind: 'task_work_saved'; readonly ref: string; readonly commit: string })
  | (OfTask & { readonly kind: 'task_torn_down' })
  | (OfTask & { readonly kind: 'task_retrying'; readonly of: number })
  | { readonly kind: 'task_blocked'; readonly task: string; readonly root: BlockRoot }
  | { readonly kind: 'task_unblocked'; readonly task: string }
  | (OfTask & {
      readonly kind: `agent_${Attention}`;
      /** Of `exited`; null when the agent is gone and left no code. */
      readonly exit_code?: number | null;
    });

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
      readonly kind: 'workstream_failed';
      readonly code: string;
      readonly error: string;
      readonly root: BlockRoot;
    });

/** Why an integration branch waits for a person. */
export type HoldReason = 'auto_merge_off' | 'concerns' | 'conflict' | 'checked_out_dirty';

/** A fact before the journal has numbered and dated it. */
export type Fact = RunFact | TaskFact | WorkstreamFact;
export type EventKind = Fact['kind'];

/** A line of the journal: a fact with `v`, a `seq` from 1 and the time as ISO 8601 in UTC. */
export type RunEvent = Fact & { readonly v: number; readonly seq: number; readonly at: string };

/** Facts that carry a task and its attempt. */
export type AttemptFact = Extract<Fact, OfTask>;

/** The facts of one kind. */
export type FactOf<K extends EventKind> = Extract<Fact, { readonly kind: K }>;

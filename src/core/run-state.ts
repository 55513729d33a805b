import type { IntegrationFailureClass } from './errors.ts';
import type { Attention, BlockRoot, ConcernSource, HoldReason, TaskOutline, WorkstreamOutline } from './events.ts';
import type { RunOutcome, TaskStatus, TaskStep, WorkstreamStatus } from './lifecycle.ts';

export interface Concern {
  readonly source: ConcernSource;
  readonly message: string;
}

export interface AttemptState {
  readonly number: number;
  readonly status: TaskStatus;
  /** The step that is being done, or that was the last one. */
  readonly step: TaskStep;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly tokenHash: string;
  readonly branch: string | null;
  readonly baseCommit: string | null;
  readonly worktree: string | null;
  readonly signalDir: string | null;
  readonly agent: string | null;
  readonly attention: Attention | null;
  readonly exitCode: number | null;
  readonly pr: string | null;
  /** The commit that was signalled as done, then the one that the merge made. */
  readonly commit: string | null;
  readonly commitsAhead: number | null;
  readonly gateRounds: number;
  readonly conflictRounds: number;
  readonly concerns: readonly Concern[];
  readonly failure: AttemptFailure | null;
  readonly tornDown: boolean;
}

export interface AttemptFailure {
  readonly code: string;
  readonly error: string;
  readonly failureClass: IntegrationFailureClass | null;
}

export interface TaskState {
  readonly outline: TaskOutline;
  readonly status: TaskStatus;
  readonly blockedBy: BlockRoot | null;
  /** In order; the last one is the current one. Empty before the first start. */
  readonly attempts: readonly AttemptState[];
}

export interface WorkstreamState {
  readonly outline: WorkstreamOutline;
  readonly status: WorkstreamStatus;
  readonly branch: string | null;
  readonly baseCommit: string | null;
  readonly commit: string | null;
  readonly pr: string | null;
  readonly held: HoldReason | null;
  readonly mergeCommand: string | null;
  /** Trouble that changed nothing: they never hold back a merge. */
  readonly concerns: readonly string[];
  readonly mergedBy: 'agentrelay' | 'person' | 'nothing_to_merge' | null;
  readonly failure: { readonly code: string; readonly error: string; readonly root: BlockRoot } | null;
}

/**
 * All that is known of a run. The maps are changed in place by `reduce`; the values in them never are,
 * so a reader can tell what changed by identity, and one event costs the size of its change.
 */
export interface RunState {
  run: number;
  graph: string;
  digest: string;
  seq: number;
  startedAt: string | null;
  finishedAt: string | null;
  outcome: RunOutcome | null;
  waitingFor: readonly string[];
  stopping: string | null;
  readonly tasks: Map<string, TaskState>;
  readonly workstreams: Map<string, WorkstreamState>;
}

export function emptyRunState(): RunState {
  return {
    run: 0,
    graph: '',
    digest: '',
    seq: 0,
    startedAt: null,
    finishedAt: null,
    outcome: null,
    waitingFor: [],
    stopping: null,
    tasks: new Map(),
    workstreams: new Map(),
  };
}

/** The attempt that counts now; null before the first start. */
export function currentAttempt(task: TaskState): AttemptState | null {
  return task.attempts.at(-1) ?? null;
}

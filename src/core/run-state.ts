import type { BudgetReached, PromptEvidence, RunBounds, SetupPhase, UsageTold } from './agent-events.ts';
import type { Attention } from './attention.ts';
import type { IntegrationFailureClass } from './errors.ts';
import type {
  ApiBudget,
  BlockRoot,
  ConcernSource,
  HoldReason,
  QueueEntry,
  RetryChange,
  SendBackCause,
  TaskOutline,
  WorkstreamOutline,
} from './events.ts';
import type { RunOutcome, TaskStatus, TaskStep, WorkstreamStatus } from './lifecycle.ts';
import type { PlaceState } from './place-state.ts';
import type { ProofsSoFar, RedCheck } from './proofs.ts';
import type { Reset } from './reset.ts';

export interface Concern {
  readonly source: ConcernSource;
  readonly message: string;
}

export interface RunningCommand {
  readonly phase: SetupPhase;
  /** From 1. */
  readonly number: number;
  readonly of: number;
  readonly command: string;
}

/** What an agent waits to be told. */
export interface Asks {
  readonly question: string | null;
  /** By their numbers, from 1. */
  readonly choices: readonly string[];
  /** ISO 8601; another question has a time of its own. */
  readonly since: string;
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
  /** See `task_launched`. */
  readonly place: string | null;
  /** What is known of its place; null where that has told nothing, as a local one never does. */
  readonly placeState: PlaceState | null;
  /** Null while nobody has told, and for an agent that has signalled. */
  readonly attention: Attention | null;
  /** ISO 8601: when it became that, unknown included; null before. */
  readonly attentionSince: string | null;
  /** Null while it asks nothing. */
  readonly asks: Asks | null;
  /** Of `usage_limited`: ISO 8601; null, too, where nobody knows. */
  readonly until: string | null;
  readonly exitCode: number | null;
  /** What showed that it took its first prompt; null before. */
  readonly seenBy: PromptEvidence | null;
  /** The program's own name of its session; null where it is not known. */
  readonly session: string | null;
  /** Absolute. */
  readonly transcript: string | null;
  /** It ended its turn without a signal and was told so, since it was last told anything else. */
  readonly nudged: boolean;
  /** ISO 8601: its slot is for others until then; null for one that has its slot. */
  readonly parkedUntil: string | null;
  /** ISO 8601; null while it is not parked. */
  readonly parkedSince: string | null;
  /** Milliseconds that it was parked before: they are not of its time. */
  readonly parkedMs: number;
  /** Null where the program has not told. */
  readonly usage: UsageTold | null;
  /** The command of the graph file that runs around it just now. */
  readonly command: RunningCommand | null;
  readonly pr: string | null;
  /** The commit that was signalled as done, then the one that the merge made. */
  readonly commit: string | null;
  /** The commit that was signalled as done and that now counts; null after work went back to the agent. */
  readonly signalled: string | null;
  readonly commitsAhead: number | null;
  readonly gateRounds: number;
  /** The last gate that came to its end; null before. */
  readonly lastGate: GateState | null;
  readonly conflictRounds: number;
  readonly conflictFiles: readonly string[];
  /** How often a required check was red; it never goes back by itself. */
  readonly checkRounds: number;
  /** How often its agent may mend them; null before the first. */
  readonly checkRoundsOf: number | null;
  /** Of the last such round. */
  readonly redChecks: readonly RedCheck[];
  /** What work was last sent back for; null before. */
  readonly lastSentBack: SendBackCause | null;
  /** Its branch took its target in since its agent has signalled. */
  readonly caughtUp: boolean;
  /** Of its pull request, at the commit that counts. */
  readonly proofs: ProofsSoFar;
  /** What the agent is still to be told: the owner was gone before it was seen to be. */
  readonly owes: SendBackCause | null;
  /** How often work went back to the agent. */
  readonly sentBack: number;
  /** Refs that keep work of this attempt, in order. */
  readonly saved: readonly { readonly ref: string; readonly commit: string }[];
  /** How many of them were kept before its teardown, or before the last undo of one. */
  readonly savedBefore: number;
  readonly concerns: readonly Concern[];
  readonly failure: AttemptFailure | null;
  readonly tornDown: boolean;
  /** What a person has brought back of it: it is torn down again only when one asks for it. */
  readonly broughtBack: 'branch' | 'worktree' | null;
}

export interface GateState {
  readonly round: number;
  readonly passed: boolean;
  /** Of a gate that passed. */
  readonly commit: string | null;
  /** Of a gate that did not pass; null, too, where it was ended. */
  readonly exitCode: number | null;
  /** Absolute; null for a gate that passed. */
  readonly output: string | null;
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
  /** A person called it off: it stays so until it is retried. */
  readonly calledOff: boolean;
  /** It has failed, and is tried again only when a person asks for it. */
  readonly givenUp: boolean;
  /** How many of the attempts a rollback, or an edit of the task, has taken back: they count for nothing any more. */
  readonly takenBack: number;
  /** Attempts that a person has granted beside those of the settings. */
  readonly granted: number;
  /** The number of its last attempt when a person last asked for one: its budget counts those after it. */
  readonly budgetFrom: number;
  /** The last request that something was done to it for, and the log says so; null for none. */
  readonly servedFor: number | null;
  /** What a person has changed about it for its later attempts. */
  readonly change: RetryChange | null;
  /** In order; the last one is the current one. Empty before the first start. */
  readonly attempts: readonly AttemptState[];
}

export interface WorkstreamState {
  readonly outline: WorkstreamOutline;
  readonly status: WorkstreamStatus;
  readonly branch: string | null;
  readonly baseCommit: string | null;
  /** The last commit of the integration branch, or of the target after the merge, that was recorded. */
  readonly commit: string | null;
  readonly pr: string | null;
  /** Of its pull request. */
  readonly proofs: ProofsSoFar;
  readonly held: HoldReason | null;
  /** The concerns, files, checks or words that hold it. */
  readonly heldDetails: readonly string[];
  /** ISO 8601. */
  readonly heldSince: string | null;
  readonly mergeCommand: string | null;
  /** Trouble that changed nothing: they never hold back a merge. */
  readonly concerns: readonly string[];
  readonly mergedBy: 'agentrelay' | 'person' | 'nothing_to_merge' | null;
  readonly failure: { readonly code: string; readonly error: string; readonly root: BlockRoot } | null;
}

/** A rollback, and what it took away. */
export interface ResetState {
  readonly reset: Reset;
  readonly at: string;
  /** `decided` and `undoing` while refs and worktrees may still be as before: whoever finds that goes on with it. */
  readonly progress: 'decided' | 'applied' | 'undoing' | 'undone';
  readonly before: {
    readonly tasks: readonly TaskState[];
    readonly workstreams: readonly WorkstreamState[];
    readonly end: Pick<RunState, 'outcome' | 'finishedAt' | 'waitingFor'>;
  };
}

export interface OwnedTime {
  /** Milliseconds of the owners before the last one. */
  readonly before: number;
  /** ISO 8601: when the last one came; null once he starts nothing more. */
  readonly since: string | null;
  /** ISO 8601: when he was last heard of. */
  readonly heard: string | null;
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
  paused: boolean;
  /** Of the settings of the last owner; null where none has said. */
  maxTaskAttempts: number | null;
  /** The number of the last request that was handled. */
  request: number;
  /** Null while nobody has asked GitHub anything. */
  apiBudget: ApiBudget | null;
  /** ISO 8601: until when GitHub wants to be left alone; it may have passed. Null for never. */
  apiLimitedUntil: string | null;
  /** ISO 8601: since when GitHub could not be asked; null while it can. */
  apiUnreachableSince: string | null;
  /** Who merges into each branch where somebody waits, the one at it first. */
  readonly mergeQueues: Map<string, readonly QueueEntry[]>;
  /** Of the settings of the last owner; null for none. */
  budget: RunBounds | null;
  /** While owners were there. */
  ownedTime: OwnedTime;
  /** What was told of budgets and still holds, in order. */
  readonly budgets: BudgetReached[];
  readonly resets: ResetState[];
  readonly tasks: Map<string, TaskState>;
  /** Begun, and gone from the graph file before they were finished: one that comes back goes on as it was. */
  readonly removed: Map<string, TaskState>;
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
    paused: false,
    maxTaskAttempts: null,
    request: 0,
    apiBudget: null,
    apiLimitedUntil: null,
    apiUnreachableSince: null,
    mergeQueues: new Map(),
    budget: null,
    ownedTime: { before: 0, since: null, heard: null },
    budgets: [],
    resets: [],
    tasks: new Map(),
    removed: new Map(),
    workstreams: new Map(),
  };
}

/** The attempt that counts now; null before the first start. */
export function currentAttempt(task: TaskState): AttemptState | null {
  return task.attempts.at(-1) ?? null;
}

/** All that no rollback has taken back. */
export function attemptsThatCount(task: TaskState): readonly AttemptState[] {
  return task.attempts.slice(task.takenBack);
}

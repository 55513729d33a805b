import type { Agent, SendResult } from './agent-handle.ts';
import type { Overspent } from './budget.ts';
import type { IntegrationFailureClass } from './errors.ts';
import { PreconditionError } from './errors.ts';
import type { Fact, FoundAgent, SendBackCause } from './events.ts';
import type { GraphTask, Workstream } from './graph/graph.ts';
import type { TaskStatus } from './lifecycle.ts';
import { isTerminal, requireTaskMove } from './lifecycle.ts';
import { isNewProof, type Proof, type ProofsSoFar, proofOf } from './proofs.ts';
import type { AttemptState, Concern } from './run-state.ts';
import type { Rest } from './slots.ts';

/**
 * Why a running attempt is told to stop: the owner leaves and the run goes on later, the run is called off, a person has
 * called off this one task, or a budget is used up.
 */
export type AbortCause = 'detach' | 'cancel' | 'call_off' | Overspent;

/** Facts about this attempt without the ids, which the runtime adds. */
export type AttemptReport = Fact extends infer F
  ? F extends { task: string; attempt: number }
    ? Omit<F, 'task' | 'attempt'>
    : never
  : never;

/** An earlier attempt of the same task, for those who want to learn from it. */
export interface EarlierAttempt {
  readonly number: number;
  readonly error: string | null;
  /** Absolute. */
  readonly signalDir: string | null;
}

/** What an earlier attempt has left: refs with its commits and, newest last, with what it had not committed. */
export interface KeptWork {
  readonly attempt: number;
  readonly saved: readonly { readonly ref: string; readonly commit: string }[];
  /** Its branch was brought back, and may have moved since. */
  readonly onBranch: boolean;
  /** The program's own name of its session, which this attempt may go on with; null for a new one. */
  readonly session: string | null;
}

export interface TaskRuntimeInput {
  readonly task: GraphTask;
  readonly workstream: Workstream;
  readonly run: number;
  readonly attempt: number;
  /** Proves that a signal comes from this attempt's agent. */
  readonly token: string;
  readonly tokenHash: string;
  /** Of the tasks that this one depends on. */
  readonly dependencies?: readonly GraphTask[];
  readonly earlierAttempts?: readonly EarlierAttempt[];
  /** What a person wants the agent to know beside the task's description. */
  readonly note?: string | null;
  /** What the branch goes on from, where the work of the last attempt is kept. */
  readonly keptWork?: KeptWork | null;
  /** Where an earlier owner left this attempt; null for one that begins. */
  readonly resumed?: AttemptState | null;
  /** The attempt as it is recorded now; null before it has begun. */
  readonly recorded?: () => AttemptState | null;
  /** Where each task that was run lies, for `inputs_from`; absolute. */
  readonly signalDirOf?: (task: string) => string | null;
  readonly signal?: AbortSignal;
  readonly emit?: (fact: Fact) => void;
  /** Null where nobody else wants its slot. */
  readonly rest?: Rest | null;
}

/** Facts of the attempt that its steps establish and read. */
export interface AttemptFacts {
  integrationBranch: string | null;
  /** Absolute; the lane's worktree, null where each task has its own. */
  workstreamWorktreePath: string | null;
  /** Absolute. */
  worktreePath: string | null;
  branchName: string | null;
  /** The commit that the branch was cut from. */
  baseCommit: string | null;
  /** Absolute. */
  signalDir: string | null;
  /** The branch's commit when `.done` was accepted: the only one that is gated, proved and merged. */
  commit: string | null;
  error: string | null;
  errorCode: string | null;
  failureClass: IntegrationFailureClass | null;
}

export interface AttemptArtifacts {
  agent: Agent | null;
  /** Of an attempt of an earlier owner. */
  found: FoundAgent;
  prUrl: string | null;
  concerns: Concern[];
}

/**
 * One attempt of one task: what it is given, what its steps find out, and its status, which moves only
 * along the legal edges and reports every move.
 */
export class TaskRuntime {
  readonly task: GraphTask;
  readonly workstream: Workstream;
  readonly run: number;
  readonly attempt: number;
  readonly token: string;
  readonly tokenHash: string;
  readonly dependencies: readonly GraphTask[];
  readonly earlierAttempts: readonly EarlierAttempt[];
  readonly note: string | null;
  readonly keptWork: KeptWork | null;
  readonly resumed: AttemptState | null;
  readonly recorded: () => AttemptState | null;
  readonly signalDirOf: (task: string) => string | null;
  /** Aborted with an `AbortCause` as its reason. */
  readonly signal: AbortSignal;
  readonly state: AttemptFacts = {
    integrationBranch: null,
    workstreamWorktreePath: null,
    worktreePath: null,
    branchName: null,
    baseCommit: null,
    signalDir: null,
    commit: null,
    error: null,
    errorCode: null,
    failureClass: null,
  };
  readonly artifacts: AttemptArtifacts = { agent: null, found: 'not_launched', prUrl: null, concerns: [] };
  readonly #emit: (fact: Fact) => void;
  readonly #rest: Rest | null;
  #status: TaskStatus = 'pending';
  /** What an earlier owner has accepted and recorded; null when the agent has been asked for something new. */
  #accepted: string | null = null;
  #proofs: ProofsSoFar = {};

  constructor(input: TaskRuntimeInput) {
    this.task = input.task;
    this.workstream = input.workstream;
    this.run = input.run;
    this.attempt = input.attempt;
    this.token = input.token;
    this.tokenHash = input.tokenHash;
    this.dependencies = input.dependencies ?? [];
    this.earlierAttempts = input.earlierAttempts ?? [];
    this.note = input.note ?? null;
    this.keptWork = input.keptWork ?? null;
    this.resumed = input.resumed ?? null;
    this.recorded = input.recorded ?? (() => this.resumed);
    this.signalDirOf = input.signalDirOf ?? (() => null);
    this.signal = input.signal ?? new AbortController().signal;
    this.#emit = input.emit ?? (() => {});
    this.#rest = input.rest ?? null;
    if (this.resumed !== null) this.#restore(this.resumed);
  }

  get status(): TaskStatus {
    return this.#status;
  }

  /** Reports a fact about this attempt. */
  report(fact: AttemptReport): void {
    this.#emit({ ...fact, task: this.task.id, attempt: this.attempt } as Fact);
  }

  start(): void {
    this.#move('running');
    this.report({ kind: 'task_started', token_hash: this.tokenHash });
  }

  /** A pull request exists at this commit; again after each round in which the agent changed it. */
  pullRequestCreated(pr: string): void {
    const { resumed } = this;
    if (resumed?.status === 'pr_created' && resumed.pr === pr && this.hasAccepted(this.state.commit)) return;
    if (this.#status !== 'pr_created') this.#move('pr_created');
    this.artifacts.prUrl = pr;
    this.report({ kind: 'task_pr_created', pr, commit: this.state.commit });
  }

  /** An earlier owner has recorded the signal of this commit, and it still counts. */
  hasAccepted(commit: string | null): boolean {
    return commit !== null && commit === this.#accepted;
  }

  /** The agent was told what is wrong with its work: the next signal is a new one, also of the same commit. */
  sentBack(cause: SendBackCause, result: SendResult): void {
    this.#accepted = null;
    this.#proofs = {};
    this.report({ kind: 'task_sent_back', cause, result });
  }

  /** Tells what is known of a proof of the pull request, where that is news. */
  proved(pr: string, proof: Proof): void {
    if (!isNewProof(this.#proofs, proof)) return;
    this.#proofs = { ...this.#proofs, [proof.proof]: proof };
    this.report({ kind: 'task_pr_proof', pr, ...proofOf(proof) });
  }

  /** Somebody else may want its slot. */
  get canPark(): boolean {
    return this.#rest !== null;
  }

  /**
   * Gives its slot to others until then (ISO 8601); resolves when it has one again. Where `early` is aborted, with a
   * `RestEnd` as its reason, at once. Rejects when the attempt's own signal is aborted.
   */
  async park(until: string, early: AbortSignal): Promise<void> {
    if (this.#rest === null) throw new PreconditionError('cannot_park', `task ${this.task.id} has no slot to leave`);
    this.report({ kind: 'task_parked', until });
    const cause = await this.#rest.rest(Date.parse(until), this.signal, early);
    this.report({ kind: 'task_unparked', cause });
  }

  /** The branch took its target in: from here on `commit` is what is gated, proved and merged. */
  branchUpdated(target: string, commit: string): void {
    this.#proofs = {};
    this.#accepted = commit;
    this.state.commit = commit;
    this.report({ kind: 'task_branch_updated', target, commit });
  }

  /** `commit` is what the merge made; null for `completed`. */
  succeed(status: 'pr_merged' | 'completed', commit: string | null): void {
    this.#move(status);
    this.report({ kind: 'task_succeeded', status, pr: this.artifacts.prUrl, commit });
  }

  fail(failure: { code: string; error: string; failureClass: IntegrationFailureClass | null }): void {
    this.#move('failed');
    this.state.error = failure.error;
    this.state.errorCode = failure.code;
    this.state.failureClass = failure.failureClass;
    this.report({
      kind: 'task_failed',
      code: failure.code,
      error: failure.error,
      failure_class: failure.failureClass,
    });
  }

  cancel(by: 'person' | 'run'): void {
    this.#move('cancelled');
    this.report({ kind: 'task_cancelled', by });
  }

  /** Each concern once, however often it is read. */
  concern(concern: Concern): void {
    const { concerns } = this.artifacts;
    if (concerns.some((known) => known.source === concern.source && known.message === concern.message)) return;
    concerns.push(concern);
    this.report({ kind: 'task_concerned', source: concern.source, message: concern.message });
  }

  get isOver(): boolean {
    return isTerminal(this.#status);
  }

  /** What a step needs and an earlier one must have set; throws `PreconditionError` `missing_fact`. */
  require<K extends keyof AttemptFacts>(fact: K): NonNullable<AttemptFacts[K]> {
    const value = this.state[fact];
    if (value === null) {
      throw new PreconditionError('missing_fact', `${fact} of task ${this.task.id} must be set before this step`);
    }
    return value as NonNullable<AttemptFacts[K]>;
  }

  #restore(known: AttemptState): void {
    this.#status = known.status;
    this.#accepted = known.signalled;
    this.#proofs = known.proofs;
    this.state.worktreePath = known.worktree;
    this.state.branchName = known.branch;
    this.state.baseCommit = known.baseCommit;
    this.state.signalDir = known.signalDir;
    this.state.commit = known.signalled;
    this.state.error = known.failure?.error ?? null;
    this.state.errorCode = known.failure?.code ?? null;
    this.state.failureClass = known.failure?.failureClass ?? null;
    this.artifacts.prUrl = known.pr;
    this.artifacts.concerns = [...known.concerns];
  }

  #move(to: TaskStatus): void {
    requireTaskMove(this.task.id, this.#status, to);
    this.#status = to;
  }
}

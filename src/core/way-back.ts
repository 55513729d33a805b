import type { Agent } from './agent-handle.ts';
import { SignalError, StepError } from './errors.ts';
import type { SendBackCause } from './events.ts';
import { checksPrompt, conflictPrompt, gatePrompt } from './prompts.ts';
import type { RedCheck } from './proofs.ts';
import type { GateResult, TaskCompletionChecker } from './steps.ts';
import type { TaskRuntime } from './task-runtime.ts';

/** A branch that conflicts goes back to its agent this often before the task fails. */
const MAX_CONFLICT_ROUNDS = 2;

/** How the work of an attempt goes back to its agent, after a failed gate, a conflict or a red check: a bounded number of times. */
export class WayBack {
  readonly #runtime: TaskRuntime;
  readonly #agent: Agent;
  readonly #checker: TaskCompletionChecker;
  #gates: number;
  #conflicts: number;
  #redChecks: number;
  #sentBack: number;

  /** Goes on counting where an earlier owner was; a gate that was cut short by his end does not count. */
  constructor(runtime: TaskRuntime, agent: Agent, checker: TaskCompletionChecker) {
    const { resumed } = runtime;
    this.#runtime = runtime;
    this.#agent = agent;
    this.#checker = checker;
    this.#gates = resumed?.lastGate?.round ?? 0;
    this.#conflicts = resumed?.conflictRounds ?? 0;
    this.#redChecks = resumed?.checkRounds ?? 0;
    this.#sentBack = resumed?.sentBack ?? 0;
  }

  /** The number of the gate that is run now, from 1. */
  nextGate(): number {
    this.#gates++;
    return this.#gates;
  }

  /** An earlier owner had judged the work, and was gone before the agent was seen to be told. */
  async payWhatIsOwed(): Promise<void> {
    const { resumed } = this.#runtime;
    if (resumed?.owes === 'gate' && resumed.lastGate !== null) {
      const { exitCode, output } = resumed.lastGate;
      await this.failGate({ passed: false, exitCode, outputFile: output ?? '' });
    }
    if (resumed?.owes === 'conflict') await this.#returnConflict(resumed.conflictFiles);
    if (resumed?.owes === 'checks') await this.#returnChecks(resumed.redChecks);
  }

  /** Back to the agent; throws at the end of its rounds, and when nobody is there. */
  async failGate(result: GateResult): Promise<void> {
    const round = this.#gates;
    const of = this.#runtime.task.maxGateAttempts;
    const exit = result.exitCode === null ? 'was ended' : `exited ${result.exitCode}`;
    if (round >= of) {
      throw new GateError(`the completion gate ${exit} ${round} of ${of} times; output: ${result.outputFile}`);
    }
    if (!(await this.#sendBack('gate', gatePrompt(result, round, of)))) {
      throw new GateError(`the completion gate ${exit} and the agent is gone; output: ${result.outputFile}`);
    }
  }

  /** The same for a branch that does not merge. */
  async meetConflict(files: readonly string[]): Promise<void> {
    this.#conflicts++;
    this.#runtime.report({ kind: 'task_merge_conflict', round: this.#conflicts, of: MAX_CONFLICT_ROUNDS, files });
    await this.#returnConflict(files);
  }

  /** The same for required checks that are red, as often as the task says. */
  async meetRedChecks(checks: readonly RedCheck[]): Promise<void> {
    this.#redChecks++;
    const of = this.#runtime.task.maxCheckFixes;
    this.#runtime.report({ kind: 'task_checks_failed', round: this.#redChecks, of, checks });
    await this.#returnChecks(checks);
  }

  async #returnChecks(checks: readonly RedCheck[]): Promise<void> {
    const names = checks.map(({ name, url }) => (url === null ? name : `${name} (${url})`)).join(', ');
    const of = this.#runtime.task.maxCheckFixes;
    if (this.#redChecks > of)
      throw new ChecksError(`required checks are still red after ${of === 1 ? '1 fix' : `${of} fixes`}: ${names}`);
    if (!(await this.#sendBack('checks', checksPrompt(checks, this.#redChecks, of)))) {
      throw new ChecksError(`required checks are red and the agent is gone: ${names}`);
    }
  }

  async #returnConflict(names: readonly string[]): Promise<void> {
    const files = names.join(', ');
    if (this.#conflicts > MAX_CONFLICT_ROUNDS) throw new ConflictError(`the branch still conflicts in ${files}`);
    const branch = this.#runtime.require('integrationBranch');
    const prompt = conflictPrompt(names, branch, this.#conflicts, MAX_CONFLICT_ROUNDS);
    if (!(await this.#sendBack('conflict', prompt))) {
      throw new ConflictError(`the branch conflicts in ${files} and the agent is gone`);
    }
  }

  /** False when nobody is there to read it. The old signal is set aside first, so that the answer is never missed. */
  async #sendBack(cause: SendBackCause, prompt: string): Promise<boolean> {
    const { resumed, signal } = this.#runtime;
    const k = this.#sentBack + 1;
    await this.#checker.reopen(this.#runtime, k);
    const mayHaveBeenSent = resumed?.owes === cause && resumed.sentBack === this.#sentBack;
    const result = await this.#agent.send(prompt, signal, { unlessShown: mayHaveBeenSent, patient: true });
    this.#runtime.sentBack(cause, result);
    if (result === 'gone') {
      const lost = await placeFailure(this.#agent);
      if (lost !== null) throw lost;
      return false;
    }
    if (result === 'failed') {
      throw new SignalError(
        'prompt_not_taken',
        'the agent could not be told: something else had its keys for too long',
      );
    }
    this.#sentBack = k;
    return true;
  }
}

/** For an attempt whose agent went with its place; null where it did not. */
export async function placeFailure(agent: Agent): Promise<SignalError | null> {
  const failure = (await agent.placeFailure?.()) ?? null;
  return failure === null ? null : new SignalError(failure.code, failure.message);
}

class GateError extends StepError {
  override readonly name = 'GateError';
  readonly boundary = 'pull_request';
  constructor(message: string) {
    super('gate_failed', message);
  }
}

class ConflictError extends StepError {
  override readonly name = 'ConflictError';
  readonly boundary = 'pull_request';
  constructor(message: string) {
    super('merge_conflict', message);
  }
}

class ChecksError extends StepError {
  override readonly name = 'ChecksError';
  readonly boundary = 'pull_request';
  constructor(message: string) {
    super('checks_failed', message);
  }
}

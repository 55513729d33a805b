import type { Agent, SendResult } from './agent-handle.ts';
import { answerOf, giveAnswer, questionOf, requireTaken } from './answers.ts';
import type { Attempts, LiveAttempt } from './attempts.ts';
import { isStepError, PreconditionError } from './errors.ts';
import type { EventLog } from './event-log.ts';
import type { RetryChange } from './events.ts';
import { lastAttempt } from './give-up.ts';
import type { Graph, GraphTask, Settings } from './graph/graph.ts';
import type { LaneOf } from './lanes.ts';
import { isActive, isTerminal } from './lifecycle.ts';
import { RequestRefused } from './request-refused.ts';
import type { Request } from './requests.ts';
import { changedTask } from './retry-change.ts';
import { type RetryPlan, retryPlan } from './retry-plan.ts';
import { type AttemptState, currentAttempt, type TaskState } from './run-state.ts';
import type { TaskRunner } from './task-runner.ts';
import { requireTornDown } from './torn-down.ts';

export interface WishesOptions {
  readonly graph: Graph;
  readonly settings: Settings;
  readonly log: EventLog;
  readonly taskRunner: TaskRunner;
  readonly attempts: Attempts;
  readonly laneOf: LaneOf;
  /** A task may be started that could not, or the other way round. */
  readonly onChange: () => void;
  /** Resolves when the attempt of the task, if it has one under way, is over and accounted for. */
  readonly ended: (task: string) => Promise<void>;
  readonly cancelRun: () => Promise<void>;
  /** Another's worktree is not to be cleared, even where nobody runs the graph. */
  readonly knowWhoIsAtWork: () => Promise<void>;
}

/** What a person may ask of a run, live or left. Each can be asked again after a crash, and is done once. */
export class Wishes {
  readonly #options: WishesOptions;

  constructor(options: WishesOptions) {
    this.#options = options;
  }

  /** Throws `RequestRefused`. */
  async grant(request: Request, number: number): Promise<void> {
    const { log, cancelRun, onChange } = this.#options;
    switch (request.action) {
      case 'retry':
        return await this.#retry(this.#task(request.task), request.change, number);
      case 'teardown':
        return await this.#tearDown(this.#task(request.task));
      case 'undo_teardown':
        return await this.#undoTeardown(this.#task(request.task), number);
      case 'cancel':
        if (request.task !== null) return await this.#callOff(this.#task(request.task));
        if (log.state.outcome !== null && log.state.outcome !== 'waiting_for_person') {
          throw new RequestRefused('run_over', `the run is over: ${log.state.outcome.replaceAll('_', ' ')}`);
        }
        return await cancelRun();
      case 'send':
        return await this.#tell(this.#task(request.task), { number, action: 'send' }, (agent, _, signal) =>
          agent.send(request.text, signal),
        );
      case 'answer':
        return await this.#tell(this.#task(request.task), { number, action: 'answer' }, (agent, attempt, signal) =>
          giveAnswer(agent, answerOf(attempt, request), signal),
        );
      case 'pause':
        if (!log.state.paused) log.append({ kind: 'run_paused' });
        return;
      case 'unpause':
        if (log.state.paused) log.append({ kind: 'run_unpaused' });
        onChange();
    }
  }

  async #retry(task: GraphTask, change: RetryChange, request: number): Promise<void> {
    const { log, settings, onChange } = this.#options;
    // Done already, by an owner that was gone before it could say so.
    if (this.#state(task).servedFor === request) return;
    const plan = this.#plan(task);
    this.#requireRunner(task, change);
    if (plan.cancels) {
      await this.#callOff(task);
      // It may have come to its own end meanwhile.
      this.#plan(task);
    }
    const known = this.#state(task);
    const of = lastAttempt(known, settings) + 1;
    log.append({ kind: 'task_retrying', task: task.id, attempt: known.attempts.length, of, change, request });
    onChange();
  }

  #plan(task: GraphTask): RetryPlan {
    const plan = retryPlan(this.#options.log.state, task.id);
    if ('refused' in plan) throw new RequestRefused(plan.refused, plan.message, plan.hint);
    return plan;
  }

  /** Before anything is reset: a framework that nobody has would fail the attempt. */
  #requireRunner(task: GraphTask, change: RetryChange): void {
    const { graph, taskRunner } = this.#options;
    try {
      taskRunner.requireSteps({ ...graph, tasks: [changedTask(task, change)] });
    } catch (error) {
      if (!(error instanceof PreconditionError)) throw error;
      throw new RequestRefused('unknown_framework', error.message);
    }
  }

  async #callOff(task: GraphTask): Promise<void> {
    const { log, attempts, ended, onChange } = this.#options;
    const { status, calledOff, attempts: known } = this.#state(task);
    if (calledOff) return;
    if (status === 'pending') {
      log.append({ kind: 'task_cancelled', task: task.id, attempt: known.length, by: 'person' });
      onChange();
      return;
    }
    if (!isActive(status)) {
      throw new RequestRefused('not_running', `task ${task.id} is ${status.replaceAll('_', ' ')}`);
    }
    const live = attempts.live(task.id);
    if (live !== null) {
      live.callOff();
      return await ended(task.id);
    }
    const left = await this.#adopt(task);
    left.callOff();
    await attempts.goOn(left);
  }

  async #tearDown(task: GraphTask): Promise<void> {
    const { attempts } = this.#options;
    const known = currentAttempt(this.#state(task));
    if (known === null) throw new RequestRefused('never_started', `task ${task.id} has not been started`);
    if (!isTerminal(known.status)) {
      const hint = `agentrelay cancel ${task.id} ends its attempt first`;
      throw new RequestRefused('task_running', `task ${task.id} is at work`, hint);
    }
    if (known.tornDown) return;
    if (attempts.live(task.id) !== null) return await this.#options.ended(task.id);
    await this.#options.knowWhoIsAtWork();
    const left = await this.#adopt(task);
    if (this.#state(task).attempts.length > known.number) {
      throw new RequestRefused('task_running', `task ${task.id} has been started again just now`);
    }
    await attempts.goOn(left, 'always');
    const attempt = this.#state(task).attempts[known.number - 1];
    if (attempt === undefined || attempt.tornDown) return;
    const concern = attempt.concerns.findLast(({ source }) => source === 'teardown');
    throw new RequestRefused('teardown_failed', concern?.message ?? `task ${task.id} could not be torn down`);
  }

  async #undoTeardown(task: GraphTask, request: number): Promise<void> {
    const { attempts, taskRunner } = this.#options;
    const state = this.#state(task);
    if (state.servedFor === request) return;
    const runtime = attempts.recorded(task, requireTornDown(state));
    const undone = await taskRunner.undoTeardown?.(runtime).catch((error: unknown) => {
      if (!isStepError(error)) throw error;
      throw new RequestRefused(error.code, error.message);
    });
    if (!undone) throw new RequestRefused('no_undo', `the teardown of ${task.id} is one that cannot be undone`);
    runtime.report({ kind: 'task_teardown_undone', ...undone, request });
  }

  /** `say` throws `RequestRefused` where there is nothing to say to the attempt as it is just then. */
  async #tell(
    task: GraphTask,
    { number: request, action }: { readonly number: number; readonly action: 'send' | 'answer' },
    say: (agent: Agent, attempt: AttemptState | null, signal: AbortSignal) => Promise<SendResult>,
  ): Promise<void> {
    const { attempts } = this.#options;
    const { status, servedFor } = this.#state(task);
    if (servedFor === request) return;
    if (!isActive(status)) {
      throw new RequestRefused('not_running', `task ${task.id} is ${status.replaceAll('_', ' ')}: it has no agent`);
    }
    const { runtime } = attempts.live(task.id) ?? (await this.#adopt(task));
    const { agent } = runtime.artifacts;
    if (agent === null) throw new RequestRefused('no_agent', `the agent of ${task.id} is not there yet`);
    const attempt = currentAttempt(this.#state(task));
    const result = await say(agent, attempt, runtime.signal);
    const asked = currentAttempt(this.#state(task));
    runtime.report({ kind: 'task_prompted', result, request });
    // Asked while the last answer was under way: what was said is no answer to it.
    if (asked?.asks && asked.asks.since !== attempt?.asks?.since) runtime.report(questionOf(asked));
    requireTaken(task.id, result, action === 'answer' ? attempt : null);
  }

  async #adopt(task: GraphTask): Promise<LiveAttempt> {
    return await this.#options.attempts.adopt(task, await this.#options.laneOf(task.workstreamId));
  }

  #task(id: string): GraphTask {
    const task = this.#options.graph.taskById.get(id);
    if (task !== undefined) return task;
    throw new RequestRefused('unknown_task', `the graph has no task ${id}`);
  }

  #state(task: GraphTask): TaskState {
    return this.#options.log.state.tasks.get(task.id) as TaskState;
  }
}

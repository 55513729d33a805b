import type { Attempts } from './attempts.ts';
import {
  BUDGET_EXCEEDED,
  budgetNews,
  isUsedUp,
  type Overspent,
  RUN_BUDGET_EXCEEDED,
  runOverspent,
  runSpendings,
  type Spending,
  taskOverspent,
  taskSpendings,
  WARNING,
} from './budget.ts';
import type { Clock } from './clock.ts';
import type { EventLog } from './event-log.ts';
import type { RunEvent } from './events.ts';
import type { Graph, GraphTask, Settings } from './graph/graph.ts';
import { isActive, isSuccess } from './lifecycle.ts';
import { type AttemptState, currentAttempt } from './run-state.ts';

/** Milliseconds: a clock that was set, or a computer that slept, is noticed within this. */
const LOOK = 60_000;

export interface BudgetWatchOptions {
  readonly graph: Graph;
  readonly settings: Pick<Settings, 'budget'>;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly attempts: Attempts;
  /** The run has used up its budget, and something is left to do. */
  readonly stop: () => void;
  readonly onBug: (error: unknown) => void;
}

/**
 * Tells what is reached of the budgets of the tasks and of the run, and ends attempts that have none left. One whose agent
 * has signalled spends nothing more: it goes on to its merge, unless its work goes back to the agent.
 */
export class BudgetWatch {
  readonly #options: BudgetWatchOptions;
  readonly #over = new AbortController();
  /** By task: since when its attempt has waited (milliseconds since 1970), and what ends its timer. */
  readonly #timed = new Map<string, { readonly start: number; readonly end: AbortController }>();
  #begunAt = 0;
  /** Milliseconds of earlier owners. */
  #before = 0;

  constructor(options: BudgetWatchOptions) {
    this.#options = options;
  }

  /** From here on somebody runs the run, until `over` settles; what earlier owners have left is in our hands. */
  begin(over: Promise<unknown>): void {
    const { graph, log, clock, settings, onBug } = this.#options;
    this.#begunAt = clock.now();
    this.#before = log.state.ownedTime.before;
    this.#over.signal.addEventListener(
      'abort',
      log.subscribe((event) => this.#heard(event)),
      { once: true },
    );
    const close = () => this.#close();
    over.then(close, close);
    for (const task of graph.tasks) {
      const attempt = this.#atWork(task.id);
      if (attempt === null) continue;
      this.#checkTask(task);
      if (attempt.agent !== null) this.#time(task, Math.min(clock.now(), Date.parse(attempt.startedAt)));
    }
    this.#checkRun();
    const limit = settings.budget?.timeoutMs ?? null;
    if (limit !== null) this.#timeRun(limit).catch(onBug);
  }

  #close(): void {
    this.#over.abort();
    for (const { end } of this.#timed.values()) end.abort();
  }

  #heard(event: RunEvent): void {
    const task = 'task' in event && event.task !== null ? this.#options.graph.taskById.get(event.task) : undefined;
    if (task === undefined) return;
    switch (event.kind) {
      case 'task_usage':
      case 'task_started':
      case 'task_sent_back':
        this.#checkTask(task);
        this.#checkRun();
        return;
      case 'task_waiting':
        this.#time(task, this.#options.clock.now());
        return;
      case 'task_parked':
      case 'task_unparked':
        this.#timeAgain(task);
        return;
      case 'task_succeeded':
      case 'task_failed':
      case 'task_cancelled':
        this.#timed.get(task.id)?.end.abort();
        this.#timed.delete(task.id);
    }
  }

  #checkTask(task: GraphTask): void {
    const known = this.#options.log.state.tasks.get(task.id);
    if (known === undefined) return;
    const found = taskSpendings(task, known);
    this.#tell(task.id, found);
    const over = found.find(isUsedUp);
    if (over !== undefined) this.#end(task.id, { code: BUDGET_EXCEEDED, error: taskOverspent(task.id, over) });
  }

  #checkRun(): void {
    const { graph, log, settings, stop } = this.#options;
    const found = runSpendings(settings.budget, log.state, this.#runTime());
    this.#tell(null, found);
    const over = found.find(isUsedUp);
    if (over === undefined) return;
    if ([...log.state.tasks.values()].some((task) => !isSuccess(task.status))) stop();
    for (const { id } of graph.tasks) this.#end(id, { code: RUN_BUDGET_EXCEEDED, error: runOverspent(over) });
  }

  #tell(task: string | null, found: readonly Spending[]): void {
    const { log } = this.#options;
    for (const news of budgetNews(log.state, task, found)) log.append({ kind: 'budget_reached', ...news });
  }

  #end(task: string, overspent: Overspent): void {
    if (this.#atWork(task)?.signalled === null) this.#options.attempts.live(task)?.overspend(overspent);
  }

  #atWork(id: string): AttemptState | null {
    const task = this.#options.log.state.tasks.get(id);
    return task !== undefined && isActive(task.status) ? currentAttempt(task) : null;
  }

  /** For how long owners were there. */
  #runTime(): number {
    return this.#before + this.#options.clock.now() - this.#begunAt;
  }

  async #timeRun(limit: number): Promise<void> {
    for (const mark of [WARNING * limit, limit]) {
      if (await this.#until(() => mark - this.#runTime(), this.#over.signal)) this.#checkRun();
    }
  }

  /** Warns of the `timeout` of an attempt; whoever waits for its signal ends it. */
  #time(task: GraphTask, start: number): void {
    this.#timed.get(task.id)?.end.abort();
    const { timeoutMs: limit } = task;
    if (limit === null) return;
    const end = new AbortController();
    this.#timed.set(task.id, { start, end });
    // What is parked has a timer again when it goes on.
    if (this.#atWork(task.id)?.parkedSince !== null) return;
    const spent = () => this.#options.clock.now() - start - (this.#atWork(task.id)?.parkedMs ?? 0);
    const warn = async () => {
      const isTime = await this.#until(() => WARNING * limit - spent(), end.signal);
      if (!isTime || this.#atWork(task.id)?.signalled !== null) return;
      this.#tell(task.id, [{ budget: 'seconds', spent: spent() / 1000, limit: limit / 1000 }]);
    };
    warn().catch(this.#options.onBug);
  }

  #timeAgain(task: GraphTask): void {
    const timed = this.#timed.get(task.id);
    if (timed !== undefined) this.#time(task, timed.start);
  }

  /** True when nothing is left, by the clock, for a timer may be early; false when it was aborted. */
  async #until(left: () => number, signal: AbortSignal): Promise<boolean> {
    for (let rest = left(); rest > 0 && !signal.aborted; rest = left()) {
      await this.#options.clock.sleep(Math.min(LOOK, Math.ceil(rest)), signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
    return !signal.aborted;
  }
}

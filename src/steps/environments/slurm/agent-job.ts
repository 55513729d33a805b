import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PlaceFailure } from '../../../core/agent-handle.ts';
import { AgentLaunchError, WorkspaceError } from '../../../core/errors.ts';
import { isPlaceFailure } from '../../../core/place-failure.ts';
import type { TaskRuntime } from '../../../core/task-runtime.ts';
import { CLIENT_CODE_FILE, LAUNCHED_FILE, readExitCode } from '../../agent-wrapper.ts';
import { lastWords } from '../../last-words.ts';
import { readIfThere } from '../../tools/atomic-file.ts';
import { watchFolder } from '../../tools/folder-watch.ts';
import type { TmuxAgent } from '../tmux-agent.ts';
import type { JobBoard, KnownJob } from './job-board.ts';
import { jobFailure } from './job-end.ts';
import { cancelJobs, hasEnded, isUnreachable } from './jobs.ts';
import { PlaceTeller } from './place-teller.ts';
import { type JobPlace, parseJobPlace } from './srun.ts';

export interface SlurmAgentOptions {
  readonly board: JobBoard;
  /** Of its job. */
  readonly name: string;
  /** Milliseconds; null for as long as it takes. */
  readonly queueTimeout: number | null;
}

/** Beside the signals of an attempt: which job has it, from the moment in which it runs. */
export const JOB_FILE = '.job';

/** Milliseconds between two looks at files on a file system that tells nobody what others change. */
export const SIGNALS_EVERY = 1_000;
/** What a node has written last may be seen here later than the end of its job. */
const FILE_GRACE = 3_000;
/** Of one that no node seems to have begun. */
const SHORT_GRACE = 500;
/** Of an end that is on its way. */
const END_GRACE = 5_000;
const SOON = 100;

/** The job of an agent in a window. */
export class AgentJob {
  readonly #runtime: TaskRuntime;
  readonly #inWindow: TmuxAgent;
  readonly #options: SlurmAgentOptions;
  readonly #signalDir: string;
  readonly #teller: PlaceTeller;
  readonly #over = Promise.withResolvers<void>();
  readonly #wakers = new Set<() => void>();
  readonly #forget: () => void;
  #last: KnownJob = null;
  #overSince: number | null = null;
  isOver = false;

  constructor(runtime: TaskRuntime, inWindow: TmuxAgent, options: SlurmAgentOptions) {
    this.#runtime = runtime;
    this.#inWindow = inWindow;
    this.#options = options;
    this.#signalDir = runtime.require('signalDir');
    this.#teller = new PlaceTeller(runtime);
    this.#forget = options.board.follow(options.name, {
      seen: (job) => this.#seen(job),
      wasKnown: () => this.#isLaunched(),
      unreachable: (reason) => this.#teller.tell({ state: 'unreachable', reason }),
    });
    if (runtime.isOver) this.#forget();
  }

  /** With the job and its node, where they are known. */
  get label(): string {
    const { label } = this.#inWindow.address;
    const place = this.#place();
    return place === null || label.endsWith(')') ? label : `${label} (job ${place.id} on ${place.node})`;
  }

  async started(signal: AbortSignal): Promise<void> {
    const { queueTimeout } = this.#options;
    const since = Date.parse(this.#runtime.resumed?.placeState?.since ?? '') || Date.now();
    const leave = new AbortController();
    const left = AbortSignal.any([signal, leave.signal]);
    let gone = false;
    const wake = this.#waker();
    const watcher = watchFolder(this.#signalDir, (name) => name === LAUNCHED_FILE, wake.wake, SIGNALS_EVERY);
    const timer = queueTimeout === null ? null : setTimeout(wake.wake, since + queueTimeout - Date.now());
    left.addEventListener('abort', wake.wake);
    const end = () => {
      gone = true;
      wake.wake();
    };
    this.exited(left).then(end, end);
    try {
      for (;;) {
        signal.throwIfAborted();
        const woken = wake.next();
        if (this.#isLaunched() || gone) break;
        if (queueTimeout !== null && Date.now() >= since + queueTimeout) throw this.#waitedTooLong(queueTimeout);
        await woken;
      }
      if (this.#isLaunched()) this.#tellRunning();
    } finally {
      leave.abort();
      wake.end();
      watcher.close();
      if (timer !== null) clearTimeout(timer);
    }
  }

  /** Neither the end of its window nor that of its job alone is believed where the agent has left no exit code. */
  async exited(signal: AbortSignal): Promise<void> {
    const leave = new AbortController();
    const window = this.#inWindow.exited(AbortSignal.any([signal, leave.signal])).catch((error: unknown) => {
      // A tmux that is lost has lost the job's client.
      if (signal.aborted) throw error;
    });
    try {
      await Promise.race([window, this.#over.promise]);
    } finally {
      leave.abort();
    }
    await this.#settled(Number.POSITIVE_INFINITY, signal);
  }

  async failure(): Promise<PlaceFailure | null> {
    const { name } = this.#options;
    const exitCode = this.#inWindow.exitCode();
    const job = await this.#settled(END_GRACE, AbortSignal.timeout(END_GRACE * 2)).catch(() => this.#last);
    const clientCode = readExitCode(join(this.#signalDir, CLIENT_CODE_FILE));
    const failure = jobFailure({ name, job, node: this.#place()?.node ?? null, exitCode, clientCode });
    if (failure === null || isPlaceFailure(failure.code)) return failure;
    // What `srun` says of it.
    return { ...failure, message: `${failure.message}${await lastWords(this.#inWindow).catch(() => '')}` };
  }

  /** Cancels the job before its window goes, and sees to it that nothing of it is left. */
  async end(closeWindow: () => Promise<void>): Promise<void> {
    this.#forget();
    if (await this.#endsByItself()) return await closeWindow();
    const names = [this.#options.name];
    const wasSeen = this.#last !== null || this.#isLaunched();
    let answered = true;
    try {
      await cancelJobs(names).catch((error: unknown) => {
        if (!isUnreachable(error)) throw error;
        answered = false;
      });
    } finally {
      await closeWindow();
    }
    // Its `srun` may have asked for one only just now.
    if (!answered || !wasSeen) await cancelJobs(names).catch(throwLeft);
  }

  #seen(job: KnownJob): void {
    this.#last = job ?? this.#last;
    if (job === null || hasEnded(job)) {
      this.isOver = true;
      this.#over.resolve();
      this.#forget();
    } else if (job.state === 'PENDING' || job.state === 'CONFIGURING') {
      this.#teller.tell({ state: 'queued', reason: job.reason ?? (job.state === 'PENDING' ? null : job.state) });
    } else if (this.#isLaunched()) {
      this.#tellRunning();
    }
    for (const wake of this.#wakers) wake();
  }

  #tellRunning(): void {
    this.#teller.tell({ state: 'running', reason: null, agent: this.label });
  }

  /** Resolves when its end is certain: with an exit code, or when Slurm has it no more and files had their time. */
  async #settled(limit: number, signal: AbortSignal): Promise<KnownJob> {
    const began = Date.now();
    for (let pause = SOON; ; pause = Math.min(pause * 2, 1_000)) {
      signal.throwIfAborted();
      const code = this.#inWindow.exitCode();
      if (code !== null && limit === Number.POSITIVE_INFINITY) return this.#last;
      const isOver = await this.#isOverNow();
      if (isOver !== null) this.#overSince = isOver ? (this.#overSince ?? Date.now()) : null;
      const grace = this.#isLaunched() ? FILE_GRACE : SHORT_GRACE;
      if (this.#overSince !== null && (code !== null || Date.now() - this.#overSince >= grace)) return this.#last;
      if (Date.now() - began >= limit) return this.#last;
      await delay(pause, undefined, { signal });
    }
  }

  /** Null where nobody answers: nothing is concluded from that. */
  async #isOverNow(): Promise<boolean | null> {
    const { board, name } = this.#options;
    try {
      const job = await board.look(name);
      this.#last = job ?? this.#last;
      return job === null || hasEnded(job);
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      return null;
    }
  }

  /** Its agent has left its exit code: what is left is about to go, which `srun` tells. */
  async #endsByItself(): Promise<boolean> {
    if (this.#inWindow.exitCode() === null) return false;
    const clientCode = join(this.#signalDir, CLIENT_CODE_FILE);
    for (let pause = 5; pause < 500; pause *= 2) {
      if (readExitCode(clientCode) !== null) return true;
      await delay(pause);
    }
    return false;
  }

  #waitedTooLong(limit: number): AgentLaunchError {
    const what = this.#last === null ? `job ${this.#options.name}` : `job ${this.#last.id}`;
    const why = this.#last?.reason ? `: ${this.#last.reason}` : '';
    return new AgentLaunchError('queue_timeout', `${what} was not started within ${limit / 1000} s${why}`);
  }

  #isLaunched(): boolean {
    return existsSync(join(this.#signalDir, LAUNCHED_FILE));
  }

  #place(): JobPlace | null {
    return parseJobPlace(readIfThere(join(this.#signalDir, JOB_FILE)));
  }

  #waker() {
    let next = Promise.withResolvers<void>();
    const wake = () => {
      next.resolve();
      next = Promise.withResolvers<void>();
    };
    this.#wakers.add(wake);
    return { wake, next: () => next.promise, end: () => this.#wakers.delete(wake) };
  }
}

function throwLeft(error: unknown): never {
  if (!isUnreachable(error)) throw error;
  throw new WorkspaceError('job_left', `Slurm does not answer, so that a job may be left: ${error.message}`);
}

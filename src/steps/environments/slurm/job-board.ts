import type { Clock } from '../../../core/clock.ts';
import { hasEnded, isUnreachable, type Job, listJobs } from './jobs.ts';

/** `null`: Slurm knows, or remembers, none of that name. */
export type KnownJob = Job | null;

export interface JobListener {
  /** Seen in the queue, or in it no more; `null` where it was known once and Slurm does not remember it. */
  seen(job: KnownJob): void;
  /** Slurm knew it once: if it knows none of that name now, it has forgotten it. */
  wasKnown(): boolean;
  /** The controller has not answered for a while, since it said `reason`. */
  unreachable(reason: string): void;
}

export interface JobBoardOptions {
  readonly clock: Clock;
  /** `listJobs` unless told. */
  readonly list?: typeof listJobs;
}

/** Milliseconds between two looks; the longer one while nothing moves in a long queue. */
const TICK = 1_000;
const SLOWEST_TICK = 2_000;
const SLOWEST_TICK_OF_MANY = 5_000;
const MANY = 20;
/** A controller that restarts is away for a moment. */
const PATIENCE = 10_000;

/** The jobs of a run, followed by one look at the queue for all of them; none while there are no jobs. */
export class JobBoard {
  readonly #clock: Clock;
  readonly #list: typeof listJobs;
  readonly #listeners = new Map<string, JobListener>();
  readonly #seen = new Map<string, Job>();
  #stop: AbortController | null = null;
  #tick = TICK;
  #silentSince: number | null = null;
  #isUnreachable = false;

  constructor({ clock, list = listJobs }: JobBoardOptions) {
    this.#clock = clock;
    this.#list = list;
  }

  /** Returns what follows the job of that name no longer. */
  follow(name: string, listener: JobListener): () => void {
    this.#listeners.set(name, listener);
    this.#tick = TICK;
    if (this.#stop === null) void this.#beat();
    return () => {
      if (this.#listeners.get(name) !== listener) return;
      this.#listeners.delete(name);
      this.#seen.delete(name);
      if (this.#listeners.size === 0) this.close();
    };
  }

  /** Asked now, also of one that has ended. Throws `ToolError` where nobody answers. */
  async look(name: string): Promise<KnownJob> {
    return latest(await this.#list({ names: [name], ended: true }), name);
  }

  /** Follows none any more. */
  close(): void {
    this.#listeners.clear();
    this.#stop?.abort();
    this.#stop = null;
  }

  async #beat(): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    for (;;) {
      try {
        await this.#clock.sleep(this.#tick, stop.signal);
      } catch {
        // Nobody follows any job any more.
        return;
      }
      const changed = await this.#look();
      const slowest = this.#listeners.size > MANY ? SLOWEST_TICK_OF_MANY : SLOWEST_TICK;
      this.#tick = changed ? TICK : Math.min(this.#tick * 1.25, slowest);
    }
  }

  /** True where something is new. */
  async #look(): Promise<boolean> {
    try {
      const jobs = byName(await this.#list());
      // One that was never seen may have begun and ended between two looks, or is still to be asked for.
      const gone = [...this.#listeners.keys()].filter((name) => !jobs.has(name));
      const ended = gone.length === 0 ? [] : await this.#list({ names: gone, ended: true });
      const known = gone.map((name) => [name, latest(ended, name)] as const);
      const wasKnown = (name: string) => this.#seen.has(name) || this.#listeners.get(name)?.wasKnown() === true;
      return this.#answered(jobs, new Map(known.filter(([name, job]) => job !== null || wasKnown(name))));
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      return this.#silent(error.stderr.trim() || error.message);
    }
  }

  #answered(jobs: ReadonlyMap<string, Job>, gone: ReadonlyMap<string, KnownJob>): boolean {
    const again = this.#isUnreachable;
    this.#silentSince = null;
    this.#isUnreachable = false;
    let changed = false;
    for (const [name, listener] of [...this.#listeners]) {
      const job = jobs.get(name) ?? gone.get(name);
      if (job === undefined) continue;
      const before = this.#seen.get(name);
      if (job === null || hasEnded(job)) this.#seen.delete(name);
      else this.#seen.set(name, job);
      if (!again && before !== undefined && isSame(before, job)) continue;
      changed = true;
      listener.seen(job);
    }
    return changed;
  }

  /** Nothing is concluded from it. */
  #silent(reason: string): boolean {
    this.#silentSince ??= this.#clock.now();
    if (this.#isUnreachable || this.#clock.now() - this.#silentSince < PATIENCE) return false;
    this.#isUnreachable = true;
    for (const listener of [...this.#listeners.values()]) listener.unreachable(reason);
    return true;
  }
}

function byName(jobs: readonly Job[]): Map<string, Job> {
  return new Map(jobs.map((job) => [job.name, job]));
}

/** An attempt has one; should there be two, the one that is not over is what counts. */
function latest(jobs: readonly Job[], name: string): KnownJob {
  const own = jobs.filter((job) => job.name === name);
  return own.find((job) => !hasEnded(job)) ?? own.at(-1) ?? null;
}

function isSame(before: Job, now: KnownJob): boolean {
  return now !== null && before.state === now.state && before.node === now.node && before.reason === now.reason;
}

import { hostname } from 'node:os';
import { UserError } from '../../core/errors.ts';
import type { EventLog } from '../../core/event-log.ts';
import type { RunEvent } from '../../core/events.ts';
import type { RunOutcome } from '../../core/lifecycle.ts';
import type { Orchestrator } from '../../core/orchestrator.ts';
import type { Request } from '../../core/requests.ts';
import { emptyRunState, type RunState } from '../../core/run-state.ts';
import { writeRequest } from '../../steps/request-files.ts';
import type { RunStore } from '../../steps/run-store.ts';
import type { RunFeed, Standing } from '../../ui/ports.ts';
import { type OwnedRun, type OwnerOptions, ownRun } from '../owner.ts';
import { RunTaken } from '../run-taken.ts';
import { type FollowedRun, followRun } from './followed-run.ts';

export interface SessionOptions {
  readonly store: RunStore;
  /** Null where nobody is to become the owner from here. */
  readonly owner: OwnerOptions | null;
  readonly slots: number | null;
}

export type Answer = Extract<RunEvent, { kind: 'request_applied' | 'request_refused' }>;

/** How the run of this process has ended; `left` is one that goes on without it. */
export type Ending = RunOutcome | 'left';

/**
 * The run that a dashboard shows: as its owner, or by following the journal of another process, and what passes between
 * the two.
 */
export class RunSession implements RunFeed {
  readonly #options: SessionOptions;
  readonly #listeners = new Set<(event: RunEvent | null) => void>();
  readonly #over = new AbortController();
  readonly #failed = Promise.withResolvers<never>();
  #state = emptyRunState();
  #standing: Standing = { kind: 'opening' };
  #owned: { readonly run: OwnedRun; readonly orchestrator: Orchestrator; readonly ended: Promise<Ending> } | null =
    null;
  #following: FollowedRun | null = null;
  /** What is under way to own the run. */
  #owning: Promise<readonly string[]> | null = null;
  #isLeft = false;
  /** What is under way to let go of it. */
  #closing: Promise<void> = Promise.resolve();

  constructor(options: SessionOptions) {
    this.#options = options;
    // Whoever waits for it hears of it; nobody has to.
    this.#failed.promise.catch(() => {});
  }

  /** Rejects with what keeps the run, or what is followed of it, from going on. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  get state(): RunState {
    return this.#state;
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** Those of another owner are its own to know. */
  get slots(): number | null {
    return this.#standing.kind === 'mine' ? this.#options.slots : null;
  }

  /** Null where this process does not own the run, or where it is over. */
  get orchestrator(): Orchestrator | null {
    return this.#owned?.orchestrator ?? null;
  }

  /** The journal of this process's own run; null where another writes it. */
  get log(): EventLog | null {
    return this.#owned?.run.log ?? null;
  }

  /** 0 before there is one. */
  get run(): number {
    return this.#state.run;
  }

  subscribe(listener: (event: RunEvent | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Owns the run where that is wanted and possible, else follows it; who wants a new run wants no other. Throws `UserError`
   * for a run that cannot be.
   */
  async open(): Promise<{ notes: readonly string[] }> {
    const { owner } = this.#options;
    if (owner === null) {
      await this.#follow();
      return { notes: [] };
    }
    try {
      return { notes: await this.own(owner) };
    } catch (error) {
      if (!(error instanceof RunTaken) || owner.newRun) throw error;
      await this.#follow();
      return { notes: [] };
    }
  }

  /**
   * Becomes the owner of a run that nobody runs, once for all who ask meanwhile. Throws `UserError`; `RunTaken` where
   * somebody was faster.
   */
  async own(options: OwnerOptions): Promise<readonly string[]> {
    if (this.#isLeft) throw new UserError('the dashboard is being left, so nothing is begun any more');
    const last = this.#options.store.runs().at(-1);
    if (this.run > 0 && last !== this.run) {
      throw new UserError(`run ${last} has begun since, and run ${this.run} is put away`, {
        hint: 'agentrelay tui shows it',
      });
    }
    this.#owning ??= this.#own(options).finally(() => {
      this.#owning = null;
    });
    return await this.#owning;
  }

  /** From here on nothing is begun; resolves when nothing is under way any more to own the run. */
  async settle(): Promise<void> {
    this.#isLeft = true;
    await this.#owning?.catch(() => {});
  }

  async #own(options: OwnerOptions): Promise<readonly string[]> {
    const run = await ownRun(options);
    await this.#stopFollowing();
    this.#state = run.log.state;
    for (const event of run.opening) this.#tell(event);
    if (run.orchestrator === null) {
      await run.close();
      await this.#follow();
      return run.notes;
    }
    const unsubscribe = run.log.subscribe((event) => this.#tell(event));
    const outcome = run.orchestrator.run();
    // Only now: what was left to be done waits for the run to be taken over.
    const requests = run.followRequests();
    const ended = outcome
      .then((outcome): Ending => outcome ?? 'left')
      .finally(async () => {
        requests.close();
        unsubscribe();
        this.#owned = null;
        this.#closing = run.close();
        await this.#closing;
        // Others may act on it, or go on with it.
        if (!this.#over.signal.aborted) await this.#follow();
      });
    ended.catch(this.#failed.reject);
    this.#owned = { run, orchestrator: run.orchestrator, ended };
    this.#stand({ kind: 'mine' });
    return run.notes;
  }

  /** How the run of this process ends; null where it has none. Rejects with what has broken it. */
  get ended(): Promise<Ending> | null {
    return this.#owned?.ended ?? null;
  }

  /** Writes a request to the owner: this process, another, or the next one. Its number. */
  request(wish: (by: Request['by']) => Request): number {
    const folder = this.#options.store.commands(this.run);
    return writeRequest(folder, wish({ pid: process.pid, host: hostname() }), this.#state.request);
  }

  /** What the owner says to a request of just now; null where there is none, or none any more, and once `signal` aborts. */
  async answer(number: number, signal: AbortSignal): Promise<Answer | null> {
    if (this.#standing.kind === 'nobody') return null;
    const { promise, resolve } = Promise.withResolvers<Answer | null>();
    const unsubscribe = this.subscribe((event) => {
      if (this.#standing.kind === 'nobody') resolve(null);
      if (event?.kind !== 'request_applied' && event?.kind !== 'request_refused') return;
      if (event.request === number) resolve(event);
    });
    const giveUp = () => resolve(null);
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    return await promise.finally(() => {
      unsubscribe();
      signal.removeEventListener('abort', giveUp);
    });
  }

  /** Lets go of everything; a run of this process must have been ended or detached before. */
  async close(): Promise<void> {
    this.#over.abort();
    await this.settle();
    await this.#closing.catch(() => {});
    await this.#stopFollowing();
    this.#listeners.clear();
  }

  async #follow(): Promise<void> {
    await this.#stopFollowing();
    const { store } = this.#options;
    const run = store.runs().at(-1);
    if (run === undefined) return this.#stand(NOBODY);
    let standing: Standing = NOBODY;
    this.#following = followRun({
      store,
      run,
      onEvent: (event) => this.#tell(event),
      onStanding: (now) => {
        standing = now;
        if (this.#following !== null) this.#stand(now);
      },
      onFailed: this.#failed.reject,
    });
    this.#state = this.#following.state;
    this.#stand(standing);
  }

  async #stopFollowing(): Promise<void> {
    const following = this.#following;
    this.#following = null;
    await following?.stop();
  }

  #stand(standing: Standing): void {
    this.#standing = standing;
    this.#tell(null);
  }

  /** One that throws has a defect, and is the end of the screen; the others, and the run, hear all the same. */
  #tell(event: RunEvent | null): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#listeners.delete(listener);
        this.#failed.reject(error);
      }
    }
  }
}

const NOBODY: Standing = { kind: 'nobody' };

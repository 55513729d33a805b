import { setTimeout as delay } from 'node:timers/promises';
import { KeyedQueue } from '../../core/queue.ts';
import { type ExecResult, exec, ToolError } from './exec.ts';
import { BatchProcess, OUR_CONFIG, OUR_ENV } from './git-batch.ts';

/** The object id that stands for "no such ref". */
export const NO_COMMIT = '0'.repeat(40);

/** Milliseconds. */
const LOCK_WAIT = 5_000;

/** Commits in a row that are asked about at once. */
const MAX_STRAIGHT = 8;

export interface RefUpdate {
  readonly ref: string;
  /** `NO_COMMIT` deletes. */
  readonly to: string;
  /** What the ref must be now; `NO_COMMIT` for "must not exist". */
  readonly from: string;
  /** Moves a symbolic ref, such as HEAD, itself and not what it points to. */
  readonly noDeref?: boolean;
}

export interface GitRunOptions {
  readonly cwd?: string;
  readonly accept?: readonly number[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly timeout?: number;
}

/** Git in one repository: single commands as processes, questions and ref updates to two that stay. */
export class Git {
  /** Absolute path of the repository's main worktree. */
  readonly root: string;
  readonly #reader: BatchProcess;
  readonly #writer: BatchProcess;
  readonly #asks = new KeyedQueue();

  constructor(root: string) {
    this.root = root;
    this.#reader = new BatchProcess(root, ['cat-file', '--batch-check=%(objectname) %(objecttype)']);
    this.#writer = new BatchProcess(root, ['update-ref', '--stdin']);
  }

  /** Runs git; `cwd` is the repository unless told. Throws `ToolError`. */
  async run(args: readonly string[], options: GitRunOptions = {}): Promise<ExecResult> {
    return await exec('git', [...OUR_CONFIG, ...args], {
      cwd: options.cwd ?? this.root,
      env: { ...OUR_ENV, ...options.env },
      ...(options.accept === undefined ? {} : { accept: options.accept }),
      ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
    });
  }

  /** The object that a revision names, null when there is none. No process is started. */
  async resolve(revision: string): Promise<string | null> {
    // Git names no object with a line break, and its answers would be counted wrongly from here on.
    if (LINE_BREAK.test(revision)) return null;
    const [answer] = await this.#read([revision]);
    return isObject(answer) ? (answer.split(' ')[0] ?? null) : null;
  }

  /**
   * How many commits `tip` is ahead of `base`, where that is a short straight line; null for any other history. No
   * process is started, which is what most tasks need: a few commits on top of where they were cut.
   */
  async straightAhead(base: string, tip: string): Promise<number | null> {
    if (tip === base) return 0;
    const steps = Array.from({ length: MAX_STRAIGHT }, (_, at) => at);
    const questions = steps.flatMap((at) => [`${tip}~${at}^2`, `${tip}~${at}^1`]);
    const answers = await this.#read(questions);
    for (const at of steps) {
      if (isObject(answers[2 * at])) return null;
      if (answers[2 * at + 1]?.startsWith(`${base} `)) return at + 1;
    }
    return null;
  }

  /** The commit of a branch, null when there is no such branch. */
  async branch(name: string): Promise<string | null> {
    return await this.resolve(`refs/heads/${name}`);
  }

  /**
   * Moves refs, all or none, each only from what it must be. False when one was not what it must be.
   * A lock that another git holds is waited for, up to 5 s.
   */
  async updateRefs(updates: readonly RefUpdate[]): Promise<boolean> {
    if (updates.length === 0) return true;
    const lines = updates.map(({ ref, to, from, noDeref }) => {
      const line = to === NO_COMMIT ? `delete ${ref} ${from}` : `update ${ref} ${to} ${from}`;
      return noDeref ? `option no-deref\n${line}` : line;
    });
    const transaction = `start\n${lines.join('\n')}\nprepare\ncommit\n`;
    const deadline = Date.now() + LOCK_WAIT;
    return await this.#asks.run('write', async () => {
      for (let mayAskAgain = true; ; ) {
        const error = await this.#transact(transaction);
        if (error === null) return true;
        const isLocked = /\.lock': File exists|Unable to create/.test(error.stderr);
        const wasEnded: boolean = error.exitCode === null && mayAskAgain && !this.#writer.closed;
        if (!isLocked && !wasEnded) return await this.#refused(updates, error);
        // It may have come to the end of it before somebody ended it.
        if (wasEnded && (await this.#isDone(updates))) return true;
        if (Date.now() > deadline) throw error;
        mayAskAgain &&= !wasEnded;
        await delay(25);
      }
    });
  }

  /** Ends the two processes that stay. */
  close(): void {
    this.#reader.close();
    this.#writer.close();
  }

  /** Asks once more when the git that stays was ended by somebody. */
  async #read(revisions: readonly string[]): Promise<string[]> {
    const input = `${revisions.join('\n')}\n`;
    return await this.#asks.run('read', async () => {
      try {
        return await this.#reader.ask(input, revisions.length);
      } catch (error) {
        if (!(error instanceof ToolError) || this.#reader.closed) throw error;
        return await this.#reader.ask(input, revisions.length);
      }
    });
  }

  /** Null when it went through. */
  async #transact(transaction: string): Promise<ToolError | null> {
    try {
      await this.#writer.ask(transaction, 3);
      return null;
    } catch (error) {
      if (error instanceof ToolError) return error;
      throw error;
    }
  }

  async #isDone(updates: readonly RefUpdate[]): Promise<boolean> {
    for (const { ref, to } of updates) {
      if (((await this.resolve(ref)) ?? NO_COMMIT) !== to) return false;
    }
    return true;
  }

  /** A ref that is not what it must be is an answer; anything else is an error. */
  async #refused(updates: readonly RefUpdate[], error: ToolError): Promise<false> {
    for (const { ref, from } of updates) {
      if (((await this.resolve(ref)) ?? NO_COMMIT) !== from) return false;
    }
    throw error;
  }
}

/** All that `readline` takes for one. */
const LINE_BREAK = /[\r\n\u2028\u2029]/;

/** Not of a revision that is missing or ambiguous. */
function isObject(answer: string | undefined): answer is string {
  return /^[0-9a-f]{40,64} [a-z]+$/.test(answer ?? '') && !/ (missing|ambiguous)$/.test(answer ?? '');
}

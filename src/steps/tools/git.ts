import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BRANCH_ROOT } from '../../core/names.ts';
import { KeyedQueue } from '../../core/queue.ts';
import { brokenRecordIn, outwaitBrokenRecord } from './broken-record.ts';
import { type ExecResult, exec, ToolError } from './exec.ts';
import { BatchProcess, OUR_CONFIG, OUR_ENV } from './git-batch.ts';
import { againWhenKilled, onlyReads } from './killed-git.ts';
import { lockNamedIn, outwaitLock } from './stale-lock.ts';

/** The object id that stands for "no such ref". */
export const NO_COMMIT = '0'.repeat(40);

/** Milliseconds that a lock may be in the way of one command, and how long that one waits after it went away. */
const PATIENCE: LockPatience = { wait: 10_000, still: 2_000 };
const AFTER_LOCK = 10;

/** Milliseconds that a lock stays, once the git that had it is dead. */
const AFTER_KILL = 200;

/** Times 25 ms: a folder of refs goes when its last ref does, and is made again. */
const MAX_LOST_FOLDERS = 40;

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
  readonly input?: string;
  readonly signal?: AbortSignal | undefined;
  /** See `ExecOptions`. */
  readonly keep?: number;
}

/** Milliseconds: how long a lock is waited for, and how long one must stay as it is to be taken for a killed git's. */
export interface LockPatience {
  readonly wait: number;
  readonly still: number;
}

/** Git in one repository: single commands as processes, questions and ref updates to two that stay. */
export class Git {
  /** Absolute path of the repository's main worktree. */
  readonly root: string;
  readonly #patience: LockPatience;
  readonly #reader: BatchProcess;
  readonly #writer: BatchProcess;
  readonly #asks = new KeyedQueue();
  readonly #removed = new Set<string>();
  #commonDir: Promise<string> | null = null;

  constructor(root: string, patience = PATIENCE) {
    this.#patience = patience;
    this.root = root;
    this.#reader = new BatchProcess(root, ['cat-file', '--batch-check=%(objectname) %(objecttype)']);
    this.#writer = new BatchProcess(root, ['update-ref', '--stdin']);
  }

  /**
   * Runs git; `cwd` is the repository unless told. Throws `ToolError`. A lock of another git is waited for, up to 10 s,
   * and one that a killed git has left is removed; what only reads is asked again when its git was killed.
   */
  async run(args: readonly string[], options: GitRunOptions = {}): Promise<ExecResult> {
    const until = performance.now() + this.#patience.wait;
    const cwd = options.cwd ?? this.root;
    const once = () => this.#once(args, options);
    for (;;) {
      const outcome = await (onlyReads(args) ? againWhenKilled(once) : once()).catch((error: unknown) => {
        if (error instanceof ToolError) return error;
        throw error;
      });
      if (outcome.exitCode === 0 || !(await this.#isMended(outcome.stderr, cwd, until))) {
        if (outcome instanceof ToolError) throw outcome;
        return outcome;
      }
    }
  }

  async #once(args: readonly string[], { env, ...options }: GitRunOptions): Promise<ExecResult> {
    return await exec('git', [...OUR_CONFIG, ...args], { cwd: this.root, ...options, env: { ...OUR_ENV, ...env } });
  }

  /**
   * Waits until a lock file is out of the way: until its holder gives it back, or it has stayed as it is for `stillFor`
   * milliseconds (2,000 unless told) and no git lives that could hold it. False when it is still there after 10 s.
   */
  async freeLock(path: string, options: { stillFor?: number; until?: number } = {}): Promise<boolean> {
    this.#commonDir ??= this.#findCommonDir();
    const { until = performance.now() + this.#patience.wait, stillFor = this.#patience.still } = options;
    const end = await outwaitLock(path, { root: this.root, commonDir: await this.#commonDir, stillFor, until });
    if (end === 'removed') this.#removed.add(path);
    return end !== 'held';
  }

  /** Whether a killed git had left this lock, and it was removed by us. */
  wasStale(lock: string): boolean {
    return this.#removed.has(lock);
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
   * Locks as in `run`.
   */
  async updateRefs(updates: readonly RefUpdate[]): Promise<boolean> {
    if (updates.length === 0) return true;
    const lines = updates.map(({ ref, to, from, noDeref }) => {
      const line = to === NO_COMMIT ? `delete ${ref} ${from}` : `update ${ref} ${to} ${from}`;
      return noDeref || isOurs(ref) ? `option no-deref\n${line}` : line;
    });
    const transaction = `start\n${lines.join('\n')}\nprepare\ncommit\n`;
    return await this.#asks.run('write', async () => {
      const until = performance.now() + this.#patience.wait;
      for (let mayAskAgain = true, lost = 0; ; ) {
        const error = await this.#transact(transaction);
        if (error === null) return true;
        if (error.exitCode === null && mayAskAgain && !this.#writer.closed) {
          // It may have come to the end of it before somebody ended it.
          if (await this.#isDone(updates)) {
            await this.#freeLocksOf(updates);
            return true;
          }
          mayAskAgain = false;
        } else if (LOST_FOLDER.test(error.stderr) && lost++ < MAX_LOST_FOLDERS) await delay(25);
        else if (!(await this.#isMended(error.stderr, this.root, until))) return await this.#refused(updates, error);
      }
    });
  }

  /** Ends the two processes that stay. */
  close(): void {
    this.#reader.close();
    this.#writer.close();
  }

  /** Whether what git failed for is out of the way now, so that it may be asked again. */
  async #isMended(stderr: string, cwd: string, until: number): Promise<boolean> {
    const record = brokenRecordIn(stderr, cwd);
    if (record !== null) return performance.now() < until && (await outwaitBrokenRecord(record, until));
    const lock = lockNamedIn(stderr, cwd);
    if (lock === null || performance.now() > until || !(await this.freeLock(lock, { until }))) return false;
    await delay(AFTER_LOCK);
    return true;
  }

  async #findCommonDir(): Promise<string> {
    const { stdout } = await this.#once(['rev-parse', '--git-common-dir'], {});
    return resolve(this.root, stdout);
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

  /** Those that a git has left which was killed after it had moved them: nobody of ours would come across them. */
  async #freeLocksOf(updates: readonly RefUpdate[]): Promise<void> {
    this.#commonDir ??= this.#findCommonDir();
    const folder = await this.#commonDir;
    for (const name of [...updates.map(({ ref }) => ref), 'packed-refs', 'HEAD']) {
      const lock = join(folder, `${name}.lock`);
      if (existsSync(lock)) await this.freeLock(lock, { stillFor: AFTER_KILL });
    }
  }

  /** A ref that is not what it must be is an answer; anything else is an error. */
  async #refused(updates: readonly RefUpdate[], error: ToolError): Promise<false> {
    for (const { ref, from } of updates) {
      if (((await this.resolve(ref)) ?? NO_COMMIT) !== from) return false;
    }
    throw error;
  }
}

/** An agent may have made a pointer to a branch of the user's out of one of these. */
function isOurs(ref: string): boolean {
  return ['refs/heads', 'refs'].some((folder) => ref.startsWith(`${folder}/${BRANCH_ROOT}/`));
}

const LOST_FOLDER = /Unable to create '.+\.lock': No such file or directory/;

/** All that `readline` takes for one. */
const LINE_BREAK = /[\r\n\u2028\u2029]/;

/** Not of a revision that is missing or ambiguous. */
function isObject(answer: string | undefined): answer is string {
  return /^[0-9a-f]{40,64} [a-z]+$/.test(answer ?? '') && !/ (missing|ambiguous)$/.test(answer ?? '');
}

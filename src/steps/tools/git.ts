import { createInterface, type Interface } from 'node:readline';
import { KeyedQueue } from '../../core/queue.ts';
import { type ExecResult, exec, type PipedProcess, startPiped, ToolError } from './exec.ts';

/** The object id that stands for "no such ref". */
export const NO_COMMIT = '0'.repeat(40);

/**
 * What our own git runs with: no hooks and no fsmonitor (both run what an agent may have written), no prompts,
 * no optional locks in the way of agents' git, none of the caller's repository variables.
 */
const OUR_CONFIG = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'gc.auto=0'];
const OUR_ENV: Readonly<Record<string, string | undefined>> = {
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_COMMON_DIR: undefined,
  GIT_OBJECT_DIRECTORY: undefined,
  GIT_ALTERNATE_OBJECT_DIRECTORIES: undefined,
  GIT_NAMESPACE: undefined,
  GIT_PREFIX: undefined,
};

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
        await pause(25);
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

/** A git process that answers in lines; started at the first question, and again after it has died. */
class BatchProcess {
  readonly #root: string;
  readonly #args: readonly string[];
  #process: PipedProcess | null = null;
  #lines: Interface | null = null;
  #stderr = '';
  closed = false;

  constructor(root: string, args: readonly string[]) {
    this.#root = root;
    this.#args = args;
  }

  /** Writes `input` and resolves with the next `count` lines. One at a time. */
  async ask(input: string, count: number): Promise<string[]> {
    if (this.closed) throw this.#error(null, new Error('it was closed'));
    const process = this.#process ?? this.#start();
    const lines = this.#lines as Interface;
    return await new Promise((resolve, reject) => {
      const answer: string[] = [];
      const onLine = (line: string) => {
        answer.push(line);
        if (answer.length === count) settle(() => resolve(answer));
      };
      const onClose = (exitCode: number | null) => settle(() => reject(this.#error(exitCode)));
      const onError = (cause: Error) => settle(() => reject(this.#error(null, cause)));
      const timer = setTimeout(() => {
        process.kill('SIGKILL');
        settle(() => reject(this.#error(null, new Error('no answer in 30 s'))));
      }, 30_000);
      const settle = (act: () => void) => {
        clearTimeout(timer);
        lines.off('line', onLine);
        process.off('close', onClose);
        process.off('error', onError);
        act();
      };
      lines.on('line', onLine);
      process.on('close', onClose);
      process.on('error', onError);
      process.stdin.write(input);
    });
  }

  /** What is asked later is refused: a process that is started then would keep ours alive. */
  close(): void {
    this.closed = true;
    this.#process?.stdin.end();
  }

  #start(): PipedProcess {
    const process = startPiped('git', [...OUR_CONFIG, ...this.#args], { cwd: this.#root, env: OUR_ENV });
    this.#process = process;
    this.#stderr = '';
    this.#lines = createInterface({ input: process.stdout });
    process.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-4096);
    });
    // A write to a process that has just died is answered by its `close`.
    process.stdin.on('error', () => {});
    process.on('error', () => {});
    process.on('close', () => {
      if (this.#process === process) this.#process = null;
    });
    process.unref();
    return process;
  }

  #error(exitCode: number | null, cause?: Error): ToolError {
    return new ToolError(['git', ...this.#args], { exitCode, stderr: this.#stderr, timedOut: false, cause });
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

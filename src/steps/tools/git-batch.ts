import { createInterface, type Interface } from 'node:readline';
import { type PipedProcess, startPiped, ToolError } from './exec.ts';

/**
 * What our own git runs with: no hooks and no fsmonitor (both run what an agent may have written), no prompts,
 * no optional locks in the way of agents' git, none of the caller's repository variables.
 */
export const OUR_CONFIG = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'gc.auto=0'];
export const OUR_ENV: Readonly<Record<string, string | undefined>> = {
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

/** A git process that answers in lines; started at the first question, and again after it has died. */
export class BatchProcess {
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

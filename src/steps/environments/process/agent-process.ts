import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { readExitCode, readLaunchedPid, wasLaunched } from '../../agent-wrapper.ts';
import type { UsedSandbox } from '../../isolation/sandboxes.ts';
import { watchFolder } from '../../tools/folder-watch.ts';
import { markedProcesses, runsMarked } from '../../tools/marked-process.ts';
import { readBegun } from './begun.ts';

/** What the wrapper writes the exit code to, beside its other traces. */
export const EXIT_CODE_FILE = 'exit_code';

export interface AgentProcessOptions {
  /** Holds the traces of its wrapper; absolute. */
  readonly folder: string;
  /** `NAME=value`, in the environment of all that belongs to the attempt. */
  readonly mark: string;
  /** Null where it runs as it is. */
  readonly sandbox: UsedSandbox | null;
  /** Null for one that an earlier owner has started. */
  readonly child: (ChildProcess & { readonly pid: number }) | null;
}

/** Milliseconds between two looks at a process that is not our child, behind the watcher of its exit code. */
const LOOK = 2_000;

/** The process of an agent, with its wrapper beside it: our own child, or one that an earlier owner has started. */
export class AgentProcess {
  readonly #options: AgentProcessOptions;
  #child: AgentProcessOptions['child'];
  #childEnd: Promise<unknown> | null;

  constructor(options: AgentProcessOptions) {
    this.#options = options;
    this.#child = options.child;
    const { child } = options;
    this.#childEnd = child === null || hasEnded(child) ? null : once(child, 'exit');
  }

  /** On this machine; null while nobody knows. */
  get pid(): number | null {
    const { folder, child } = this.#options;
    return readLaunchedPid(folder) ?? child?.pid ?? readBegun(folder)?.pid ?? null;
  }

  /** Null while it runs, and where it left none. */
  exitCode(): number | null {
    return readExitCode(join(this.#options.folder, EXIT_CODE_FILE));
  }

  async isRunning(): Promise<boolean> {
    if (this.exitCode() !== null) return false;
    if (this.#child !== null && !hasEnded(this.#child)) return true;
    const { folder, mark, sandbox } = this.#options;
    const pid = readLaunchedPid(folder);
    if (pid !== null && runsMarked(pid, mark)) return true;
    // Its wrapper is about to say that it is there.
    const started = pid === null ? readBegun(folder)?.pid : undefined;
    if (started !== undefined && runsMarked(started, mark)) return true;
    if (pid === null && wasLaunched(folder) && isCarried(mark)) return true;
    // The client of an engine may have gone before what it has started.
    if (wasLaunched(folder) && (await sandbox?.sandbox.isAlive?.(sandbox.use))) return this.exitCode() === null;
    return false;
  }

  /** Resolves when it does not run any more, with or without an exit code; rejects when `signal` aborts. */
  async ended(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#childEnd !== null) await unlessAborted(this.#childEnd, signal);
    // Whoever started it first has the wrapper, and our child has gone at once.
    this.#child = null;
    this.#childEnd = null;
    if (await this.isRunning()) await this.#goneByItself(signal);
  }

  async #goneByItself(signal: AbortSignal): Promise<void> {
    const gone = Promise.withResolvers<void>();
    let looks = 0;
    const look = () => {
      // What changes during a look is looked at again.
      if (++looks > 1) return;
      this.isRunning().then((runs) => {
        const again = looks > 1;
        looks = 0;
        if (!runs) gone.resolve();
        else if (again) look();
      }, gone.reject);
    };
    const watcher = watchFolder(this.#options.folder, (name) => name === EXIT_CODE_FILE, look, LOOK);
    look();
    try {
      await unlessAborted(gone.promise, signal);
    } finally {
      watcher.close();
    }
  }
}

/** Of a wrapper that was seen between its first and its second step nobody knows the number. */
function isCarried(mark: string): boolean {
  const [name = ''] = mark.split('=');
  return markedProcesses(name).some(({ value }) => `${name}=${value}` === mark);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Rejects with the reason of `signal` where that comes first. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

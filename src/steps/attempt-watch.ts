import { lstatSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { SignalError } from '../core/errors.ts';
import { JournalError } from '../core/event-log.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import { placeLost } from '../core/way-back.ts';
import { isTokenOf } from './attempt-tokens.ts';
import { ATTENTION_FILE } from './attention-file.ts';
import { AttentionWatch } from './attention-watch.ts';
import type { LiveAgent } from './environments/environment.ts';
import { reportLate } from './late-report.ts';
import { readSignal, type SignalFile, type SignalReading } from './signal-file.ts';
import { watchFolder } from './tools/folder-watch.ts';

export type SignalName = '.done' | '.failed';

export interface AwaitedSignal {
  readonly name: SignalName;
  readonly file: SignalFile;
}

/** A file that is not whole may still be being written, for this long. */
const WRITING_GRACE = 2_000;
const SCREEN_LINES = 10;
const WATCHED = new Set(['.done', '.failed', 'exit_code', ATTENTION_FILE]);

/**
 * Follows the signal directory of one attempt from its first wait to its teardown: hands out the signal that is
 * awaited, and tells of those that nobody awaits. While it waits it tells, too, what the agent says of itself.
 */
export class AttemptWatch {
  readonly #runtime: TaskRuntime;
  readonly #folder: string;
  readonly #watcher: { close(): void };
  readonly #deadline: number | null;
  readonly #attention: AttentionWatch;
  #accepted: { name: SignalName; content: string } | null = null;
  #told = new Set<string>();
  #wake: (() => void) | null = null;
  #partialSince: number | null = null;

  constructor(runtime: TaskRuntime) {
    this.#runtime = runtime;
    this.#folder = runtime.require('signalDir');
    this.#attention = new AttentionWatch(runtime);
    const { timeoutMs } = runtime.task;
    this.#deadline = timeoutMs === null ? null : Date.now() + timeoutMs - spentBefore(runtime, timeoutMs);
    this.#watcher = watchFolder(
      this.#folder,
      (name) => WATCHED.has(name),
      () => this.#changed(),
    );
  }

  /** The next signal of this attempt. Throws `SignalError`, also when the agent ends without one. */
  async next(): Promise<AwaitedSignal> {
    const { signal } = this.#runtime;
    const agent = this.#runtime.artifacts.agent as LiveAgent;
    const leave = new AbortController();
    let gone = false;
    const left = AbortSignal.any([signal, leave.signal]);
    const end = () => {
      gone = !left.aborted;
      this.#wake?.();
    };
    // A place that is lost has lost its agent.
    agent.exited(left).then(end, end);
    try {
      for (;;) {
        signal.throwIfAborted();
        const woken = this.#sleep();
        // Asked before the look: what an agent writes last, it writes before it goes.
        const over = gone || agent.exitCode() !== null;
        // First, so that what it said before its signal is not told after it.
        if (!over) this.#attention.look();
        const found = this.#look(over);
        if (found !== null) return found;
        if (over) throw await this.#endedSilently(agent);
        await woken;
      }
    } finally {
      leave.abort();
      // Ends the sleep that nobody waits for any more, whose timer would keep the process alive.
      this.#wake?.();
      this.#wake = null;
    }
  }

  /** Sets the accepted signal aside as `.done.<k>`, once for each `k`: what stands there later is a new one. */
  reopen(k: number): void {
    const name = this.#accepted?.name ?? '.done';
    this.#accepted = null;
    this.#partialSince = null;
    this.#told.clear();
    this.#attention.skip();
    const [from, to] = [join(this.#folder, name), join(this.#folder, `${name}.${k}`)];
    // The agent may have taken it back.
    if (isThere(from) && !isThere(to)) renameSync(from, to);
  }

  close(): void {
    this.#tellOfOthers();
    this.#watcher.close();
  }

  /** Resolves at the next change, at the attempt's deadline, or when a partial file has had its time. */
  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      const waits = [this.#deadline, this.#partialSince === null ? null : this.#partialSince + WRITING_GRACE]
        .filter((at) => at !== null)
        .map((at) => at - Date.now());
      const timer = waits.length === 0 ? null : setTimeout(() => this.#wake?.(), Math.max(0, Math.min(...waits)) + 1);
      const { signal } = this.#runtime;
      const wake = () => {
        if (timer !== null) clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      signal.addEventListener('abort', wake);
      this.#wake = wake;
    });
  }

  #changed(): void {
    if (this.#accepted === null) return this.#wake?.();
    try {
      this.#tellOfOthers();
    } catch (error) {
      // The log has told the owner already, which ends.
      if (!(error instanceof JournalError)) throw error;
    }
  }

  #look(over: boolean): AwaitedSignal | null {
    const readings = this.#inOrder().map((name) => ({ name, reading: readSignal(join(this.#folder, name)) }));
    if (!readings.some(({ reading }) => reading.kind === 'partial')) this.#partialSince = null;
    for (const { name, reading } of readings) {
      const file = this.#fileOf(name, reading, over);
      if (file === null || this.#isForeign(name, file)) continue;
      this.#accepted = { name, content: this.#content(name) };
      return { name, file };
    }
    if (this.#deadline !== null && Date.now() >= this.#deadline) {
      throw new SignalError('timeout', `no signal within ${(this.#runtime.task.timeoutMs ?? 0) / 1000} s`);
    }
    return null;
  }

  /** Null for none, and for one that may still be being written. */
  #fileOf(name: SignalName, reading: SignalReading, over: boolean): SignalFile | null {
    if (reading.kind === 'missing') return null;
    if (reading.kind === 'malformed') throw malformed(name, reading.problem);
    if (reading.kind === 'whole') return reading.file;
    this.#partialSince ??= Date.now();
    if (!over && Date.now() < this.#partialSince + WRITING_GRACE) {
      this.#wakeLater();
      return null;
    }
    if (reading.file === null) throw malformed(name, reading.problem);
    return reading.file;
  }

  /** The sleep that is under way does not know of the partial file yet. */
  #wakeLater(): void {
    const wake = this.#wake;
    setTimeout(() => wake?.(), WRITING_GRACE + 1).unref();
  }

  /** The one that was written first comes first. */
  #inOrder(): SignalName[] {
    const age = (name: SignalName) => lstatSync(join(this.#folder, name), { throwIfNoEntry: false })?.mtimeMs;
    const [done, failed] = [age('.done'), age('.failed')];
    return done !== undefined && failed !== undefined && failed < done ? ['.failed', '.done'] : ['.done', '.failed'];
  }

  /** Another attempt's signal is set aside, so that this one's can come. */
  #isForeign(name: SignalName, file: SignalFile): boolean {
    if (file.token === null || isTokenOf(file.token, this.#runtime)) return false;
    renameSync(join(this.#folder, name), join(this.#folder, `${name}.foreign`));
    this.#runtime.report({ kind: 'task_signal_ignored', file: name, reason: 'foreign_token' });
    return true;
  }

  /** A second signal after the one that counted is an event and no more. */
  #tellOfOthers(): void {
    if (this.#accepted === null) return;
    for (const name of ['.done', '.failed'] as const) {
      const content = this.#content(name);
      if (content === '' || this.#told.has(content)) continue;
      if (name === this.#accepted.name && content === this.#accepted.content) continue;
      this.#told.add(content);
      reportLate(this.#runtime, { kind: 'task_signal_ignored', file: name, reason: 'not_awaited' });
    }
  }

  #content(name: SignalName): string {
    const reading = readSignal(join(this.#folder, name));
    return reading.kind === 'whole' || reading.kind === 'partial' ? JSON.stringify([name, reading.file]) : '';
  }

  async #endedSilently(agent: LiveAgent): Promise<SignalError> {
    const exitCode = agent.exitCode();
    this.#runtime.report({ kind: 'agent_exited', exit_code: exitCode });
    const lines = await agent.lastLines(SCREEN_LINES).catch(() => []);
    const screen = lines.length === 0 ? '' : `; its last lines: ${lines.join(' ⏎ ')}`;
    if (exitCode !== null) {
      return new SignalError('agent_exited', `the agent exited with ${exitCode} and without a signal${screen}`);
    }
    if (await agent.isPlaceLost?.()) {
      return placeLost(agent);
    }
    return new SignalError('agent_lost', `the agent is gone, without a signal and without an exit code${screen}`);
  }
}

/** Milliseconds of the attempt's time that have gone by under earlier owners; none where the clock was set back. */
function spentBefore({ resumed }: TaskRuntime, timeoutMs: number): number {
  const spent = resumed === null ? 0 : Date.now() - Date.parse(resumed.startedAt);
  return Math.min(Math.max(0, spent), timeoutMs);
}

/** Also a link to nowhere. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function malformed(name: SignalName, problem: string): SignalError {
  return new SignalError('malformed_signal', `${name} cannot be used: ${problem}`);
}

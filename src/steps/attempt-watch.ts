import { lstatSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { SignalError } from '../core/errors.ts';
import { JournalError } from '../core/event-log.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import { placeFailure } from '../core/way-back.ts';
import { AgentCare } from './agents/agent-care.ts';
import { AgentTeller } from './agents/agent-teller.ts';
import type { AgentMonitor } from './agents/monitor.ts';
import type { NudgeOptions } from './agents/nudge.ts';
import { isTokenOf } from './attempt-tokens.ts';
import { ATTENTION_FILE } from './attention-file.ts';
import type { LiveAgent } from './environments/environment.ts';
import { lastWords } from './last-words.ts';
import { reportLate } from './late-report.ts';
import { readSignal, type SignalFile, type SignalReading } from './signal-file.ts';
import { REAL_CLOCK } from './tools/clock.ts';
import { watchFolder } from './tools/folder-watch.ts';

export type SignalName = '.done' | '.failed';

export interface AwaitedSignal {
  readonly name: SignalName;
  readonly file: SignalFile;
}

/** A file that is not whole may still be being written, for this long. */
const WRITING_GRACE = 2_000;
/** The exit codes above tell which. */
const ENDED_BY_SIGNAL = 128;
const WATCHED = new Set(['.done', '.failed', 'exit_code', ATTENTION_FILE]);

/**
 * Follows the signal directory of one attempt from its first wait to its teardown: hands out the signal that is
 * awaited, and tells of those that nobody awaits. While it waits it tells, too, what the agent says of itself.
 */
export class AttemptWatch {
  readonly #runtime: TaskRuntime;
  readonly #folder: string;
  readonly #watcher: { close(): void };
  /** Milliseconds since 1970, without the time that earlier owners had of it. */
  readonly #began: number;
  readonly #nudgeOptions: NudgeOptions | null;
  readonly #monitor: AgentMonitor | null;
  readonly #clock: Clock;
  readonly #teller: AgentTeller;
  #accepted: { name: SignalName; content: string } | null = null;
  #told = new Set<string>();
  #wake: (() => void) | null = null;
  #partialSince: number | null = null;

  /** `nudge` is null where an agent that is idle is left alone. */
  constructor(runtime: TaskRuntime, nudge: NudgeOptions | null = null) {
    this.#runtime = runtime;
    this.#folder = runtime.require('signalDir');
    this.#nudgeOptions = nudge;
    const agent = runtime.artifacts.agent as LiveAgent | null;
    this.#monitor = agent?.monitor ?? null;
    this.#clock = nudge?.clock ?? REAL_CLOCK;
    this.#teller = new AgentTeller(runtime, this.#monitor, this.#clock);
    this.#monitor?.onChange(() => this.#changed());
    this.#began = Date.now() - spentBefore(runtime);
    this.#watcher = watchFolder(
      this.#folder,
      (name) => WATCHED.has(name),
      () => this.#changed(),
      agent?.signalsEvery,
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
    const care = this.#careFor(agent);
    try {
      for (;;) {
        signal.throwIfAborted();
        care.throwIfFailed();
        const woken = this.#sleep();
        // Asked before the look: what an agent writes last, it writes before it goes.
        const over = gone || agent.exitCode() !== null;
        // First, so that what it said before its signal is not told after it.
        if (!over) care.look();
        const found = this.#look(over);
        if (found !== null) return found;
        if (over) throw await this.#endedSilently(agent);
        await woken;
      }
    } finally {
      leave.abort();
      await care.end();
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
    this.#teller.skipOwnWords();
    const [from, to] = [join(this.#folder, name), join(this.#folder, `${name}.${k}`)];
    // The agent may have taken it back.
    if (isThere(from) && !isThere(to)) renameSync(from, to);
  }

  close(): void {
    this.#tellOfOthers();
    if (this.#monitor !== null) this.#teller.end();
    this.#monitor?.close();
    this.#watcher.close();
  }

  #careFor(agent: LiveAgent): AgentCare {
    const onChange = () => this.#wake?.();
    return new AgentCare(this.#runtime, agent, {
      teller: this.#teller,
      clock: this.#clock,
      nudge: this.#nudgeOptions,
      onChange,
    });
  }

  /** Milliseconds since 1970; null for none, and while its time stands still. */
  #deadline(): number | null {
    const { timeoutMs } = this.#runtime.task;
    const { parkedSince = null, parkedMs = 0 } = this.#runtime.recorded() ?? {};
    return timeoutMs === null || parkedSince !== null ? null : this.#began + timeoutMs + parkedMs;
  }

  /** Resolves at the next change, at the attempt's deadline, or when a partial file has had its time. */
  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      const waits = [this.#deadline(), this.#partialSince === null ? null : this.#partialSince + WRITING_GRACE]
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
      this.#teller.lookAtFacts();
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
    const deadline = this.#deadline();
    if (deadline !== null && Date.now() >= deadline) {
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
    const screen = await lastWords(agent).catch(() => '');
    // One that was ended by a signal may have been ended with its place.
    const lost = exitCode === null || exitCode > ENDED_BY_SIGNAL ? await placeFailure(agent) : null;
    if (lost !== null) return lost;
    if (exitCode !== null) {
      return new SignalError('agent_exited', `the agent exited with ${exitCode} and without a signal${screen}`);
    }
    return new SignalError('agent_lost', `the agent is gone, without a signal and without an exit code${screen}`);
  }
}

/** Milliseconds that have gone by under earlier owners; none where the clock was set back. */
function spentBefore({ resumed, task: { timeoutMs } }: TaskRuntime): number {
  if (resumed === null || timeoutMs === null) return 0;
  const spent = Date.now() - Date.parse(resumed.startedAt);
  // What it was parked for is not of its time, and is added where the end is asked for.
  return Math.min(Math.max(0, spent), timeoutMs + resumed.parkedMs);
}

/** Also a link to nowhere. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function malformed(name: SignalName, problem: string): SignalError {
  return new SignalError('malformed_signal', `${name} cannot be used: ${problem}`);
}

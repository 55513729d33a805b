import { rmSync } from 'node:fs';
import type { PlaceFailure, SendOptions, SendResult } from '../../../core/agent-handle.ts';
import { PLACE_LOST } from '../../../core/place-failure.ts';
import { plainLines, RAW_LOG, readLogTail } from '../../agent-log.ts';
import type { AgentMonitor } from '../../agents/monitor.ts';
import { sentPrompts } from '../../agents/sent-prompts.ts';
import { inTurns } from '../../tools/in-turns.ts';
import type { LiveAgent } from '../environment.ts';
import { pasteable } from '../tmux-pane.ts';
import type { AgentProcess } from './agent-process.ts';
import { writeAgentText } from './agent-text.ts';
import type { AttemptPlace } from './attempt-place.ts';
import { machinePlace, readBegun } from './begun.ts';
import { labelOf, STDIN } from './paths.ts';
import { writePipe } from './stdin-pipe.ts';
import type { InTurn } from './stream-monitor.ts';

export interface PipedAgentOptions {
  readonly place: AttemptPlace;
  readonly process: AgentProcess;
  /** Follows it; null where there is nothing that could be followed. */
  readonly follow: (() => AgentMonitor) | null;
  /** As it was recorded; null for its own. */
  readonly label: string | null;
  /** One log at a time: they are large. */
  readonly inTurn: InTurn;
}

const LOG = 'agent.log';
/** Milliseconds that a program has to read what it was told before. */
const PATIENCE = 5_000;
const MORE_PATIENCE = 120_000;

/** An agent of one process from its beginning to its end, which reads its prompts from its standard input, a line each. */
export class PipedAgent implements LiveAgent {
  readonly address: LiveAgent['address'];
  readonly #options: PipedAgentOptions;
  readonly #oneAtATime = inTurns(1);
  #monitor: AgentMonitor | null = null;

  constructor(options: PipedAgentOptions) {
    const { process, label } = options;
    this.#options = options;
    this.address = {
      label: label ?? labelOf(process.pid),
      place: machinePlace(),
      teardown: () => this.#tearDown(),
    };
  }

  get monitor(): AgentMonitor | undefined {
    const { follow } = this.#options;
    if (follow === null) return undefined;
    this.#monitor ??= follow();
    return this.#monitor;
  }

  async isAlive(): Promise<boolean> {
    return await this.#options.process.isRunning();
  }

  exitCode(): number | null {
    return this.#options.process.exitCode();
  }

  async exited(signal: AbortSignal): Promise<void> {
    await this.#options.process.ended(signal);
  }

  async send(text: string, signal: AbortSignal, options: SendOptions = {}): Promise<SendResult> {
    return await this.#oneAtATime(() => this.#send(pasteable(text), signal, options));
  }

  async lastLines(count: number): Promise<string[]> {
    return [...(readLogTail(this.#options.place.path(RAW_LOG), count, 'to_the_end')?.lines ?? [])];
  }

  async placeFailure(): Promise<PlaceFailure | null> {
    const begun = readBegun(this.#options.place.signalDir);
    if (begun === null || begun.place === machinePlace()) return null;
    const message = `the agent (${this.address.label}) went with its machine, which was started anew or is another one`;
    return { code: PLACE_LOST, message };
  }

  async #send(text: string, signal: AbortSignal, { unlessShown, patient }: SendOptions): Promise<SendResult> {
    signal.throwIfAborted();
    const { place } = this.#options;
    const sent = sentPrompts(place.signalDir);
    if (unlessShown === true && sent.has(text)) return 'submitted';
    if (!(await this.isAlive())) return 'gone';
    const patience = patient === true ? MORE_PATIENCE : PATIENCE;
    const written = await writePipe(place.path(STDIN), `${text}\n`, { clock: place.clock, patience, signal });
    if (written !== 'written') return written;
    // After it: an owner that is killed between the two tells it twice, and not never.
    sent.add(text);
    return 'submitted';
  }

  async #tearDown(): Promise<void> {
    const { place, inTurn } = this.#options;
    this.#monitor?.close();
    try {
      await place.stop([place.signalDir]);
    } finally {
      rmSync(place.path(STDIN), { force: true });
      const text = { stream: place.path(RAW_LOG), toLines: plainLines, prompts: [] };
      await inTurn(() => writeAgentText(place.path(LOG), { ...text, stderr: null, plain: plainLines }));
    }
  }
}

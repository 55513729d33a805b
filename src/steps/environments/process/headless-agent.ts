import type { PlaceFailure, SendOptions, SendResult } from '../../../core/agent-handle.ts';
import { isSuccess } from '../../../core/lifecycle.ts';
import { PLACE_LOST } from '../../../core/place-failure.ts';
import { plainLines, readLogTail, STREAM } from '../../agent-log.ts';
import type { HeadlessMode } from '../../frameworks/framework.ts';
import type { LiveAgent } from '../environment.ts';
import { writeAgentText } from './agent-text.ts';
import type { AttemptPlace } from './attempt-place.ts';
import { machinePlace } from './begun.ts';
import { labelOf, STDERR } from './paths.ts';
import type { InTurn, StreamMonitor } from './stream-monitor.ts';
import { streamLines } from './stream-text.ts';
import type { TurnRunner } from './turn-runner.ts';

export interface HeadlessAgentOptions {
  readonly place: AttemptPlace;
  readonly headless: HeadlessMode;
  readonly runner: TurnRunner;
  readonly monitor: StreamMonitor;
  /** As it was recorded; null for its own. */
  readonly label: string | null;
  /** One log at a time: they are large. */
  readonly inTurn: InTurn;
}

/** Milliseconds. */
const LAST_WORDS = 20_000;
const LOG = 'agent.log';
/** Lines of standard error behind those of the stream. */
const ERROR_LINES = 4;

/** An agent whose program works on one prompt and ends. Between two turns it is idle, and not gone. */
export class HeadlessAgent implements LiveAgent {
  readonly address: LiveAgent['address'];
  readonly #options: HeadlessAgentOptions;

  constructor(options: HeadlessAgentOptions) {
    const { runner, label } = options;
    this.#options = options;
    this.address = {
      label: label ?? labelOf(runner.pid),
      place: machinePlace(),
      teardown: () => this.#tearDown(),
    };
  }

  get monitor(): StreamMonitor {
    this.#options.runner.follow();
    return this.#options.monitor;
  }

  async isAlive(): Promise<boolean> {
    this.#options.runner.follow();
    return this.#options.runner.end === null;
  }

  exitCode(): number | null {
    return this.#options.runner.end?.code ?? null;
  }

  async exited(signal: AbortSignal): Promise<void> {
    await this.#options.runner.over(signal);
  }

  async send(text: string, signal: AbortSignal, { unlessShown = false }: SendOptions = {}): Promise<SendResult> {
    const { runner } = this.#options;
    signal.throwIfAborted();
    const known = unlessShown ? runner.turns.list().find(({ prompt }) => prompt === text) : undefined;
    if (known === undefined) return await runner.tell(text, signal);
    runner.follow();
    return known.launched ? 'submitted' : 'queued';
  }

  /** What it said last, and what its program had to say about that. */
  async lastLines(count: number): Promise<string[]> {
    const { place, headless, runner } = this.#options;
    const said = readLogTail(place.path(STREAM), count, 'to_the_end', streamLines(headless));
    const errors = readLogTail(place.path(STDERR), ERROR_LINES, 'to_the_end', plainLines);
    const trouble = runner.end?.trouble ?? null;
    return [...(said?.lines ?? []), ...(errors?.lines ?? []), ...(trouble === null ? [] : [trouble])].slice(-count);
  }

  async placeFailure(): Promise<PlaceFailure | null> {
    const begun = this.#options.runner.turns.last()?.begun ?? null;
    if (begun === null || begun.place === machinePlace()) return null;
    const message = `the agent (${this.address.label}) went with its machine, which was started anew or is another one`;
    return { code: PLACE_LOST, message };
  }

  async #tearDown(): Promise<void> {
    const { place, runner, monitor, headless, inTurn } = this.#options;
    // Programs tell what they have used when they end, which is a moment after they have handed over.
    if (isSuccess(place.runtime.status)) await runner.turnOver(LAST_WORDS);
    runner.leave();
    const turns = runner.turns.list();
    try {
      await place.stop(turns.map(({ folder }) => folder));
    } finally {
      // What it has used, too, is told as it goes.
      await monitor.settle();
      monitor.close();
      const prompts = turns.flatMap(({ prompt, begun }) => (begun === null ? [] : [{ prompt, from: begun.from }]));
      const text = { stream: place.path(STREAM), toLines: streamLines(headless), prompts };
      await inTurn(() => writeAgentText(place.path(LOG), { ...text, stderr: place.path(STDERR), plain: plainLines }));
    }
  }
}

import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { UsageTold } from '../../core/agent-events.ts';
import { isAsking } from '../../core/attention.ts';
import type { Clock } from '../../core/clock.ts';
import { RAW_LOG } from '../agent-log.ts';
import { watchFolder } from '../tools/folder-watch.ts';
import type { Ticks } from '../tools/ticks.ts';
import { HOOKS_FILE, STATUS_FILE } from './hook-file.ts';
import type { AgentMonitor, AgentTerminal, KnownAttention, PaneGlance, TakenPrompt } from './monitor.ts';
import { type Pace, ScreenWatch } from './screen-watch.ts';
import { SteadyAttention } from './steady-attention.ts';
import { TitleReader } from './title-reader.ts';
import { ToldReader, type ToldReaderOptions } from './told-reader.ts';
import { type Evidence, weighEvidence } from './weigh-evidence.ts';

export interface MonitorOptions extends ToldReaderOptions {
  /** Null where it has none. */
  readonly terminal: AgentTerminal | null;
  /** Shared by all agents of a run: about one a second. */
  readonly ticks: Ticks;
  readonly clock: Clock;
  /** Milliseconds without output after which an agent that does not wait for anybody is stalled; null for never. */
  readonly stallAfter: number | null;
  readonly onClose?: () => void;
}

/** Follows one agent from its launch, or from where it is found; closed when nobody waits for it any more. */
export function createMonitor(options: MonitorOptions): AgentMonitor {
  return new LiveMonitor(options);
}

/** Milliseconds: what was told just now needs no picture. */
const FRESH = 1_500;
/** One that was told to work is looked at for what its hooks do not tell: a dialog stands still. */
const AT_WORK: Omit<Pace, 'notBefore'> = { quiet: 1_000, streaming: 3_000 };
/** Milliseconds: clocks are put right by a few of them all the time. */
const SET_BACK = 1_000;
const UNTOLD: Omit<Pace, 'notBefore'> = { quiet: 200, streaming: 1_500 };

class LiveMonitor implements AgentMonitor {
  readonly canBePrompted: boolean;
  readonly #options: MonitorOptions;
  readonly #told: ToldReader;
  readonly #title: TitleReader;
  readonly #screen: ScreenWatch | null;
  readonly #steady = new SteadyAttention();
  readonly #listeners = new Set<() => void>();
  readonly #ends: (() => void)[] = [];
  #printedAt: number;
  #wokenAt = Number.NEGATIVE_INFINITY;
  #logSize = 0;
  #isStalled = false;
  #defect: string | null = null;
  #isClosed = false;

  constructor(options: MonitorOptions) {
    const { preset, signalDir, terminal, ticks, clock } = options;
    this.#options = options;
    this.#told = new ToldReader(options);
    this.#title = new TitleReader(preset.data?.title ?? null);
    this.#printedAt = clock.now();
    this.#screen = this.#watchScreen();
    this.canBePrompted = this.#screen !== null;
    if (!canBeKnown(options)) return;
    const watcher = watchFolder(signalDir, isOurs, () => this.#woken());
    this.#ends.push(
      () => watcher.close(),
      ticks.on(() => this.#woken()),
    );
    if (terminal?.watch) this.#ends.push(terminal.watch((glance) => this.#glance(glance)));
    this.#screen?.printed(this.#printedAt);
    this.#woken();
  }

  get attention(): KnownAttention {
    if (this.#defect !== null) return { kind: 'unknown', evidence: [this.#defect] };
    return this.#isStalled ? STALLED : this.#steady.shown;
  }

  get prompts(): readonly TakenPrompt[] {
    return this.#told.log.prompts;
  }

  get usage(): UsageTold | null {
    return this.#told.log.usage;
  }

  get session(): string | null {
    return this.#told.log.session;
  }

  get transcript(): string | null {
    return this.#told.transcript;
  }

  onChange(listener: () => void): () => void {
    const own = () => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  look(): void {
    this.#woken();
  }

  begin(): void {
    const now = this.#options.clock.now();
    // Those that were told before are still to be told of, such as the use of the turn before.
    this.#woken();
    this.#told.log.begin(now);
    this.#title.begin();
    this.#screen?.begin(now);
    this.#printedAt = now;
    const wasStalled = this.#isStalled;
    this.#isStalled = false;
    if (this.#steady.begin() || wasStalled) this.#tell();
  }

  close(): void {
    this.#isClosed = true;
    this.#listeners.clear();
    this.#screen?.close();
    for (const end of this.#ends.splice(0)) end();
    this.#options.onClose?.();
  }

  #watchScreen(): ScreenWatch | null {
    const { preset, terminal, clock } = this.#options;
    if (terminal === null || preset.terminal === undefined) return null;
    return new ScreenWatch({
      terminal,
      clock,
      read: preset.terminal.read,
      pace: () => this.#pace(),
      onLook: () => this.#woken(),
      onDefect: (error) => this.#fail(error),
    });
  }

  #pace(): Pace {
    const told = this.#told.log.latest();
    const shown = this.#screen?.seen(this.#options.clock.now())?.value.report?.state ?? 'working';
    const isAtWork = told?.report.state === 'working' && shown === 'working';
    // What can be chosen stands on the screen alone.
    const isEnough = told !== null && !isAsking(told.report.state);
    const notBefore = isEnough ? told.at + FRESH : Number.NEGATIVE_INFINITY;
    return { ...(isAtWork ? AT_WORK : UNTOLD), notBefore };
  }

  #glance(glance: PaneGlance | null): void {
    if (glance === null || glance.dead) return;
    const now = this.#options.clock.now();
    // Its log is not written any more when it is full.
    if (glance.printedAt > this.#printedAt) this.#printed(Math.min(glance.printedAt, now));
    if (this.#title.take(glance.title, now)) this.#woken();
  }

  #woken(): void {
    if (this.#isClosed) return;
    const now = this.#options.clock.now();
    if (now < this.#wokenAt - SET_BACK) this.#setBack(now);
    this.#wokenAt = now;
    const size = sizeOf(join(this.#options.signalDir, RAW_LOG));
    if (size !== this.#logSize) this.#printed(now);
    this.#logSize = size;
    const isNews = this.#read(now);
    const isOther = this.#weigh(now);
    if (isNews || isOther) this.#tell();
  }

  /** What was seen by a clock that was set back since would count as newer than all that comes. */
  #setBack(now: number): void {
    this.#told.log.setBack(now);
    this.#steady.begin();
    this.#title.begin();
    this.#screen?.begin(now);
    this.#printedAt = now;
  }

  #printed(now: number): void {
    this.#printedAt = now;
    this.#screen?.printed(now);
  }

  /** True when anything but the attention has changed. */
  #read(now: number): boolean {
    if (this.#defect !== null) return false;
    const before = this.transcript;
    try {
      const { isNews, more } = this.#told.read(now);
      // The rest in a moment: others have their turn meanwhile.
      if (more) setImmediate(() => this.#woken());
      return isNews || this.transcript !== before;
    } catch (error) {
      this.#fail(error);
      return true;
    }
  }

  #weigh(now: number): boolean {
    const evidence: Evidence = {
      hook: this.#told.log.said('hook'),
      transcript: this.#told.log.said('transcript'),
      title: this.#title.seen,
      screen: this.#screen?.seen(now) ?? null,
      printedAt: this.#printedAt,
    };
    const found = weighEvidence(evidence, now);
    this.#told.log.answered(found);
    const wasStalled = this.#isStalled;
    const isOther = this.#steady.offer(found, now);
    this.#isStalled = this.#isSilent(now);
    return isOther || this.#isStalled !== wasStalled;
  }

  #isSilent(now: number): boolean {
    const { stallAfter } = this.#options;
    const { shown } = this.#steady;
    if (stallAfter === null || (shown?.kind === 'known' && shown.report.state !== 'working')) return false;
    return now - Math.max(this.#printedAt, this.#told.log.latest()?.at ?? 0) >= stallAfter;
  }

  /** Code of the preset that throws tells nothing any more, and brings down nobody. */
  #fail(error: unknown): void {
    this.#defect = `the preset ${this.#options.preset.name} failed: ${error instanceof Error ? error.message : error}`;
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Of a program that nobody knows anything of, and that may be silent for ever, there is nothing to follow. */
function canBeKnown({ preset, stallAfter }: MonitorOptions): boolean {
  const { terminal, readHook, transcript } = preset;
  return [terminal, readHook, transcript].some((way) => way !== undefined) || stallAfter !== null;
}

const STALLED: KnownAttention = {
  kind: 'known',
  report: { state: 'stalled', question: null, choices: [], until: null },
  source: 'output',
};

function isOurs(name: string): boolean {
  return name === HOOKS_FILE || name === STATUS_FILE || name === RAW_LOG;
}

/** The agent may make anything of that name, such as a link to itself: that is nobody's end. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

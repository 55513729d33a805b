import { statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { UsageTold } from '../../../core/agent-events.ts';
import { type AttentionReport, isAsking } from '../../../core/attention.ts';
import type { Clock } from '../../../core/clock.ts';
import { sameValue } from '../../../core/same-value.ts';
import { STREAM } from '../../agent-log.ts';
import type { AgentMonitor, KnownAttention, TakenPrompt } from '../../agents/monitor.ts';
import { ToldLog } from '../../agents/told-log.ts';
import type { TranscriptFile } from '../../agents/transcript-file.ts';
import type { HeadlessMode, Told } from '../../frameworks/framework.ts';
import { watchFolder } from '../../tools/folder-watch.ts';
import { GrowingLines } from '../../tools/growing-lines.ts';
import { passedStream } from '../../tools/lean-heap.ts';

/** One after the other. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export interface StreamMonitorOptions {
  readonly headless: HeadlessMode;
  /** Of the preset. */
  readonly name: string;
  readonly signalDir: string;
  /** All that the agent prints, of all turns; absolute. */
  readonly stream: string;
  /** Where its use is told; null where its stream tells that. */
  readonly transcript: TranscriptFile | null;
  /** The id that its session was given. */
  readonly session: string;
  /** Milliseconds since 1970: when the attempt was started. */
  readonly since: number;
  /** Its session was begun by an earlier attempt. */
  readonly goesOn: boolean;
  readonly clock: Clock;
  /** Milliseconds without a line after which a turn is stalled; null for never. */
  readonly stallAfter: number | null;
  /** Shared by all agents of a run, so that a few lines of one are in memory, and not those of all. */
  readonly inTurn: InTurn;
  /** Called once, with the first turn. */
  readonly onFollow: () => void;
  /** Nobody wants to know any more. */
  readonly onClose: () => void;
}

/** A turn that has begun, and where the stream stood then. */
export interface BegunTurn {
  readonly from: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly prompt: string;
}

/** A part of what was printed; `isNews` where it tells anything but what the agent does. */
interface Piece {
  readonly moved: boolean;
  readonly isNews: boolean;
}

/** Bytes that are read at once. */
const SLICE = 256 * 1024;
/** Milliseconds for which what is printed is collected. */
const PAUSE = 100;

/** What an agent does, by the lines that it prints and by the beginnings and ends of its turns. */
export class StreamMonitor implements AgentMonitor {
  /** In its session, by one more turn. */
  readonly canBePrompted = true;
  readonly #options: StreamMonitorOptions;
  readonly #log: ToldLog;
  readonly #lines: GrowingLines;
  readonly #listeners = new Set<() => void>();
  /** Whose first line was not reached yet. */
  readonly #ahead: BegunTurn[] = [];
  #read: (line: string, at: number) => Told | null;
  #phase: 'none' | 'running' | 'ended' | 'over' = 'none';
  /** Made with the first turn: of an agent that nobody waits for nobody wants to know. */
  #watcher: { close(): void } | null = null;
  #timer: NodeJS.Timeout | null = null;
  #defect: string | null = null;
  #told: KnownAttention = null;
  #hasSpoken = false;
  /** What is there when we come was printed before. */
  #isFirstLook = true;
  /** Milliseconds since 1970, never back: of what is read. */
  #at: number;
  #printedAt: number;
  #isClosed = false;

  constructor(options: StreamMonitorOptions) {
    const { headless, session, since, goesOn, stream, clock } = options;
    this.#options = options;
    this.#at = since;
    this.#log = new ToldLog(session, since, goesOn);
    this.#lines = new GrowingLines(stream);
    this.#read = headless.reader();
    this.#printedAt = clock.now();
  }

  get attention(): KnownAttention {
    const said = this.#log.said('transcript')?.report ?? null;
    if (this.#phase === 'none' || this.#phase === 'over') return null;
    if (said !== null && counts(said)) return known(said);
    if (this.#phase === 'ended') return known(plain('idle'));
    if (this.#defect !== null) return { kind: 'unknown', evidence: [this.#defect] };
    return this.#isSilent() ? known(plain('stalled'), 'output') : known(plain('working'));
  }

  get prompts(): readonly TakenPrompt[] {
    return this.#log.prompts;
  }

  get usage(): UsageTold | null {
    return this.#log.usage;
  }

  get session(): string | null {
    return this.#log.session;
  }

  get transcript(): string {
    return this.#options.stream;
  }

  /** It has told anything at all. */
  get hasSpoken(): boolean {
    return this.#hasSpoken;
  }

  /** Nothing is wrong with the agent: its turn was ended by a limit, or since nobody is logged in. */
  get isHeldUp(): boolean {
    const state = this.#log.said('transcript')?.report.state;
    return state === 'usage_limited' || state === 'login_required';
  }

  /** In order; also those that an earlier owner had started. */
  turnBegan(turn: BegunTurn): void {
    if (this.#isClosed) return;
    const isStream = (name: string) => name === STREAM;
    if (this.#watcher === null) {
      this.#watcher = watchFolder(this.#options.signalDir, isStream, () => this.#later());
      this.#options.onFollow();
    }
    this.#ahead.push(turn);
    this.#phase = 'running';
    this.#printedAt = this.#options.clock.now();
    this.#tell();
    // What was printed before somebody watched.
    this.#later();
  }

  /** Once all that the turn has printed was read. `isOver` where the agent has ended with it. */
  turnEnded({ isOver }: { isOver: boolean }): void {
    this.#phase = isOver ? 'over' : 'ended';
    this.#tell();
  }

  onChange(listener: () => void): () => void {
    const own = () => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  look(): void {
    const end = this.#size();
    const pieces: Piece[] = [];
    do pieces.push(this.#slice(end));
    while (pieces.at(-1)?.moved);
    this.#tell(pieces.some(({ isNews }) => isNews));
  }

  /** Reads all that is there now, a piece at a time, so that others have their turns. */
  async settle(): Promise<void> {
    const end = this.#size();
    let isNews = false;
    for (let moved = true; moved; ) {
      moved = await this.#options.inTurn(async () => {
        const piece = this.#slice(end);
        isNews ||= piece.isNews;
        await nextTurn();
        return piece.moved;
      });
    }
    this.#tell(isNews);
  }

  /** A turn begins by itself what is new about it. */
  begin(): void {}

  close(): void {
    this.#isClosed = true;
    this.#listeners.clear();
    this.#watcher?.close();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#options.onClose();
  }

  #later(): void {
    this.#timer ??= setTimeout(() => {
      this.settle().finally(() => {
        this.#timer = null;
        if (this.#size() > this.#lines.position) this.#later();
      });
    }, PAUSE);
  }

  #slice(end: number): Piece {
    this.#passTurns();
    const before = this.#lines.position;
    const room = Math.min(SLICE, Math.min(end, this.#ahead[0]?.from ?? end) - before);
    if (this.#isClosed || room <= 0) return { moved: false, isNews: this.#readTranscript() };
    const { lines, anew } = this.#lines.read(room);
    passedStream(this.#lines.position - before);
    if (anew) this.#read = this.#options.headless.reader();
    const now = this.#options.clock.now();
    this.#at = Math.max(this.#at, this.#isFirstLook ? Math.min(now, this.#changedAt()) : now);
    this.#printedAt = now;
    const news = lines.map((line) => this.#take(line));
    return { moved: this.#lines.position > before, isNews: news.includes(true) };
  }

  /** Of a program whose stream does not tell what it uses. */
  #readTranscript(): boolean {
    this.#isFirstLook = false;
    const { transcript, clock } = this.#options;
    if (transcript === null || this.#isClosed) return false;
    let isNews = false;
    for (let more = true; more; ) {
      const read = this.#guarded(() => transcript.read(this.#log.session, this.#log.transcript, clock.now()));
      for (const { told, at } of read?.told ?? []) {
        if (told.usage !== undefined) {
          isNews = this.#log.take('transcript', { usage: told.usage }, { at, from: 'transcript' }) || isNews;
        }
      }
      more = read?.more === true;
    }
    return isNews;
  }

  /** What was told of its doings in the turn before is over. */
  #passTurns(): void {
    for (let [turn] = this.#ahead; turn !== undefined && turn.from <= this.#lines.position; [turn] = this.#ahead) {
      this.#ahead.shift();
      this.#log.begin(this.#at);
      this.#log.take('transcript', { prompt: turn.prompt }, { at: turn.at, from: 'turn' });
    }
  }

  #take(line: string): boolean {
    const told = this.#guarded(() => this.#read(line, this.#at));
    if (told === null) return false;
    const isFirst = !this.#hasSpoken;
    this.#hasSpoken = true;
    // What it was told is known. Its lines are in order, whatever the clocks say.
    const { prompt: _, ...rest } = told;
    return this.#log.take('transcript', rest, { at: this.#at, from: 'stream' }) || isFirst;
  }

  /** Code of the preset that throws tells nothing any more, and brings down nobody. */
  #guarded<T>(work: () => T | null): T | null {
    if (this.#defect !== null) return null;
    try {
      return work();
    } catch (error) {
      const why = error instanceof Error ? error.message : error;
      this.#defect = `the preset ${this.#options.name} failed: ${why}`;
      return null;
    }
  }

  #isSilent(): boolean {
    const { stallAfter, clock } = this.#options;
    return stallAfter !== null && clock.now() - this.#printedAt >= stallAfter;
  }

  #changedAt(): number {
    return statSync(this.#options.stream, { throwIfNoEntry: false })?.mtimeMs ?? this.#at;
  }

  #size(): number {
    try {
      return statSync(this.#options.stream).size;
    } catch {
      // Not there yet; or the agent has put something in its place that is nobody's end.
      return 0;
    }
  }

  #tell(isNews = false): void {
    this.#passTurns();
    const { attention } = this;
    if (!isNews && sameValue(attention, this.#told)) return;
    this.#told = attention;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** What the lines say counts more than that the turn goes on, or is over. */
function counts({ state }: AttentionReport): boolean {
  return isAsking(state) || state === 'usage_limited' || state === 'login_required';
}

function known(report: AttentionReport, source: 'transcript' | 'output' = 'transcript'): KnownAttention {
  return { kind: 'known', report, source };
}

function plain(state: AttentionReport['state']): AttentionReport {
  return { state, question: null, choices: [], until: null };
}

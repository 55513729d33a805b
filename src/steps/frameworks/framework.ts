import type { AttentionReport } from '../../core/attention.ts';
import type { KeyData, PresetData, SubmitData } from '../../core/frameworks/preset-data.ts';
import type { Approvals } from '../../core/graph/graph.ts';

/** What a framework's command line is made from. */
export interface AgentInvocation {
  /** The first prompt: short, on one line. */
  readonly prompt: string;
  /** `instructions.md` of the attempt; absolute. */
  readonly instructions: string;
  readonly model: string | null;
  readonly task: string;
  readonly attempt: number;
  /** The argv that the graph file gives; only `framework: command` has one. */
  readonly command: readonly string[] | null;
  readonly approvals: Approvals;
  /** A UUID that belongs to this attempt; for programs whose session may be given an id. */
  readonly session: string;
  /** The attempt's signal directory, and the folder of the agent-side commands; absolute. */
  readonly folder: string;
  readonly bin: string;
  /** The task's worktree; absolute. */
  readonly worktree: string;
}

/** One kind of agent program. */
export interface FrameworkPreset {
  readonly name: string;
  /** The program and its arguments; run without a shell. */
  argv(invocation: AgentInvocation): readonly string[];
  /** The same for a session that goes on, by the program's own name of it; left out where it cannot. */
  resume?(invocation: AgentInvocation, session: string): readonly string[];
  /** Added to the agent's environment. */
  readonly env?: Readonly<Record<string, string>> | ((invocation: AgentInvocation) => Readonly<Record<string, string>>);
  /** Taken out of it. */
  readonly unset?: readonly string[];
  /** How the first prompt reaches the agent: `argv` carries it already, or it is `typed` when the program is ready. */
  readonly kickoff: 'argv' | 'typed';
  /** Files that the program is started with: names below the attempt's signal directory, and their contents. */
  files?(invocation: AgentInvocation): Readonly<Record<string, string>>;
  /** What its screen shows and its keys do; without it nobody looks, and an agent that runs has its prompt. */
  readonly terminal?: TerminalTraits;
  /** What a hook of it tells; without it there are none. */
  readHook?(hook: HookRecord): Told | null;
  readonly transcript?: TranscriptFormat;
  /** How it works without a terminal; without it, it is run as it is and takes prompts on its standard input. */
  readonly headless?: HeadlessMode;
  /** Where it came from, for who shows or checks it; null for one of a config module. */
  readonly data?: PresetData;
}

/**
 * A program's mode for scripts: one process a prompt, which ends with the turn and prints what it does as it goes. Its
 * standard input must be at its end: some read a prompt from it, and some an answer.
 */
export interface HeadlessMode extends HeadlessStream {
  argv(invocation: AgentInvocation): readonly string[];
  /** One more prompt in a session that is there, by the program's own name of it. */
  resume(invocation: AgentInvocation, session: string, prompt: string): readonly string[];
}

/** What a program prints in its mode for scripts, line by line. */
export interface HeadlessStream {
  /**
   * A reader that is given the lines of its stream in order, from the first, those of all turns. That a turn has begun is
   * told by its first report or prompt, whichever comes; that it has ended, by the end of its process where by nothing else.
   * `at`: when the line was printed, by default just now; milliseconds since 1970. Limits are told as times of day.
   */
  reader(): (line: string, at?: number) => Told | null;
  /** What a line of its stream says to people: any number of plain lines. */
  show(line: string): readonly string[];
  /** Its stream does not tell what it uses: that is in the transcript of the preset, and only that is to be taken from it. */
  readonly usageInTranscript?: true;
}

/** A program's screen, as it is just now. */
export interface Screen {
  /** Without colours, blanks at their ends, and blank lines below; hard blanks are plain ones. */
  readonly lines: readonly string[];
  readonly title: string;
}

/** What a screen tells. */
export interface ScreenReading {
  /** Null where it is not clear. */
  readonly report: AttentionReport | null;
  /** The dialog that stands before the work, by its name. */
  readonly dialog: string | null;
  /** What was typed and not sent; empty for nothing, null where no input line is seen. */
  readonly input: string | null;
  /** A prompt waits for the end of the turn. */
  readonly queued: boolean;
}

export interface TerminalTraits {
  /** `now` in milliseconds since 1970: limits are told as times of day. */
  read(screen: Screen, now: number): ScreenReading;
  readonly dialogs: PresetData['dialogs'];
  readonly keys: KeyData;
  readonly submit: SubmitData;
}

/** A line of `hooks.jsonl`: a hook of the program has called `agentrelay-hook`. */
export interface HookRecord {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The name that the hook was set up with, such as `Stop`. */
  readonly event: string;
  /** What the program gave it; cut to what may be kept. Null where it gave nothing that can be read. */
  readonly data: Readonly<Record<string, unknown>> | null;
}

/** What one hook, or one line of a transcript, tells. */
export interface Told {
  readonly report?: AttentionReport;
  /** The agent has taken this prompt; it may be cut. */
  readonly prompt?: string;
  readonly session?: string;
  /** Absolute. */
  readonly transcript?: string;
  readonly usage?: UsageEntry;
  /** What it did last, in a few words, such as `Bash npm test`. */
  readonly action?: string;
  /** What it said at the end of its turn. */
  readonly message?: string;
  /** Milliseconds since 1970; when it was told, where the line says so. */
  readonly at?: number;
}

/** Tokens and cost of a part of the work, or of all of it. */
export interface UsageEntry {
  /** What is told again under the same id replaces what was told before; `total` replaces all that was told. */
  readonly id: string | 'total';
  /** A sum of its whole session. */
  readonly isSum?: true;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly costUsd: number | null;
  readonly model: string | null;
}

export interface TranscriptPlace {
  /** Absolute. */
  readonly worktree: string;
  /** The id that the session was given, or the one that the program has told. */
  readonly session: string;
  /** Told by a hook; null while none has. */
  readonly told: string | null;
  /** Milliseconds since 1970: older files are of others. */
  readonly since: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly home: string;
}

/** A file of lines that the program writes of its session. */
export interface TranscriptFormat {
  /** The file of this very session; null while there is none. Asked again until it is found, so it must be cheap. */
  find(place: TranscriptPlace): string | null;
  /** A reader that is given its lines in order, from the first. */
  reader(): (line: string) => Told | null;
}

export function firstPrompt(instructions: string): string {
  return `Read ${instructions} and follow it.`;
}

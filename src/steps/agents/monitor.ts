import type { UsageTold } from '../../core/agent-events.ts';
import type { AttentionReport } from '../../core/attention.ts';
import type { Screen } from '../frameworks/framework.ts';

/** Where a piece of evidence came from, the most telling first; `output` is that there was none for long. */
export type EvidenceSource = 'hook' | 'transcript' | 'title' | 'screen' | 'output';

/** What is known of a live agent. `unknown`: the evidence contradicts itself. Null while nobody has told anything. */
export type KnownAttention =
  | { readonly kind: 'known'; readonly report: AttentionReport; readonly source: EvidenceSource }
  | { readonly kind: 'unknown'; readonly evidence: readonly string[] }
  | null;

/** A prompt that the agent was seen to take. */
export interface TakenPrompt {
  readonly source: 'hook' | 'transcript';
  /** Its beginning, or all of it. */
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Follows one live agent from its launch to its end: hooks, transcript, title and screen. */
export interface AgentMonitor {
  readonly attention: KnownAttention;
  /** In order. */
  readonly prompts: readonly TakenPrompt[];
  /** Null where the program has not told. */
  readonly usage: UsageTold | null;
  /** The program's own name of its session. */
  readonly session: string | null;
  /** Absolute. */
  readonly transcript: string | null;
  /** Called after anything of the above has changed. Returns what takes the listener off again. */
  onChange(listener: () => void): () => void;
  /** It can be told something and seen to take it: on a screen that can be read, or in a session that goes on. */
  readonly canBePrompted: boolean;
  /** Looks at hooks and transcript at once, and does not wait for the next tick. */
  look(): void;
  /** A prompt is being sent: `attention` is null until there is newer evidence than this moment. */
  begin(): void;
  close(): void;
}

/** What can be told of a pane without looking into it. */
export interface PaneGlance {
  readonly title: string;
  readonly dead: boolean;
  /** Milliseconds since 1970, to the second: when it last printed anything. */
  readonly printedAt: number;
}

/** The terminal of one live agent. Nothing here waits for the agent to react. */
export interface AgentTerminal {
  /** Null when it is gone. */
  screen(): Promise<Screen | null>;
  /** Tells about once a second, and null when it is gone; left out where nobody can. Returns what ends it. */
  watch?(listener: (glance: PaneGlance | null) => void): () => void;
  /** As one paste, without submitting it; control characters but tabs and line breaks are left out. False when gone. */
  paste(text: string): Promise<boolean>;
  /** Keys as tmux names them, in order. False when gone. */
  press(keys: readonly string[]): Promise<boolean>;
  /** One at a time for each terminal. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

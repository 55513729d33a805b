import type { RunEvent } from '../core/events.ts';
import type { Wish } from '../core/requests.ts';
import type { RunState } from '../core/run-state.ts';

/** Who runs the run that is shown. */
export type Standing =
  | { readonly kind: 'opening' }
  /** This very process. */
  | { readonly kind: 'mine' }
  | { readonly kind: 'other'; readonly pid: number; readonly host: string }
  /** `newer` is the number of a run that was begun after the one that is shown. */
  | { readonly kind: 'nobody'; readonly newer?: number }
  | ReplayStanding;

/** A journal that is played again. */
export interface ReplayStanding {
  readonly kind: 'replay';
  /** Times as fast as it was. */
  readonly speed: number;
  readonly playing: boolean;
  /** Milliseconds since 1970: the time of the run that is shown. */
  readonly at: number;
  readonly ended: boolean;
  /** How many events are shown, of how many. */
  readonly shown: number;
  readonly events: number;
}

/** The run as it is now, and everything that happens in it. */
export interface RunFeed {
  /** Changed in place by each event; the values in its maps never are. */
  readonly state: RunState;
  readonly standing: Standing;
  /** How many agents may be at work at once; null while that is not known. */
  readonly slots: number | null;
  /** Told of every event, and with null of all else that has changed. Returns what ends that. */
  subscribe(listener: (event: RunEvent | null) => void): () => void;
}

export const TABS = ['output', 'diff', 'attempts', 'events', 'prompt', 'evidence'] as const;
export type Tab = (typeof TABS)[number];

/** What the panel shows of a task. */
export interface DetailWanted {
  readonly tab: Tab;
  readonly task: string;
  /** Cells that an output has room for. */
  readonly columns: number;
  readonly rows: number;
}

export interface FileChange {
  readonly path: string;
  /** Null for a binary file. */
  readonly added: number | null;
  readonly removed: number | null;
}

export interface CommitNote {
  readonly id: string;
  readonly subject: string;
  readonly author: string;
  /** ISO 8601. */
  readonly at: string;
}

/** One attempt beside the others. */
export interface AttemptNote {
  readonly attempt: number;
  readonly commits: number | null;
  readonly tip: string | null;
  readonly files: number | null;
  readonly added: number | null;
  readonly removed: number | null;
  /** How its work differs from that of the attempt before: lines of `git range-diff`; empty for the first one. */
  readonly difference: readonly string[];
  /** Why there is no difference to show. */
  readonly missing: string | null;
}

/** Text as it is in the world: control sequences and all. Whoever draws it makes it safe. */
export type Detail =
  /** `live`: the pane as it is now, each line with its SGR sequences; else the end of what is left of it. */
  | { readonly tab: 'output'; readonly lines: readonly string[]; readonly live: boolean; readonly note: string | null }
  | {
      readonly tab: 'diff';
      readonly base: string | null;
      readonly tip: string | null;
      /** There is work that is not committed, and it is part of the difference. */
      readonly uncommitted: boolean;
      readonly files: readonly FileChange[];
      /** A unified diff. */
      readonly lines: readonly string[];
      /** Lines that were left out. */
      readonly omitted: number;
      readonly note: string | null;
    }
  | { readonly tab: 'attempts'; readonly attempts: readonly AttemptNote[] }
  /** Those of this task, in order. */
  | { readonly tab: 'events'; readonly events: readonly RunEvent[]; readonly omitted: number }
  | {
      readonly tab: 'prompt';
      readonly path: string | null;
      readonly lines: readonly string[];
      readonly note: string | null;
    }
  | {
      readonly tab: 'evidence';
      readonly commits: readonly CommitNote[];
      readonly omitted: number;
      readonly summary: string | null;
    };

/** What is known of tasks beside the journal. */
export interface Details {
  /** Tells of the detail at once, and again whenever it has changed. Returns what ends that. */
  open(wanted: DetailWanted, onChange: (detail: Detail | { readonly failed: string }) => void): () => void;
}

/** What has come of a wish. */
export type Outcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly message: string; readonly hint: string | null };

/** How to leave a run that this process owns. `look` is for who owns nothing: the run does not notice. */
export type Leave = 'background' | 'stop' | 'cancel' | 'look';

/** What the dashboard does to the world. None of it is waited for on the path of a key. */
export interface Acts {
  /** The same requests as those of the command line. */
  ask(wish: Wish): Promise<Outcome>;
  /** Shows the agent of a task; the terminal may be handed over for it. Resolves when it is back. */
  attach(task: string): Promise<Outcome>;
  /** The text after a person has edited it; null when nothing was changed. */
  edit(text: string): Promise<string | null>;
  /** The description that a task's next attempt begins with. */
  description(task: string): Promise<string>;
  /** Becomes the owner of a run that nobody runs. */
  goOn(): Promise<Outcome>;
  /** Ends the dashboard. */
  leave(how: Leave): void;
  /** Someone is newly needed: bell, OSC 9, a command, as the person has configured. */
  notify(title: string, text: string): void;
  /** To the shell that the dashboard was started from, until it is called back. */
  suspend(): Promise<void>;
  /** Draws all of the screen anew, whatever other programs have written to it. */
  redraw(): void;
  /** Of a replay. `seek`: how many events are to be shown. */
  play(change: { readonly speed?: number; readonly playing?: boolean; readonly seek?: number }): void;
}

export interface Ports {
  readonly feed: RunFeed;
  readonly details: Details;
  readonly acts: Acts;
}

import type { Arguments } from './flags.ts';
import type { Headless } from './headless.ts';
import type { Menu } from './menu.ts';
import type { Recorder } from './record.ts';
import type { PromptSource, StandInScript, Usage } from './script.ts';
import type { Live } from './terminal.ts';

/** One run of a stand-in. */
export interface Session {
  readonly args: Arguments;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly cwd: string;
  readonly id: string;
  readonly resumed: boolean;
  readonly script: StandInScript;
  readonly record: Recorder;
  readonly startedAt: Date;
}

export interface ToolUse {
  readonly id: string;
  readonly kind: 'shell' | 'edit' | 'question';
  /** The command, the file, or what is asked. */
  readonly text: string;
  readonly choices: readonly string[];
}

/** A request that failed is made again. */
export interface Retry {
  readonly attempt: number;
  readonly text: string;
}

export interface Trouble {
  readonly kind: 'limit' | 'login' | 'error';
  readonly text: string;
}

/** What may be seen of a program at one moment. */
export interface View {
  readonly width: number;
  readonly session: Session;
  /** Null when it waits for a prompt. `frame` counts up. */
  readonly busy: { readonly frame: number; readonly seconds: number; readonly retry: Retry | null } | null;
  /** As it stands in the input box. */
  readonly input: string;
  readonly isFolded: boolean;
  readonly queued: readonly string[];
  readonly turns: number;
  /** In this turn. */
  readonly hasSpoken: boolean;
  /** How the last turn ended, and the text of it. */
  readonly trouble: Trouble | null;
  /** What the user's own status line command has printed. */
  readonly statusLine: string | null;
}

/** `dialog`: before it is ready; `fresh`: ready, and without a prompt so far. */
export type TitleState = 'start' | 'dialog' | 'fresh' | 'idle' | 'busy' | 'asking';

/** How a program looks. Lines without line breaks; the engine cuts what is too wide. */
export interface Look {
  readonly alternate: boolean;
  /** Bytes sent at the very start, such as a question to the terminal. */
  readonly probe?: string;
  banner(session: Session, width: number): readonly string[];
  prompt(text: string, width: number): readonly string[];
  said(text: string, width: number): readonly string[];
  toolDone(tool: ToolUse, output: string, width: number): readonly string[];
  denied(tool: ToolUse, how: 'no' | 'escape', width: number): readonly string[];
  interrupted(): readonly string[];
  trouble(trouble: Trouble, width: number): readonly string[];
  turnDone(seconds: number): readonly string[];
  live(view: View): Live;
  /** Null leaves it as it is. `frame` counts up. */
  title(state: TitleState, frame: number, session: Session): string | null;
}

/** Writes the transcript and calls the hooks. */
export interface Reporter {
  started(): Promise<void>;
  /** `folded`: as a long paste that stood folded in the box. */
  prompted(text: string, came: { readonly how: PromptSource; readonly folded: boolean }): Promise<void>;
  queued(text: string): Promise<void>;
  said(text: string, usage: Usage): Promise<void>;
  toolAsked(tool: ToolUse): Promise<void>;
  permissionAsked(tool: ToolUse): Promise<void>;
  /** Nobody has answered for a while. */
  reminded(tool: ToolUse): Promise<void>;
  toolDone(tool: ToolUse, output: string): Promise<void>;
  denied(tool: ToolUse, how: 'no' | 'escape'): Promise<void>;
  interrupted(): Promise<void>;
  troubled(trouble: Trouble): Promise<void>;
  /** One of its own tries after a trouble has succeeded. */
  wentOn?(): Promise<void>;
  /** What it returns is the next prompt: a hook has asked for it. */
  turnEnded(lastText: string): Promise<string | null>;
  used(usage: Usage): Promise<void>;
  ended(reason: string): Promise<void>;
  /** What the user's own status line command prints. */
  statusLine?(): Promise<string | null>;
}

export interface StartDialog {
  readonly menu: Menu;
  /** Whether what the program was started with makes it go away. */
  avoided(session: Session): boolean;
  /** The prompt of the command line is sent behind its back, and once more when it is over. */
  readonly leaksPrompt?: boolean;
  /** What a row does: go on, be asked again, or end with this text and code. */
  chosen(row: number | null, session: Session): { readonly ends: number; readonly text: string } | 'again' | null;
}

export interface InputTraits {
  /** What stands in the box for a long paste; null shows it as it is. */
  fold(text: string, number: number): string | null;
  /** An Enter that comes sooner after typed text is a line break. */
  readonly enterGuardMs: number;
  /**
   * What Enter does while it works: `queue` keeps prompts, which become one when the turn is over; `steer` gives it to the
   * running turn; `refuse` does nothing.
   */
  readonly whileBusy: 'queue' | 'steer' | 'refuse';
  /** Keeps a prompt for the end of the turn, where Enter does not. */
  readonly queueKey?: string;
  /** Between prompts that became one; null where each is a prompt of its own. */
  readonly joint: string | null;
  /** It must be pressed twice, the second time soon. */
  readonly interruptTwice?: boolean;
  /** Keys that break off a turn. */
  readonly interrupt: readonly string[];
  /** The interrupted prompt is put back into the box while nothing was said. */
  readonly restores: boolean;
  /** Keys that end the program when nothing is typed, the second time. */
  readonly quit: readonly string[];
}

/** How one program behaves. */
export interface Personality {
  readonly name: string;
  readonly executables: readonly string[];
  readonly version: string;
  readonly help: string;
  /** Flags that it takes and does not show, in the same form. */
  readonly hidden?: string;
  readonly helpFlags: readonly string[];
  readonly versionFlags: readonly string[];
  /** What it prints for a flag that it does not know, and its exit code. */
  refused(flag: string): { readonly text: string; readonly code: number };
  /** What it does not accept in this combination or as this user; null where all is well. */
  objection(session: Session): { readonly text: string; readonly code: number } | null;
  prompt(args: Arguments): string | null;
  session(args: Arguments, env: NodeJS.ProcessEnv): { readonly id: string; readonly resumed: boolean };
  /** It answers the prompt of its command line and ends. */
  readonly runsOnce?: (args: Arguments) => boolean;
  /** Where its mode for scripts is imitated. */
  readonly headless?: Headless;
  skipsApprovals(session: Session, tool: ToolUse): boolean;
  readonly look: Look;
  readonly dialogs: Readonly<Record<string, StartDialog>>;
  permission(tool: ToolUse, session: Session): { readonly menu: Menu; readonly allows: readonly number[] };
  question(tool: ToolUse): Menu;
  /**
   * What a limit of usage does to a turn: it is over; or it tries again for ever; or a menu is shown, of which the last row
   * ends the turn and any other tries again.
   */
  readonly limit: 'ends' | 'retries' | ((text: string) => Menu);
  readonly input: InputTraits;
  readonly remindMs: number;
  reporter(session: Session): Reporter;
}

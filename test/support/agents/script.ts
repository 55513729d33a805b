/** What a stand-in does, as a test writes it down. Times in milliseconds. */
export interface StandInScript {
  readonly start?: StartScript;
  /** For each prompt that it accepts: what it does then. The turn ends after the last action. */
  readonly turns: readonly (readonly Action[])[];
  /** For prompts after the last turn; left out, it says that it has nothing to do. */
  readonly otherwise?: readonly Action[];
}

export interface StartScript {
  /** Before it reads its terminal or shows anything: a number, or between two of them at random. */
  readonly delayMs?: number | readonly [number, number];
  /** What was typed before it read its terminal is lost; else the terminal keeps it, as it does. */
  readonly loseEarlyInput?: boolean;
  /** Dialogs by their names, in order; one that the program's flags or files avoid is not shown, unless `always`. */
  readonly dialogs?: readonly (string | { readonly name: string; readonly always: boolean })[];
  /** Between two of them. */
  readonly dialogGapMs?: number;
  /** Each is drawn a second time after so long, as if nothing was pressed; what would choose a row until then is lost. */
  readonly dialogTwiceMs?: number;
  /** Whoever chooses in its login dialog has logged in; else the same is asked again, as while a browser is open. */
  readonly loginSucceeds?: boolean;
  /** The prompt of the command line is put into the input box and waits there. */
  readonly promptNotSubmitted?: boolean;
  /** So many Enters do nothing while there is text in the input box. */
  readonly swallowEnters?: number;
  readonly firstEnterIsNewline?: boolean;
  /** An Enter that comes sooner than this after pasted text is a line break. */
  readonly enterAfterPasteMs?: number;
  /** Ends at once: with this exit code, and this text on stderr. */
  readonly fails?: { readonly code: number; readonly text: string };
  /** Refuses what the real program refuses to root. */
  readonly refuseRoot?: boolean;
  /** Between two frames of its spinner. */
  readonly spinnerMs?: number;
}

export interface Usage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly costUsd?: number;
}

export interface PermissionScript {
  readonly tool: 'shell' | 'edit';
  /** The command, or the file. */
  readonly text: string;
  /** Run with `sh` when it is allowed. */
  readonly run?: string;
  /** Instead of what follows, when it is denied; left out, the turn is over then, as it is for the real program. */
  readonly denied?: readonly Action[];
  /** Also where the program was started without approvals. */
  readonly always?: boolean;
}

export interface QuestionScript {
  readonly text: string;
  readonly choices: readonly string[];
}

export type Action =
  | { readonly say: string }
  | { readonly work: number }
  /** Run with `sh` in its working directory, as a tool of the agent. */
  | { readonly shell: string }
  | { readonly permission: PermissionScript }
  | { readonly question: QuestionScript }
  /** The turn is over with this message. With `continuesAfter` it goes on by itself so much later. */
  | { readonly limit: string; readonly continuesAfter?: number }
  /** The same, and the next prompt, whatever it is, goes on with the rest of this turn. */
  | { readonly limitUntilContinue: string }
  | { readonly loginError: string }
  /** The turn is over with this message after so many retries that are shown. */
  | { readonly apiError: string; readonly retries?: number }
  | { readonly crash: number }
  | { readonly exit: number }
  /** Busy for ever; `frozen`: also without a spinner, and no key does anything. */
  | { readonly hang: true | 'frozen' }
  /** So many lines of output. */
  | { readonly print: number }
  /** These very lines, whatever they look like. */
  | { readonly screen: string }
  | { readonly usage: Usage }
  /** Works until this file is there. */
  | { readonly waitFor: string }
  | { readonly endTurn: true };

/** A script whose turns are these. */
export function script(...turns: (readonly Action[])[]): StandInScript {
  return { turns };
}

/** The same script, started in another way. */
export function started(start: StartScript, { turns, otherwise }: StandInScript): StandInScript {
  return { start, turns, ...(otherwise === undefined ? {} : { otherwise }) };
}

/** One line of a stand-in's record. `at` is in milliseconds since 1970. */
export type StandInFact = { readonly at: number; readonly pid: number } & (
  | { readonly kind: 'started'; readonly program: string; readonly argv: readonly string[]; readonly session: string }
  /** The terminal is read, and the first screen is shown. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'lost'; readonly text: string }
  | { readonly kind: 'dialog'; readonly name: string; readonly shown: boolean }
  /** `row` counts from 1, and is null for none; `bad`: what was chosen does harm. */
  | {
      readonly kind: 'answer';
      readonly to: string;
      readonly row: number | null;
      readonly text: string;
      readonly key: string;
      readonly bad: boolean;
    }
  /** A key that means nothing where it was pressed. */
  | { readonly kind: 'mistake'; readonly key: string; readonly where: string }
  | { readonly kind: 'enter'; readonly became: 'nothing' | 'newline' }
  /** Accepted, byte for byte; `turn` counts from 1 over all of the session. */
  | {
      readonly kind: 'prompt';
      readonly text: string;
      readonly from: PromptSource;
      readonly turn: number;
      readonly session: string;
    }
  | { readonly kind: 'queued'; readonly text: string }
  | { readonly kind: 'shell'; readonly command: string; readonly code: number | null; readonly output: string }
  | { readonly kind: 'hook'; readonly event: string; readonly code: number | null; readonly error: string }
  /** `left`: so many of its actions go on with the next prompt. */
  | { readonly kind: 'turn_ended'; readonly how: TurnEnd; readonly left: number }
  /** By one answer of its model, as a program without a terminal has told it. */
  | ({ readonly kind: 'used'; readonly session: string } & Required<Usage>)
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'exited'; readonly code: number }
);

/** How a prompt came: `steered` into a running turn. */
export type PromptSource = 'argv' | 'typed' | 'queued' | 'steered';

export type TurnEnd = 'done' | 'denied' | 'limit' | 'login' | 'error' | 'interrupted';

type Told<T> = T extends StandInFact ? Omit<T, 'at' | 'pid'> : never;

/** A fact before it is stamped. */
export type NewFact = Told<StandInFact>;

/**
 * What is known of one agent program, as data: as shipped, and as a person's config file gives or changes it. Lists of
 * arguments hold placeholders: `{prompt}`, `{instructions}`, `{model}`, `{session}` (the id of its session), `{folder}`
 * (the attempt's signal directory), `{bin}` (the folder of the agent-side commands) and `{worktree}`, within an argument or
 * alone. A pattern is a regular expression in the `iu` mode, looked for in one line.
 */
export interface PresetData {
  /** Names or paths of the program: the first that is found. */
  readonly program: readonly string[];
  /**
   * Arguments of a new session. `{approvals_args}`, `{model_args}`, `{session_args}`, `{hooks_args}` and `{prompt_args}`
   * alone in an argument stand for the lists of those names, and for nothing where they do not apply.
   */
  readonly start: readonly string[];
  /** Arguments that go on with `{session}`, in the same form; null where the program cannot. */
  readonly resume: readonly string[] | null;
  /** By the task's `approvals`. */
  readonly approvals: { readonly ask: readonly string[]; readonly skip: readonly string[] };
  /** Only where a model is named. */
  readonly model: readonly string[];
  /** Gives the session an id of ours; empty where the program makes its own. */
  readonly session: readonly string[];
  readonly hooks: readonly string[];
  /** Its mode for scripts; null where it has none. */
  readonly headless: HeadlessData | null;
  /** Hands the first prompt over; null where it must be typed. */
  readonly prompt: readonly string[] | null;
  /** With the same placeholders. */
  readonly env: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
  /** What it leaves in its worktree and belongs in no commit: patterns of git's excludes. */
  readonly litter?: readonly string[];
  /** In any order; what one shows tells which it is. */
  readonly dialogs: readonly DialogData[];
  readonly screen: ScreenData;
  readonly title: { readonly busy: readonly string[]; readonly idle: readonly string[] };
  readonly keys: KeyData;
  readonly submit: SubmitData;
  /** Arguments that print its version. */
  readonly version: readonly string[];
  /** Argument lists that print its flags; none where they do not tell all. */
  readonly help: readonly (readonly string[])[];
  /** What installs it, for a person; null where that is not known. */
  readonly install: string | null;
  /** What its environment must hold for it to skip approvals where it runs as root. */
  readonly root: Readonly<Record<string, string>>;
}

/** How a program's mode for scripts is given one prompt: arguments in the form of `start`, with `{prompt}` in one of them. */
export interface HeadlessData {
  readonly start: readonly string[];
  /** One more prompt in `{session}`. */
  readonly resume: readonly string[];
  /** In place of `approvals`. */
  readonly ask: readonly string[];
  readonly skip: readonly string[];
  /** Argument lists that print what this mode takes beside what `help` does. */
  readonly help: readonly (readonly string[])[];
}

/** A dialog that stands before the work: of a first run, an update, a login. */
export interface DialogData {
  readonly name: string;
  readonly kind: 'trust' | 'warning' | 'update' | 'notice' | 'login';
  /** Each on some line of the screen. */
  readonly shows: readonly string[];
  /** Keys that let the work begin, as tmux names them; null where only a person can. */
  readonly keys: readonly string[] | null;
  /** `skip`: answered by itself only where the task's `approvals` are skipped, since it grants something. */
  readonly when: 'always' | 'skip';
}

/** What the last lines of its screen show in each state; see `read-screen.ts` for how they are weighed. */
export interface ScreenData {
  /** How many lines above the end are looked at: what is further up is old. */
  readonly lines: number;
  /**
   * The line in which one types; its first group is what was typed. Where a rule stands above it, the two are tried as one,
   * too, with a line break between: a frame tells it from an older prompt. Null where it has none.
   */
  readonly input: string | null;
  readonly busy: readonly string[];
  readonly idle: readonly string[];
  readonly permission: readonly string[];
  readonly question: readonly string[];
  readonly login: readonly string[];
  readonly limit: readonly string[];
  /** A prompt that waits for the end of the turn. */
  readonly queued: readonly string[];
  /** What stands in the input for a long text that was pasted. */
  readonly pasted: readonly string[];
}

/** Keys as tmux names them. */
export interface KeyData {
  readonly approve: readonly string[] | null;
  readonly deny: readonly string[] | null;
  /** Chooses by a number, by moving down from the first, or not at all. */
  readonly choose: 'number' | 'number_enter' | 'arrows' | 'none';
  readonly interrupt: readonly string[];
  readonly submit: readonly string[];
}

/** How a typed prompt is sent. Milliseconds. */
export interface SubmitData {
  /** Between the text and the first key. */
  readonly settle: number;
  /** After each press of the keys: how long to look for the agent to take it. */
  readonly waits: readonly number[];
  /** It takes a prompt while it works, for later. */
  readonly queues: boolean;
}

/** What the owner and the machine where an agent lives say to each other: one JSON value a line. */

/** What must be so before an agent starts, or gets a prompt. All paths are absolute. */
export interface PrepareOrder {
  readonly files?: readonly PlacedFile[];
  readonly remove?: readonly string[];
  /** Made where they are not, for the eyes of their owner. */
  readonly touch?: readonly string[];
  /** Signals that were taken up: set aside where they still hold what was read. */
  readonly setAside?: readonly { readonly path: string; readonly to: string; readonly contents: readonly string[] }[];
  readonly find?: { readonly program: string; readonly cwd: string; readonly searchPath: string };
}

export interface PlacedFile {
  readonly path: string;
  readonly text: string;
  readonly mode?: number;
}

export interface PrepareAnswer {
  /** Of `find`: the program's absolute path, null where there is none. */
  readonly program: string | null;
}

/** A command that is run there, in a process group of its own. It ends when standard input does. */
export interface RunOrder {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Said on standard error, last of all: without it nobody knows how a command ended. */
export const EXIT_MARK = 'agentrelay-exit';

export type FollowOrder =
  | {
      readonly op: 'watch';
      readonly id: string;
      /** Absolute; need not be there yet. */
      readonly folder: string;
      /** Of the files that only grow: how much of each is known. */
      readonly known: Readonly<Record<string, number>>;
    }
  | { readonly op: 'unwatch'; readonly id: string }
  /** Looks at everything now, and then says `looked`. */
  | { readonly op: 'look'; readonly number: number };

export type FollowNews =
  | { readonly looked: number }
  /** `data` in base64; `at` is where it belongs in the file, 0 for a file that begins anew. */
  | { readonly id: string; readonly name: string; readonly at: number; readonly data: string }
  | { readonly id: string; readonly name: string; readonly whole: string }
  | { readonly id: string; readonly name: string; readonly gone: true };

/** Files of an attempt that only grow. */
export const GROWING = [
  'concerns.log',
  'ops_concerns.log',
  'hooks.jsonl',
  'status_lines.jsonl',
  'aider.chat.history.md',
  'agent.raw.log',
] as const;

/** Bytes: of a log there is no more to be told; what is printed is kept to less. */
export const MAX_GROWN = 80 * 1024 * 1024;

/** Files that are written as a whole, in the order in which they are told: what an agent writes last comes last. */
export const WHOLE = [
  '.launched',
  'attention.json',
  'summary.md',
  'outputs.json',
  'proposal.json',
  '.failed',
  '.done',
  'exit_code',
] as const;

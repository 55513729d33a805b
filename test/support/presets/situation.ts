import type { StandInScript } from '../agents/script.ts';
import type { Live } from '../run-fixture.ts';
import type { AgentCell } from './agent-cell.ts';
import type { Preset } from './preset-table.ts';

/** A task of each preset, from its launch to its end, and what it fills in of the table. */
export interface Situation {
  /** Becomes part of the names of its tasks. */
  readonly id: string;
  /** Rows of the table, in their order. */
  readonly rows: readonly string[];
  /** Null where there is nothing of it to be tried: `why` fills in all its rows. */
  plan(preset: Preset): Plan | { readonly why: string };
  /** What is done to the whole run; resolves to the one that is to end. */
  readonly meddle?: (first: Live, again: () => Live, cells: readonly AgentCell[]) => Promise<Live>;
}

export type AgentScript = StandInScript | string;

export interface Plan {
  /** Of the stand-in; for `command` a shell script. It may be made with a file that is there once `go` is released. */
  readonly script: AgentScript | ((go: string) => AgentScript);
  /** More keys of the task in the graph file. */
  readonly task?: object;
  /** The task is not to succeed. */
  readonly fails?: boolean;
  /** What a person does, and what is to be seen; fills in the rows. */
  drive(cell: AgentCell): Promise<void>;
}

/** A row that one program does not have. */
export function absent(what: string): string {
  return `not in this program: ${what}`;
}

import type { RetryChange } from '../core/events.ts';
import type { Detail, Tab } from './ports.ts';
import type { TextField } from './text-field.ts';

/** A row of the list: a task or a lane, such as `task:impl` or `lane:api`. */
export type RowKey = `task:${string}` | `lane:${string}`;

/** What people tell apart at a glance. */
export const STATUS_GROUPS = ['working', 'needs', 'failed', 'waiting', 'done'] as const;
export type StatusGroup = (typeof STATUS_GROUPS)[number];

export const SORTS = ['graph', 'status', 'time'] as const;
export type Sort = (typeof SORTS)[number];

/** A line for a person, until it is over. */
export interface Toast {
  readonly text: string;
  readonly tone: 'good' | 'bad' | 'warn' | 'plain';
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Rows of the retry dialog, from the top. */
export const RETRY_ROWS = ['note', 'instructions', 'framework', 'model', 'keep_work', 'fresh', 'go'] as const;
export type RetryRow = (typeof RETRY_ROWS)[number];

export type Dialog =
  | { readonly kind: 'help'; readonly field: TextField; readonly top: number; readonly from: UnderDialog }
  | { readonly kind: 'statuses'; readonly at: number }
  | { readonly kind: 'why'; readonly row: RowKey; readonly top: number }
  | {
      readonly kind: 'retry';
      readonly tasks: readonly string[];
      /** How many attempts each of them had when it was shown what a retry resets. */
      readonly seen: readonly number[];
      readonly change: RetryChange;
      readonly at: number;
      /** The row that is being typed in; null for none. */
      readonly field: TextField | null;
    }
  | {
      readonly kind: 'answer';
      readonly task: string;
      /** Since when the question that the person sees is asked; null for none. Another one is not answered blindly. */
      readonly since: string | null;
      readonly field: TextField;
      /** The choice that is marked, from 0; null where a text is typed. */
      readonly at: number | null;
    }
  | { readonly kind: 'confirm'; readonly act: 'teardown' | 'cancel'; readonly tasks: readonly string[] }
  | { readonly kind: 'quit'; readonly at: number };

/** What help was asked for in, to say what the keys do there. */
export type UnderDialog = Dialog | null;

export interface LoadedDetail {
  /** The task and the tab that it is of. */
  readonly of: string;
  readonly value: Detail | { readonly failed: string };
}

/** What a person has chosen to see; the run itself is `RunState`. */
export interface UiState {
  readonly columns: number;
  readonly rows: number;
  /** Milliseconds since 1970, to the second: what ticks ticks together. */
  readonly now: number;
  /** Null before anything is there. */
  readonly cursor: RowKey | null;
  /** The line of the list on which the cursor stands: it stays there when rows move. */
  readonly cursorLine: number;
  readonly screen: 'tasks' | 'graph';
  readonly graphLeft: number;
  readonly tab: Tab;
  /** The panel over the whole screen. */
  readonly zoomed: boolean;
  /** Of the screen's height, in steps of a tenth; 0 for no panel. */
  readonly panelShare: number;
  /** The first line of the panel that is seen; null where it follows the end. */
  readonly panelTop: number | null;
  readonly panelLeft: number;
  /** Empty for none. */
  readonly filter: string;
  /** While it is typed. */
  readonly filterField: TextField | null;
  /** Null for all. */
  readonly statuses: ReadonlySet<StatusGroup> | null;
  readonly sort: Sort;
  readonly marked: ReadonlySet<string>;
  readonly dialog: Dialog | null;
  readonly toast: Toast | null;
  readonly detail: LoadedDetail | null;
  /** Tasks that were torn down from here, the last one last. */
  readonly undoable: readonly string[];
  /** When Ctrl-C was pressed last; 0 for never. */
  readonly interruptedAt: number;
  readonly readOnly: boolean;
}

/** Nothing is chosen yet. */
export function initialUi(now: number): UiState {
  return {
    columns: 80,
    rows: 24,
    now,
    cursor: null,
    cursorLine: 1,
    screen: 'tasks',
    graphLeft: 0,
    tab: 'output',
    zoomed: false,
    panelShare: 0,
    panelTop: null,
    panelLeft: 0,
    filter: '',
    filterField: null,
    statuses: null,
    sort: 'graph',
    marked: new Set(),
    dialog: null,
    toast: null,
    detail: null,
    undoable: [],
    interruptedAt: 0,
    readOnly: false,
  };
}

/** Where keys go. */
export type Mode =
  /** The list of tasks. */
  | 'tasks'
  /** The panel, over the whole screen. */
  | 'pager'
  | 'graph'
  /** A filter is being typed. */
  | 'filter'
  | 'help'
  | 'statuses'
  | 'why'
  | 'retry'
  /** A line of the retry dialog is being typed. */
  | 'retry_text'
  | 'answer'
  /** A yes or a no. */
  | 'confirm'
  | 'quit';

const EVERYWHERE: readonly Mode[] = [
  ...(['tasks', 'pager', 'graph', 'filter', 'help', 'statuses'] as const),
  ...(['why', 'retry', 'retry_text', 'answer', 'confirm', 'quit'] as const),
];

/** Where letters are text: only keys that are no letters are commands there. */
export const TYPING_MODES: ReadonlySet<Mode> = new Set<Mode>(['filter', 'help', 'retry_text', 'answer']);

export const COMMAND_GROUPS = ['move', 'look', 'act', 'run', 'dialog'] as const;
export type CommandGroup = (typeof COMMAND_GROUPS)[number];

interface Definition {
  readonly id: string;
  readonly group: CommandGroup;
  readonly modes: readonly Mode[];
  /** Until a person's config says otherwise; as `KeyPress` has them. */
  readonly keys: readonly string[];
  /** For the help. */
  readonly does: string;
  /** In the footer, from 0: the least important ones give way first. */
  readonly footer?: { readonly label: string; readonly rank: number };
  /** Keeps its keys: whoever is lost finds the way with them. */
  readonly fixed?: true;
}

const SCREENS = ['tasks', 'pager', 'graph'] as const;
const MENUS = ['statuses', 'retry', 'quit'] as const;
const TEXTS = ['pager', 'why', 'help'] as const;

const TABLE = [
  {
    id: 'down',
    group: 'move',
    modes: [...SCREENS, ...MENUS, 'why', 'answer', 'help'],
    keys: ['j', 'down'],
    does: 'next row',
  },
  {
    id: 'up',
    group: 'move',
    modes: [...SCREENS, ...MENUS, 'why', 'answer', 'help'],
    keys: ['k', 'up'],
    does: 'row before',
  },
  {
    id: 'half_page_down',
    group: 'move',
    modes: ['tasks', 'graph', ...TEXTS],
    keys: ['ctrl+d'],
    does: 'half a page down',
  },
  { id: 'half_page_up', group: 'move', modes: ['tasks', 'graph', ...TEXTS], keys: ['ctrl+u'], does: 'half a page up' },
  {
    id: 'page_down',
    group: 'move',
    modes: ['tasks', 'graph', ...TEXTS],
    keys: ['pagedown', 'ctrl+f'],
    does: 'a page down',
  },
  { id: 'page_up', group: 'move', modes: ['tasks', 'graph', ...TEXTS], keys: ['pageup', 'ctrl+b'], does: 'a page up' },
  { id: 'first', group: 'move', modes: ['tasks', 'graph', ...TEXTS], keys: ['home'], does: 'to the top' },
  { id: 'last', group: 'move', modes: ['tasks', 'graph', ...TEXTS], keys: ['G', 'end'], does: 'to the end' },
  { id: 'top', group: 'move', modes: ['pager', 'why'], keys: ['g'], does: 'to the top' },
  { id: 'left', group: 'move', modes: ['graph', 'pager'], keys: ['h', 'left'], does: 'to the left' },
  { id: 'right', group: 'move', modes: ['graph', 'pager'], keys: ['l', 'right'], does: 'to the right' },
  {
    id: 'panel_down',
    group: 'move',
    modes: ['tasks', 'graph'],
    keys: ['J', 'shift+down'],
    does: 'the panel a line down',
  },
  { id: 'panel_up', group: 'move', modes: ['tasks', 'graph'], keys: ['K', 'shift+up'], does: 'the panel a line up' },
  {
    id: 'next',
    group: 'move',
    modes: ['tasks', 'graph'],
    keys: ['n'],
    does: 'the next that needs you; with a filter, the next match',
    footer: { label: 'next that needs you', rank: 5 },
  },
  {
    id: 'previous',
    group: 'move',
    modes: ['tasks', 'graph'],
    keys: ['N'],
    does: 'the one before that needs you; with a filter, the match before',
  },
  { id: 'tab_next', group: 'look', modes: ['tasks', 'pager'], keys: ['tab', ']'], does: 'next tab of the panel' },
  { id: 'tab_previous', group: 'look', modes: ['tasks', 'pager'], keys: ['shift+tab', '['], does: 'tab before' },
  {
    id: 'diff',
    group: 'look',
    modes: [...SCREENS],
    keys: ['d'],
    does: 'what the task has changed',
    footer: { label: 'diff', rank: 6 },
  },
  {
    id: 'zoom',
    group: 'look',
    modes: [...SCREENS],
    keys: ['v'],
    does: 'the panel over the whole screen, and back',
    footer: { label: 'zoom', rank: 8 },
  },
  { id: 'panel_larger', group: 'look', modes: ['tasks', 'graph'], keys: ['+', '='], does: 'a larger panel' },
  {
    id: 'panel_smaller',
    group: 'look',
    modes: ['tasks', 'graph'],
    keys: ['_', '-'],
    does: 'a smaller panel, down to none',
  },
  {
    id: 'filter',
    group: 'look',
    modes: ['tasks', 'graph'],
    keys: ['/'],
    does: 'only tasks that match what you type',
    footer: { label: 'filter', rank: 7 },
  },
  { id: 'statuses', group: 'look', modes: ['tasks', 'graph'], keys: ['f'], does: 'only tasks of some statuses' },
  { id: 'sort', group: 'look', modes: ['tasks'], keys: ['s'], does: 'another order: by graph, by status, by time' },
  {
    id: 'graph',
    group: 'look',
    modes: ['tasks', 'graph'],
    keys: ['g'],
    does: 'the graph with its critical path, and back',
  },
  { id: 'why', group: 'look', modes: [...SCREENS], keys: ['w'], does: 'why the task is where it is' },
  {
    id: 'help',
    group: 'look',
    modes: [...SCREENS, ...MENUS, 'why', 'confirm'],
    keys: ['?'],
    does: 'every key, and why one does nothing now',
    footer: { label: 'keys', rank: 9 },
    fixed: true,
  },
  {
    id: 'attach',
    group: 'act',
    modes: [...SCREENS],
    keys: ['enter'],
    does: "into the agent's window; the dashboard comes back",
    footer: { label: 'attach', rank: 1 },
  },
  {
    id: 'retry',
    group: 'act',
    modes: [...SCREENS],
    keys: ['r'],
    does: 'try the task again',
    footer: { label: 'retry', rank: 2 },
  },
  {
    id: 'teardown',
    group: 'act',
    modes: [...SCREENS],
    keys: ['t'],
    does: 'clear away what the task has left',
    footer: { label: 'teardown', rank: 3 },
  },
  { id: 'undo', group: 'act', modes: [...SCREENS], keys: ['u'], does: 'take the last teardown back' },
  {
    id: 'answer',
    group: 'act',
    modes: [...SCREENS],
    keys: ['a'],
    does: 'answer the agent, or write to it',
    footer: { label: 'answer', rank: 4 },
  },
  { id: 'cancel', group: 'act', modes: [...SCREENS], keys: ['x'], does: 'call the task off' },
  {
    id: 'mark',
    group: 'act',
    modes: ['tasks'],
    keys: ['space'],
    does: 'mark the task: acts are for all that are marked',
  },
  { id: 'pause', group: 'run', modes: ['tasks', 'graph'], keys: ['p'], does: 'start nothing more; again: go on' },
  {
    id: 'go_on',
    group: 'run',
    modes: ['tasks', 'graph'],
    keys: ['o'],
    does: 'own the run that nobody runs, and go on with it',
    footer: { label: 'go on', rank: 0 },
  },
  {
    id: 'play',
    group: 'run',
    modes: ['tasks', 'graph'],
    keys: ['P'],
    does: 'a replay: halt it, and go on',
    footer: { label: 'halt or play', rank: 1 },
  },
  {
    id: 'faster',
    group: 'run',
    modes: ['tasks', 'graph'],
    keys: ['>'],
    does: 'a replay: twice as fast',
    footer: { label: 'faster', rank: 3 },
  },
  {
    id: 'slower',
    group: 'run',
    modes: ['tasks', 'graph'],
    keys: ['<'],
    does: 'a replay: half as fast',
    footer: { label: 'slower', rank: 4 },
  },
  {
    id: 'seek_forward',
    group: 'run',
    modes: ['tasks', 'graph'],
    keys: ['.'],
    does: 'a replay: a tenth of it on; while it is halted, one event',
    footer: { label: 'on', rank: 2 },
  },
  {
    id: 'seek_back',
    group: 'run',
    modes: ['tasks', 'graph'],
    keys: [','],
    does: 'a replay: a tenth of it back; while it is halted, one event',
    footer: { label: 'back', rank: 2 },
  },
  {
    id: 'quit',
    group: 'run',
    modes: [...SCREENS],
    keys: ['q'],
    does: 'quit; asks how where a run goes on',
    footer: { label: 'quit', rank: 10 },
  },
  {
    id: 'interrupt',
    group: 'run',
    modes: [...EVERYWHERE],
    keys: ['ctrl+c'],
    does: 'quit; twice, and the run goes on in the background',
    fixed: true,
  },
  { id: 'suspend', group: 'run', modes: [...SCREENS], keys: ['ctrl+z'], does: 'to the shell; fg comes back' },
  { id: 'redraw', group: 'run', modes: [...EVERYWHERE], keys: ['ctrl+l'], does: 'draw the screen anew' },
  {
    id: 'choose',
    group: 'dialog',
    modes: [...MENUS, 'confirm', 'filter', 'retry_text', 'answer'],
    keys: ['enter'],
    does: 'do it',
    fixed: true,
  },
  { id: 'toggle', group: 'dialog', modes: ['statuses', 'retry'], keys: ['space'], does: 'choose it, or not' },
  { id: 'yes', group: 'dialog', modes: ['confirm'], keys: ['y'], does: 'yes' },
  { id: 'no', group: 'dialog', modes: ['confirm'], keys: ['n'], does: 'no' },
  { id: 'edit', group: 'dialog', modes: ['retry'], keys: ['e'], does: 'edit the instructions in $EDITOR' },
  { id: 'back', group: 'dialog', modes: [...EVERYWHERE], keys: ['esc'], does: 'back, one step at a time', fixed: true },
] as const satisfies readonly Definition[];

export type CommandId = (typeof TABLE)[number]['id'];
export type Command = Definition & { readonly id: CommandId };

/** Every key that does something: handling, footer, help, docs and a person's own keys come from here. */
export const COMMANDS: readonly Command[] = TABLE;

/** Whose agent a pane holds; written on the pane itself, so that any later process finds it. */
export interface PaneTag {
  readonly graph: string;
  readonly run: number;
  readonly task: string;
  readonly attempt: number;
  readonly token: string;
}

export interface TmuxPane {
  /** `%7`; unique while the server lives. */
  readonly id: string;
  /** `@3`. */
  readonly window: string;
  /** The wrapper's process, which leads the session of all that runs in the pane. */
  readonly pid: number;
  readonly tag: PaneTag;
}

export interface ListedPane extends TmuxPane {
  readonly dead: boolean;
}

export function formatTag(tag: PaneTag): string {
  return [tag.graph, tag.run, tag.task, tag.attempt, tag.token].join('/');
}

/** Null for panes that are not an agent's. */
function parseTag(text: string): PaneTag | null {
  const [graph, run, task, attempt, token, ...more] = text.split('/');
  if (!graph || !task || !token || more.length > 0) return null;
  if (!/^\d+$/.test(run ?? '') || !/^\d+$/.test(attempt ?? '')) return null;
  return { graph, run: Number(run), task, attempt: Number(attempt), token };
}

export const LIST_PANES = [
  ...['list-panes', '-a', '-F'],
  '#{pane_id} #{window_id} #{pane_pid} #{pane_dead} #{@agentrelay}',
] as const;

/** Every agent's pane in what `LIST_PANES` printed, once, even if its window is linked into several sessions. */
export function parsePanes(lines: readonly string[]): ListedPane[] {
  const panes = new Map<string, ListedPane>();
  for (const line of lines) {
    const [id = '', window = '', pid = '', dead, text = ''] = line.split(' ');
    const tag = parseTag(text);
    if (tag !== null) panes.set(id, { id, window, pid: Number(pid), dead: dead === '1', tag });
  }
  return [...panes.values()];
}

const CONTROL_CHARACTERS = /[^\P{Cc}\n\t]/gu;

/** What may be pasted: a control character in it would be a key press, such as Ctrl-C or the end of the paste. */
export function pasteable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(CONTROL_CHARACTERS, '').replace(/\n+$/, '');
}

/** Drawn by tmux below the output of an agent that has ended. */
export const ENDED_NOTICE = 'agentrelay: this agent has ended';

/** The lines of a capture without the empty rest of the screen, and without tmux's own remark on a dead pane. */
export function trimCapture(lines: readonly string[]): string[] {
  const kept = [...lines];
  dropBlankEnd(kept);
  const last = kept.at(-1) ?? '';
  if (last.includes(ENDED_NOTICE) || last.startsWith('Pane is dead')) {
    kept.pop();
    dropBlankEnd(kept);
  }
  return kept;
}

function dropBlankEnd(lines: string[]): void {
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop();
}

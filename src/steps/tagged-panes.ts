import type { AttemptState } from '../core/run-state.ts';
import { hashOf } from './attempt-tokens.ts';
import { formatTag, type PaneTag, parsePanes } from './environments/tmux-pane.ts';
import { exec, isMissing } from './tools/exec.ts';
import { CLIENT_ENV, TAG_OPTION } from './tools/tmux-session.ts';

/** The pane option that holds the name of the graph whose owner runs in the pane. */
export const OWNER_OPTION = '@agentrelay_owner';
/** Beside it the folder of the graph's runs: another repository may have a graph of the same name. */
export const FOLDER_OPTION = '@agentrelay_folder';

/** A pane of ours, as any process finds it. */
export interface TaggedPane {
  /** Arguments of `tmux` that name its server. */
  readonly server: readonly string[];
  /** `$3`, `@5`, `%7`; unique while the server lives. */
  readonly session: string;
  readonly window: string;
  readonly pane: string;
  readonly pid: number;
  readonly dead: boolean;
  /** Milliseconds since 1970 of its last output. */
  readonly activeAt: number;
  readonly of:
    | { readonly kind: 'agent'; readonly tag: PaneTag }
    | { readonly kind: 'owner'; readonly graph: string; readonly folder: string };
}

const FIELDS = [
  ...['pane_id', 'window_id', 'pane_pid', 'pane_dead', TAG_OPTION],
  // The folder last: it may hold blanks.
  ...['session_id', 'window_activity', OWNER_OPTION, FOLDER_OPTION],
];

/** Every pane of ours on one server, alive or dead; none where no server runs. Never starts one. */
export async function taggedPanes(server: readonly string[]): Promise<TaggedPane[]> {
  const format = FIELDS.map((field) => `#{${field}}`).join(' ');
  const options = { env: CLIENT_ENV, timeout: 10_000, accept: [1] };
  const { stdout } = await exec('tmux', [...server, 'list-panes', '-a', '-F', format], options);
  const found = new Map<string, TaggedPane>();
  for (const line of stdout.split('\n')) {
    const pane = parseLine(line, server);
    if (pane !== null && !found.has(pane.pane)) found.set(pane.pane, pane);
  }
  return [...found.values()];
}

/** The same on several servers; none where there is no tmux at all, as where agents need none. */
export async function panesOn(servers: readonly (readonly string[])[]): Promise<TaggedPane[]> {
  try {
    return (await Promise.all(servers.map(taggedPanes))).flat();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** One attempt, as its pane is known by. */
export interface AgentPlace {
  readonly graph: string;
  readonly run: number;
  readonly task: string;
  readonly attempt: Pick<AttemptState, 'number' | 'tokenHash'>;
}

/** The token makes sure: another repository may have a graph, a run and a task of the same names. */
export function isAgentOf({ of }: TaggedPane, wanted: AgentPlace): boolean {
  if (of.kind !== 'agent') return false;
  const { graph, run, task, attempt, token } = of.tag;
  const isNamed = graph === wanted.graph && run === wanted.run && task === wanted.task;
  return isNamed && attempt === wanted.attempt.number && hashOf(token) === wanted.attempt.tokenHash;
}

function parseLine(line: string, server: readonly string[]): TaggedPane | null {
  const words = line.split(' ');
  const [pane = '', window = '', pid = '', dead = '', tag = '', session = '', activity = '', graph = ''] = words;
  const folder = words.slice(8).join(' ');
  const [agent] = parsePanes([[pane, window, pid, dead, tag].join(' ')]);
  const of =
    agent !== undefined
      ? ({ kind: 'agent', tag: agent.tag } as const)
      : graph !== '' && ({ kind: 'owner', graph, folder } as const);
  if (!of) return null;
  const activeAt = Number(activity) * 1000;
  return { server, session, window, pane, pid: Number(pid), dead: dead === '1', activeAt, of };
}

/** A tmux format that is true for this very pane while it is dead. */
export function stillDead({ of }: TaggedPane): string {
  const [option, value] =
    of.kind === 'agent' ? ([TAG_OPTION, formatTag(of.tag)] as const) : ([FOLDER_OPTION, of.folder] as const);
  return `#{&&:#{pane_dead},#{==:#{${option}},${literal(value)}}}`;
}

/** In a format's comparison these would be its own. */
function literal(text: string): string {
  return text.replace(/[#,}]/g, (character) => `#${character}`);
}

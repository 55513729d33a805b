import { setTimeout as delay } from 'node:timers/promises';
import { missingEnvironment } from './environments/tmux-launch.ts';
import { FOLDER_OPTION, OWNER_OPTION, type TaggedPane, taggedPanes } from './tagged-panes.ts';
import type { TmuxControl } from './tools/tmux-control.ts';
import { literalFormat } from './tools/tmux-parse.ts';

/** An owner that runs in the background, in a window of its own. */
export interface OwnerWindow {
  readonly window: string;
  readonly pane: string;
  /** Leads the session (in the sense of setsid(2)) of all that runs in the window. */
  readonly pid: number;
}

export interface OwnerToStart {
  readonly graph: string;
  /** Where the graph's runs are; absolute. */
  readonly folder: string;
  readonly cwd: string;
  /** Program and arguments; run without a shell. */
  readonly argv: readonly string[];
}

/** Drawn by tmux below the last output; the window stays, so that the table at the end of the run can be read. */
const ENDED_NOTICE = 'agentrelay: the owner in this window has ended';

/**
 * Stands between tmux and the owner: without it tmux loses the last lines, and often the exit code, of a program that
 * ends. Ctrl-C is for the owner; a closed window reaches it by the wrapper's end.
 */
const WRAPPER = `trap : INT QUIT
"$@"
code=$?
trap '' HUP INT QUIT TERM
exec </dev/null >/dev/null 2>&1
sleep 0.2
exit "$code"`;

/** Opens the window. Throws `TmuxError`. */
export async function openOwnerWindow(control: TmuxControl, owner: OwnerToStart): Promise<OwnerWindow> {
  const server = await control.command(['show-environment', '-g']);
  const environment = Object.entries(missingEnvironment(server, process.env));
  const target = `=${control.session}:{end}`;
  const [opened] = await control.sequence(
    [
      ...['new-window', '-d', '-a', '-t', target, '-n', windowName(owner.graph), '-c', literalFormat(owner.cwd)],
      ...environment.flatMap(([name, value]) => ['-e', `${name}=${value}`]),
      ...['-P', '-F', '#{window_id} #{pane_id} #{pane_pid}'],
      ...['/bin/sh', '-c', WRAPPER, 'agentrelay', ...owner.argv],
    ],
    ['set-option', '-w', '-t', target, 'remain-on-exit', 'on'],
    // Not known before tmux 3.3.
    [
      'set-option',
      '-w',
      '-q',
      '-t',
      target,
      'remain-on-exit-format',
      `${ENDED_NOTICE} (exit code #{pane_dead_status})`,
    ],
    ['set-option', '-w', '-t', target, 'automatic-rename', 'off'],
    ['set-option', '-w', '-t', target, 'allow-rename', 'off'],
    ['set-option', '-p', '-t', target, OWNER_OPTION, owner.graph],
    ['set-option', '-p', '-t', target, FOLDER_OPTION, owner.folder],
  );
  const [window = '', pane = '', pid = ''] = opened?.[0]?.split(' ') ?? [];
  return { window, pane, pid: Number(pid) };
}

/** As people see it; dots would be part of tmux's targets. */
export function windowName(graph: string): string {
  return `owner-${graph.replaceAll('.', '-')}`;
}

/** Null while the owner runs. A window that is gone has ended without a code. */
export async function ownerEnd(control: TmuxControl, { pane }: OwnerWindow): Promise<{ code: number | null } | null> {
  const look = async () => {
    const format = `${pane} #{pane_dead} #{pane_dead_status}`;
    const [line = ''] = await control.command(['list-panes', '-a', '-f', `#{==:#{pane_id},${pane}}`, '-F', format]);
    const [, dead, status = ''] = line.split(' ');
    return { over: dead !== '0', gone: line === '', status };
  };
  let found = await look();
  if (!found.over) return null;
  // tmux may take the code in only with the next child that ends.
  for (let pause = 1; pause <= 1_024 && !found.gone && found.status === ''; pause *= 2) {
    await control.command(['run-shell', 'true']);
    await delay(pause);
    found = await look();
  }
  return { code: found.status === '' ? null : Number(found.status) };
}

/** All that the window shows and has shown, without tmux's own remark. */
export async function ownerOutput(
  control: TmuxControl,
  { pane }: OwnerWindow,
  { colour }: { colour: boolean },
): Promise<string[]> {
  const argv = ['capture-pane', '-p', '-J', ...(colour ? ['-e'] : []), '-t', pane, '-S', '-'];
  const lines = (await control.command(argv)).map((line) => line.trimEnd());
  const end = lines.findLastIndex(
    (line) => line !== '' && !line.includes(ENDED_NOTICE) && !line.includes('Pane is dead'),
  );
  return lines.slice(0, end + 1);
}

export async function closeWindow(control: TmuxControl, window: string): Promise<void> {
  await control.command(['kill-window', '-t', window]);
}

/** Windows of owners of this graph on one server, alive or dead. */
export async function findOwnerWindows(server: readonly string[], folder: string): Promise<TaggedPane[]> {
  return (await taggedPanes(server)).filter(({ of }) => of.kind === 'owner' && of.folder === folder);
}

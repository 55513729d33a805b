import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../core/errors.ts';
import { exec, ToolError } from './exec.ts';
import { TmuxError } from './tmux-error.ts';

/** The pane option by which our panes are found again. */
export const TAG_OPTION = '@agentrelay';
/** The tag of the first window's pane, which is there only because a session cannot be empty. */
export const PLACEHOLDER_TAG = 'placeholder';

/** Milliseconds that a server may take to end. */
const ENDING_SERVER = 10_000;
const PLACEHOLDER = 'echo "agentrelay: agents appear in windows beside this one"; exec cat';
const SESSION_NAME = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/;

/** `-L` servers get no configuration but ours, which is set on the session; others are the user's own. */
export function serverArguments(socket: string | null, env: NodeJS.ProcessEnv = process.env): string[] {
  if (socket !== null) return ['-L', socket, '-f', '/dev/null'];
  // TMUX is `socket path,server pid,session`; the path may hold commas.
  const inside = /^(.+),\d+,\d+$/.exec(env.TMUX ?? '')?.[1];
  return inside === undefined ? [] : ['-S', inside];
}

/** Every tmux client is started outside of any session, or tmux refuses to nest. */
export const CLIENT_ENV = { TMUX: undefined, TMUX_PANE: undefined } as const;

/** How tmux is started with these arguments: the program and its own. */
export type TmuxCommand = (args: readonly string[]) => readonly [file: string, args: readonly string[]];

export const LOCAL_TMUX: TmuxCommand = (args) => ['tmux', args];

/** True when the session was not there. Throws `TmuxError` `cannot_start`. */
export async function ensureSession(
  server: readonly string[],
  session: string,
  signal?: AbortSignal,
  tmux = LOCAL_TMUX,
  /** Variables that a server which is begun now does not get, so that none of its windows has them. */
  withheld: readonly string[] = [],
): Promise<boolean> {
  if (!SESSION_NAME.test(session)) {
    throw new UserError(`tmux session name ${JSON.stringify(session)} cannot be used`, {
      hint: 'use letters, digits, _ and -',
    });
  }
  const deadline = performance.now() + ENDING_SERVER;
  const env = { ...Object.fromEntries(withheld.map((name) => [name, undefined])), ...CLIENT_ENV };
  for (;;) {
    try {
      await exec(...tmux([...server, ...newSession(session)]), { env, timeout: 10_000, signal });
      return true;
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      if (error.exitCode !== null && (await hasSession(server, session, tmux, signal))) return false;
      // A server that is just ending refuses, and is gone a moment later; longer, where it had many windows.
      if (performance.now() > deadline || error.exitCode === null) {
        throw new TmuxError('cannot_start', `cannot make the tmux session ${session}: ${error.message}`, {
          cause: error,
        });
      }
      await delay(50);
    }
  }
}

/**
 * Ends a session that an owner has made and left behind, when it holds nothing and nobody looks at it; `clients` are
 * those of our own. Nothing happens where there is none.
 */
export function emptySession(session: string, clients: number): { target: string; condition: string } {
  const counts = { session_windows: 1, window_panes: 1, session_attached: clients };
  const empty = Object.entries(counts).map(([count, wanted]) => `#{==:#{${count}},${wanted}}`);
  const ours = `#{==:#{${TAG_OPTION}},${PLACEHOLDER_TAG}}`;
  return {
    target: `=${session}:`,
    condition: empty.reduce((all, one) => `#{&&:${all},${one}}`, ours),
  };
}

export async function endLeftSession(server: readonly string[], session: string): Promise<void> {
  const { target, condition } = emptySession(session, 0);
  const args = [...server, '-N', 'if-shell', '-F', '-t', target, condition, `kill-session -t '${target}'`];
  await exec('tmux', args, { env: CLIENT_ENV, timeout: 10_000, accept: [0, 1] });
}

function newSession(session: string): string[] {
  const target = `=${session}:`;
  return [
    ...['new-session', '-d', '-s', session, '-x', '200', '-y', '50', '-n', 'agentrelay', 'sh', '-c', PLACEHOLDER],
    ...[';', 'set-option', '-t', target, 'history-limit', '20000'],
    // A user's own configuration may end sessions that nobody looks at.
    ...[';', 'set-option', '-t', target, 'destroy-unattached', 'off'],
    ...[';', 'set-option', '-p', '-t', target, TAG_OPTION, PLACEHOLDER_TAG],
  ];
}

async function hasSession(
  server: readonly string[],
  session: string,
  tmux: TmuxCommand,
  signal?: AbortSignal,
): Promise<boolean> {
  const options = { env: CLIENT_ENV, timeout: 10_000, accept: [1], signal };
  return (await exec(...tmux([...server, 'has-session', '-t', `=${session}`]), options)).exitCode === 0;
}

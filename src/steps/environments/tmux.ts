import { writeFileSync } from 'node:fs';
import type { SendResult } from '../../core/agent-handle.ts';
import { AgentLaunchError } from '../../core/errors.ts';
import { PLACE_LOST } from '../../core/give-up.ts';
import { KeyedQueue } from '../../core/queue.ts';
import { writing } from '../tools/file-error.ts';
import { stopMarked, stopSession } from '../tools/process-session.ts';
import type { PaneChange, TmuxControl } from '../tools/tmux-control.ts';
import { TmuxError } from '../tools/tmux-error.ts';
import { emptySession, TAG_OPTION } from '../tools/tmux-session.ts';
import { launchSequence, missingEnvironment, prepareLaunch, type TmuxLaunch, wasLaunched } from './tmux-launch.ts';
import {
  formatTag,
  LIST_PANES,
  type ListedPane,
  type PaneTag,
  parsePanes,
  pasteable,
  type TmuxPane,
  trimCapture,
} from './tmux-pane.ts';
import { isLost, reachTmux, type TmuxReach } from './tmux-reach.ts';

/** The windows of one tmux session, each with an agent in it. Rejects with `TmuxError` when tmux itself is lost. */
export interface TmuxEnvironment {
  readonly session: string;
  /**
   * Opens a window with the agent, or finds the pane of this very attempt, also when its agent has already ended:
   * an attempt is never run twice. Throws `AgentLaunchError`.
   */
  launch(launch: TmuxLaunch): Promise<TmuxPane>;
  /** Another one once tmux itself was ended and begun anew: all that was in it is gone then. */
  place(): Promise<string>;
  isAlive(pane: TmuxPane): Promise<boolean>;
  /** The last lines, of scrollback and screen; with `colour` with the escape sequences of colours. Empty when gone. */
  capture(pane: TmuxPane, options: { lines: number; colour?: boolean }): Promise<string[]>;
  /** Pastes the text and presses Enter. One at a time for each pane. */
  send(pane: TmuxPane, text: string, options?: SendOptions): Promise<SendResult>;
  /**
   * Writes what was shown to `logFile`, ends every process of the pane, and closes it; with `keepPane` the dead pane
   * stays. Any number of times; a pane that is gone already is no error.
   */
  close(pane: TmuxPane, options: { logFile: string; keepPane: boolean }): Promise<void>;
  /** Resolves when the pane's agent has ended, or the pane is gone. */
  waitForExit(pane: TmuxPane, signal: AbortSignal): Promise<void>;
  /** Panes of this run, alive or dead, whoever opened them. */
  leftovers(graph: string, run: number): Promise<ListedPane[]>;
  /** Lets go of tmux. A session that agentrelay made, that holds nothing and that nobody looks at is ended. */
  disconnect(): Promise<void>;
}

export interface SendOptions {
  readonly signal?: AbortSignal;
  /** Nothing is sent where the text can be seen in the pane already. */
  readonly unlessShown?: boolean;
}

/** Scrollback of a pane that we keep, at most; the session's `history-limit` is lower. */
const ALL_LINES = 1_000_000;

export function createTmuxEnvironment(reach: TmuxReach): TmuxEnvironment {
  const tmux = reachTmux(reach);
  const sends = new KeyedQueue();
  let buffers = 0;
  /** Asked once of each server: neither changes. */
  const bases = new WeakMap<TmuxControl, Promise<Record<string, string>>>();
  const places = new WeakMap<TmuxControl, Promise<string>>();

  const baseEnvironment = (control: TmuxControl) =>
    once(bases, control, async () => {
      return missingEnvironment(await control.command(['show-environment', '-g']), process.env);
    });
  const panes = () => tmux.use(async (control) => parsePanes(await control.command(LIST_PANES)));
  const find = async (tag: PaneTag) => {
    const known = (await panes()).filter((pane) => formatTag(pane.tag) === formatTag(tag));
    return known.find((pane) => !pane.dead) ?? known[0] ?? null;
  };

  return {
    session: tmux.session,

    async launch(launch) {
      const known = await find(launch.tag);
      if (known !== null) return known;
      prepareLaunch(launch);
      return await tmux.use(async (control) => {
        // From the second time on: tmux was lost while it had our order.
        const found = await find(launch.tag);
        if (found !== null) return found;
        if (wasLaunched(launch))
          throw new AgentLaunchError(PLACE_LOST, 'tmux was ended just as it had the agent started');
        return await open(control, launch, await baseEnvironment(control));
      });
    },

    place: () =>
      tmux.use((control) =>
        once(places, control, async () => {
          const [place = ''] = await control.command(['display-message', '-p', '#{pid}/#{start_time}']);
          return place;
        }),
      ),

    isAlive: (pane) => tmux.use(async (control) => (await statusOf(control, pane)) === 'alive'),

    async capture(pane, { lines, colour = false }) {
      const captured = await tmux.use((control) => capture(control, pane, lines, colour));
      return captured?.slice(-lines) ?? [];
    },

    send: (pane, text, { signal, unlessShown = false } = {}) =>
      sends.run(pane.id, async () => {
        signal?.throwIfAborted();
        buffers += 1;
        const buffer = `agentrelay-${process.pid}-${buffers}`;
        const sent = tmux.control().then(async (control) => {
          if (unlessShown && (await shows(control, pane, text))) return 'submitted';
          return await paste(control, pane, text, buffer);
        });
        return (await sent.catch(nullIfLost)) ?? 'gone';
      }),

    async close(pane, options) {
      await close(await tmux.control().catch(nullIfLost), pane, options);
    },

    async waitForExit(pane, signal) {
      await waitForExit(await tmux.control(), pane, signal);
    },

    async leftovers(graph, run) {
      return (await panes()).filter(({ tag }) => tag.graph === graph && tag.run === run);
    },

    async disconnect() {
      tmux.end();
      const control = await tmux.current()?.catch(nullIfLost);
      if (!control) return await tmux.endLeft();
      await endEmptySession(control);
      await control.disconnect();
    },
  };
}

/** `control` is null where tmux is gone: the pane went with it, and what runs on in its session is still to be stopped. */
async function close(
  control: TmuxControl | null,
  pane: TmuxPane,
  { logFile, keepPane }: { logFile: string; keepPane: boolean },
): Promise<void> {
  const shown = control && (await capture(control, pane, ALL_LINES, false).catch(nullIfLost));
  try {
    if (shown !== null) {
      writing(logFile, () => writeFileSync(logFile, shown.map((line) => `${line}\n`).join(''), { mode: 0o600 }));
    }
  } finally {
    // Where the pane is gone, nobody tells any more which session it was.
    const mark = `AGENTRELAY_TOKEN=${pane.tag.token}`;
    await (pane.pid === 0 ? stopMarked(mark) : stopSession(pane.pid, mark));
    if (!keepPane && control && shown !== null) {
      await unlessGone(control, pane, control.command(['kill-pane', '-t', pane.id])).catch(nullIfLost);
    }
  }
}

async function open(control: TmuxControl, launch: TmuxLaunch, base: Record<string, string>): Promise<TmuxPane> {
  const sequence = launchSequence(control.session, launch, base);
  let opened: string[] | undefined;
  try {
    [opened] = await control.sequence(...sequence);
  } catch (error) {
    if (!(error instanceof TmuxError) || error.code !== 'command_failed') throw error;
    const [window] = error.replies[0]?.[0]?.split(' ') ?? [];
    if (window !== undefined) await control.command(['kill-window', '-t', window]);
    throw new AgentLaunchError('window_not_opened', error.message, { cause: error });
  }
  const [window = '', id = '', pid = ''] = opened?.[0]?.split(' ') ?? [];
  return { id, window, pid: Number(pid), tag: launch.tag };
}

async function once<T>(
  known: WeakMap<TmuxControl, Promise<T>>,
  control: TmuxControl,
  ask: () => Promise<T>,
): Promise<T> {
  const answer = known.get(control) ?? ask();
  known.set(control, answer);
  return await answer;
}

/** Its words, whatever the line breaks of the screen. */
async function shows(control: TmuxControl, pane: TmuxPane, text: string): Promise<boolean> {
  const shown = (await capture(control, pane, ALL_LINES, false)) ?? [];
  const words = (lines: string) => lines.replace(/\s+/g, '');
  return words(shown.join('')).includes(words(pasteable(text)));
}

type PaneStatus = 'alive' | 'dead' | 'gone';

/** Asks for the tag too: a new server numbers its panes from the start again. */
async function statusOf(control: TmuxControl, pane: TmuxPane): Promise<PaneStatus> {
  const [line = ''] = await control.command(['display-message', '-p', '-t', pane.id, `#{pane_dead} #{${TAG_OPTION}}`]);
  const [dead, tag] = line.split(' ');
  if (tag !== formatTag(pane.tag)) return 'gone';
  return dead === '1' ? 'dead' : 'alive';
}

/** Null when the pane went away meanwhile; any other refusal is thrown. */
async function unlessGone<T>(control: TmuxControl, pane: TmuxPane, work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    const refused = error instanceof TmuxError && error.code === 'command_failed';
    if (refused && (await statusOf(control, pane)) === 'gone') return null;
    throw error;
  }
}

/** Null when the pane is gone. */
async function capture(control: TmuxControl, pane: TmuxPane, lines: number, colour: boolean): Promise<string[] | null> {
  if ((await statusOf(control, pane)) === 'gone') return null;
  const argv = ['capture-pane', '-p', '-J', ...(colour ? ['-e'] : []), '-t', pane.id, '-S', `-${lines}`];
  const captured = await unlessGone(control, pane, control.command(argv));
  // -J keeps the blanks up to the end of a line that was written to.
  return captured === null ? null : trimCapture(captured.map((line) => line.trimEnd()));
}

async function paste(control: TmuxControl, pane: TmuxPane, text: string, buffer: string): Promise<SendResult> {
  if ((await statusOf(control, pane)) !== 'alive') return 'gone';
  const data = pasteable(text);
  // -p tells a program that asked for it that this is a paste, so that its line breaks submit nothing.
  const typing =
    data === ''
      ? []
      : [
          ['set-buffer', '-b', buffer, '--', data],
          ['paste-buffer', '-p', '-d', '-b', buffer, '-t', pane.id],
        ];
  const replies = await unlessGone(
    control,
    pane,
    control.sequence(
      // Somebody may be scrolling in it; keys would go to the copy mode.
      ['copy-mode', '-q', '-t', pane.id],
      ...typing,
      ['send-keys', '-t', pane.id, 'Enter'],
      ['display-message', '-p', '-t', pane.id, '#{pane_dead}'],
    ),
  );
  return replies?.at(-1)?.[0] === '0' ? 'submitted' : 'gone';
}

async function waitForExit(control: TmuxControl, pane: TmuxPane, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const end = Promise.withResolvers<void>();
  const check = () => {
    statusOf(control, pane).then(
      (status) => {
        if (status !== 'alive') end.resolve();
      },
      (error: unknown) => {
        // A client that was detached comes back and says so, or is closed for good.
        if (!(error instanceof TmuxError) || error.code === 'command_failed') end.reject(error);
      },
    );
  };
  const forget = control.onPaneChange((change) => {
    if (mayConcern(change, pane)) check();
  });
  const abort = () => end.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  void control.closed.then(end.reject);
  check();
  try {
    await end.promise;
  } finally {
    forget();
    signal.removeEventListener('abort', abort);
  }
}

function mayConcern(change: PaneChange, pane: TmuxPane): boolean {
  switch (change.kind) {
    case 'reattached':
      return true;
    case 'pane_dead':
      return change.pane === pane.id;
    default:
      return change.window === pane.window;
  }
}

async function endEmptySession(control: TmuxControl): Promise<void> {
  const { target, condition } = emptySession(control.session, 1);
  try {
    await control.command(['if-shell', '-F', '-t', target, condition, `kill-session -t '${target}'`]);
  } catch (error) {
    // The session's end takes our client with it, often before the answer.
    if (!(error instanceof TmuxError)) throw error;
  }
}

function nullIfLost(error: unknown): null {
  if (isLost(error)) return null;
  throw error;
}

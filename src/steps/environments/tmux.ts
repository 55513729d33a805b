import type { SendResult } from '../../core/agent-handle.ts';
import { AgentLaunchError } from '../../core/errors.ts';
import { PLACE_LOST } from '../../core/place-failure.ts';
import { KeyedQueue } from '../../core/queue.ts';
import type { AgentTerminal } from '../agents/monitor.ts';
import { writeFileAtomic } from '../tools/atomic-file.ts';
import { REAL_CLOCK } from '../tools/clock.ts';
import { Ticks } from '../tools/ticks.ts';
import type { PaneChange, TmuxControl } from '../tools/tmux-control.ts';
import { TmuxError } from '../tools/tmux-error.ts';
import { emptySession } from '../tools/tmux-session.ts';
import { PaneGlances } from './pane-glances.ts';
import { LOCAL_HOST, type TmuxHost } from './tmux-host.ts';
import { launchSequence, type TmuxLaunch } from './tmux-launch.ts';
import { ALL_LINES, capture, screenOf, shows, statusOf, unlessGone } from './tmux-look.ts';
import { formatTag, LIST_PANES, type ListedPane, type PaneTag, parsePanes, type TmuxPane } from './tmux-pane.ts';
import { nullIfLost, type ReachedTmux, reachTmux, type TmuxReach } from './tmux-reach.ts';
import { pasteAndEnter, pasteInto, pressKeys } from './tmux-typing.ts';

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
  /** The same terminal for whoever asks; it has its turn with `send`. */
  terminal(pane: TmuxPane): AgentTerminal;
  /** Its words can be seen in the pane or in its scrollback, whatever the line breaks. */
  shows(pane: TmuxPane, text: string): Promise<boolean>;
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

/** Milliseconds between two looks at the titles of all panes. */
const TICK = 1_000;

export function createTmuxEnvironment(reach: TmuxReach, host: TmuxHost = LOCAL_HOST): TmuxEnvironment {
  const tmux = reachTmux(reach);
  const sends = new KeyedQueue();
  /** Asked once of each server: neither changes. */
  const bases = new WeakMap<TmuxControl, Promise<Record<string, string>>>();
  const places = new WeakMap<TmuxControl, Promise<string>>();
  const glances = glancesOf(tmux);

  const baseEnvironment = (control: TmuxControl) =>
    once(bases, control, async () => {
      return host.environment(await control.command(['show-environment', '-g']));
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
      await host.prepare(launch);
      return await tmux.use(async (control) => {
        // From the second time on: tmux was lost while it had our order.
        const found = await find(launch.tag);
        if (found !== null) return found;
        if (await host.wasLaunched(launch))
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
        const sent = tmux.control().then(async (control) => {
          if (unlessShown && (await shows(control, pane, text))) return 'submitted';
          return await pasteAndEnter(control, pane, text);
        });
        return (await sent.catch(nullIfLost)) ?? 'gone';
      }),

    terminal: (pane) => terminalOf(tmux, pane, sends, glances),

    shows: async (pane, text) =>
      (await tmux
        .control()
        .then((control) => shows(control, pane, text))
        .catch(nullIfLost)) ?? false,

    async close(pane, options) {
      await close(await tmux.control().catch(nullIfLost), host, pane, options);
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

function glancesOf(tmux: ReachedTmux): PaneGlances {
  return new PaneGlances(new Ticks(REAL_CLOCK, TICK), async (list) => {
    // A client is not made only for this.
    const control = await tmux.current();
    return control === null ? null : await control.command(list);
  });
}

function terminalOf(tmux: ReachedTmux, pane: TmuxPane, turns: KeyedQueue, glances: PaneGlances): AgentTerminal {
  const ask = <T>(work: (control: TmuxControl) => Promise<T>) => tmux.control().then(work).catch(nullIfLost);
  return {
    screen: () => ask((control) => screenOf(control, pane)),
    paste: async (text) => (await ask((control) => pasteInto(control, pane, text))) ?? false,
    press: async (keys) => (await ask((control) => pressKeys(control, pane, keys))) ?? false,
    exclusively: (work) => turns.run(pane.id, work),
    watch: (listener) => glances.on(pane, listener),
  };
}

/** `control` is null where tmux is gone: the pane went with it, and what runs on in its session is still to be stopped. */
async function close(
  control: TmuxControl | null,
  host: TmuxHost,
  pane: TmuxPane,
  { logFile, keepPane }: { logFile: string; keepPane: boolean },
): Promise<void> {
  const shown = control && (await capture(control, pane, ALL_LINES, false).catch(nullIfLost));
  try {
    if (shown !== null) {
      // In place of whatever its agent has put there, and never through it.
      writeFileAtomic(logFile, shown.map((line) => `${line}\n`).join(''), { mode: 0o600, sync: false });
    }
  } finally {
    await host.stop(pane);
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

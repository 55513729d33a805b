import { ENDED_NOTICE, formatTag } from './environments/tmux-pane.ts';
import { isLost } from './environments/tmux-reach.ts';
import { isBlank, standingAlone } from './screen-lines.ts';
import type { TaggedPane } from './tagged-panes.ts';
import { TmuxControl } from './tools/tmux-control.ts';
import { TmuxError } from './tools/tmux-error.ts';
import { endLeftSession, TAG_OPTION } from './tools/tmux-session.ts';

/** What a pane shows. */
export interface PaneScreen {
  /** With their colours, each line for itself; those that were scrolled out before those of the screen. */
  readonly lines: readonly string[];
  /** Its program has ended. */
  readonly dead: boolean;
}

interface Client {
  readonly pane: TaggedPane;
  readonly control: Promise<TmuxControl>;
}

/** Milliseconds for which a client is kept that nobody uses: a person goes from one pane to the next. */
const IDLE = 2_000;

/**
 * Looks at panes through one client, which is made at the first need, in the session of the pane, and goes when nobody
 * looks any more. It makes no session and no server.
 */
export class PaneScreens {
  readonly #listeners = new Set<() => void>();
  #client: Client | null = null;
  #idle: NodeJS.Timeout | null = null;
  #leaving: Promise<void> = Promise.resolve();
  #closed = false;

  /** `onChange` hears that a pane has ended, gone or changed its size, though perhaps another one. Returns what ends it. */
  use(onChange: () => void): () => void {
    const listener = () => onChange();
    this.#listeners.add(listener);
    if (this.#idle !== null) clearTimeout(this.#idle);
    return () => {
      if (this.#listeners.delete(listener)) this.#rest();
    };
  }

  /** With up to `scrollback` lines above the screen; null when the pane is gone. Throws `TmuxError`. */
  async screen(pane: TaggedPane, scrollback: number): Promise<PaneScreen | null> {
    if (pane.of.kind !== 'agent' || this.#closed) return null;
    try {
      const control = await this.#controlFor(pane);
      const [[line = ''] = [], lines = []] = await control.sequence(
        ['display-message', '-p', '-t', pane.pane, FORMAT],
        ['capture-pane', '-p', '-e', '-t', pane.pane, '-S', `-${scrollback}`],
      );
      const [dead, alternate, history, tag] = line.split(' ');
      // A new server numbers its panes from the start again.
      if (tag !== formatTag(pane.of.tag)) return null;
      const shown = standingAlone(lines);
      // What is above an alternate screen is of the program before it.
      const above = alternate === '1' ? Math.min(scrollback, Number(history)) : 0;
      return { lines: withoutNotice(shown.slice(above), dead === '1'), dead: dead === '1' };
    } catch (error) {
      const refused = error instanceof TmuxError && error.code === 'command_failed';
      if (refused || isLost(error)) return null;
      throw error;
    } finally {
      // Whoever asked may have gone meanwhile.
      this.#rest();
    }
  }

  /** Lets go of tmux; returns when that is done. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#release();
    await this.#leaving;
  }

  #controlFor(pane: TaggedPane): Promise<TmuxControl> {
    const known = this.#client;
    if (known !== null && isSameSession(known.pane, pane)) return known.control;
    this.#release();
    const client = { pane, control: TmuxControl.join(pane.server, pane.session) };
    this.#client = client;
    const forget = () => {
      if (this.#client === client) this.#client = null;
    };
    client.control.then(async (control) => {
      control.onPaneChange(() => this.#tell());
      await control.closed;
      forget();
      this.#tell();
    }, forget);
    return client.control;
  }

  #rest(): void {
    if (this.#listeners.size > 0 || this.#client === null) return;
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#release(), IDLE).unref();
  }

  #release(): void {
    const client = this.#client;
    this.#client = null;
    if (client !== null) this.#leaving = Promise.all([this.#leaving, leave(client)]).then(() => {});
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

const FORMAT = `#{pane_dead} #{alternate_on} #{history_size} #{${TAG_OPTION}}`;

function isSameSession(one: TaggedPane, other: TaggedPane): boolean {
  return one.session === other.session && one.server.join('\0') === other.server.join('\0');
}

async function leave({ pane, control }: Client): Promise<void> {
  const joined = await control.catch(() => null);
  if (joined === null) return;
  await joined.disconnect();
  // While we looked, its owner could not take it for one that nobody looks at. A tmux that does not answer keeps it.
  await endLeftSession(pane.server, pane.session).catch(() => {});
}

function withoutNotice(lines: readonly string[], dead: boolean): string[] {
  const isNotice = (line: string) => line.includes(ENDED_NOTICE) || line.startsWith('Pane is dead');
  const at = dead ? lines.findLastIndex((line) => !isBlank(line)) : -1;
  return at !== -1 && isNotice(lines[at] ?? '') ? lines.slice(0, at) : [...lines];
}

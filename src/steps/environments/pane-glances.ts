import type { PaneGlance } from '../agents/monitor.ts';
import type { Ticks } from '../tools/ticks.ts';
import { TAG_OPTION } from '../tools/tmux-session.ts';
import { formatTag, type TmuxPane } from './tmux-pane.ts';

/** The title last: it may hold anything. */
const LIST = ['list-panes', '-a', '-F', `#{pane_id} #{pane_dead} #{window_activity} #{${TAG_OPTION}} #{pane_title}`];

interface Listener {
  readonly pane: TmuxPane;
  tell(glance: PaneGlance | null): void;
}

/** Looks at the titles of all panes at once, at each tick while somebody listens. */
export class PaneGlances {
  readonly #ticks: Ticks;
  readonly #ask: (command: readonly string[]) => Promise<readonly string[] | null>;
  readonly #listeners = new Set<Listener>();
  #stop: (() => void) | null = null;
  #isAsking = false;

  /** `ask` runs a command of tmux; null where there is no tmux to ask. */
  constructor(ticks: Ticks, ask: (command: readonly string[]) => Promise<readonly string[] | null>) {
    this.#ticks = ticks;
    this.#ask = ask;
  }

  /** Null is told of a pane that is gone. Returns what takes the listener off again. */
  on(pane: TmuxPane, tell: (glance: PaneGlance | null) => void): () => void {
    const listener = { pane, tell };
    this.#listeners.add(listener);
    this.#stop ??= this.#ticks.on(() => void this.#look());
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = null;
    };
  }

  async #look(): Promise<void> {
    // A tmux that takes its time is not asked twice.
    if (this.#isAsking) return;
    this.#isAsking = true;
    // Who waits for a pane hears of a tmux that is lost; here it only means that nothing can be seen.
    const lines = await this.#ask(LIST).catch(() => null);
    this.#isAsking = false;
    if (lines === null) return;
    const panes = new Map(lines.map(parseLine));
    for (const { pane, tell } of [...this.#listeners]) {
      const found = panes.get(pane.id);
      // A new server numbers its panes from the start again.
      tell(found?.tag === formatTag(pane.tag) ? found.glance : null);
    }
  }
}

function parseLine(line: string): [string, { tag: string; glance: PaneGlance }] {
  const [id = '', dead, activity, tag = '', ...title] = line.split(' ');
  const glance = { title: title.join(' ').trim(), dead: dead === '1', printedAt: Number(activity) * 1000 };
  return [id, { tag, glance }];
}

import type { Fact, RunEvent } from '../../src/core/events.ts';
import type { Wish } from '../../src/core/requests.ts';
import { emptyRunState, type RunState } from '../../src/core/run-state.ts';
import { Dashboard, type DashboardOptions } from '../../src/ui/dashboard.ts';
import { UNICODE } from '../../src/ui/glyphs.ts';
import { createKeymap } from '../../src/ui/keymap/keymap.ts';
import type { Detail, DetailWanted, Outcome, Ports, RunFeed, Standing } from '../../src/ui/ports.ts';
import { happen, type Said } from './happenings.ts';
import { goOn } from './view/views.ts';

type Told = Detail | { readonly failed: string };

/** What a dashboard stands on, in the hands of a test: everything is kept, and nothing is done. */
export interface FakeWorld extends Ports {
  readonly feed: RunFeed & { state: RunState; standing: Standing };
  /** All that was done, in order: `attach a`, `leave look`, `notify …`. */
  readonly done: string[];
  readonly wishes: Wish[];
  /** Details that are open now, the last one last. */
  readonly open: { readonly wanted: DetailWanted; readonly tell: (detail: Told) => void }[];
  /** How often a detail was opened. */
  opened: number;
  /** What comes of a wish. */
  answer: (wish: Wish) => Promise<Outcome> | Outcome;
  edited: (text: string) => Promise<string | null> | string | null;
  /** What each detail says as soon as it is opened; null for nothing. */
  detailOf: (wanted: DetailWanted) => Told | null;
  tell(event: RunEvent | null): void;
  /** These things happen, and the dashboard is told. */
  facts(...facts: readonly Fact[]): void;
  happen(pick: number, said?: Said): void;
}

export function fakeWorld(state: RunState = emptyRunState(), standing: Standing = { kind: 'mine' }): FakeWorld {
  const listeners = new Set<(event: RunEvent | null) => void>();
  const done: string[] = [];
  const wishes: Wish[] = [];
  const open: FakeWorld['open'] = [];
  const world: FakeWorld = {
    feed: {
      state,
      standing,
      slots: 4,
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    details: {
      open(wanted, tell) {
        const one = { wanted, tell };
        open.push(one);
        world.opened++;
        const said = world.detailOf(wanted);
        if (said !== null) tell(said);
        return () => void open.splice(open.indexOf(one), 1);
      },
    },
    acts: {
      async ask(wish) {
        wishes.push(wish);
        return await world.answer(wish);
      },
      async attach(task) {
        done.push(`attach ${task}`);
        return { ok: true };
      },
      edit: async (text) => await world.edited(text),
      description: async (task) => `do ${task}`,
      async goOn() {
        done.push('go on');
        return { ok: true };
      },
      leave: (how) => void done.push(`leave ${how}`),
      notify: (title, text) => void done.push(`notify ${title}: ${text}`),
      async suspend() {
        done.push('suspend');
      },
      redraw: () => void done.push('redraw'),
      play: (change) => void done.push(`play ${JSON.stringify(change)}`),
    },
    done,
    wishes,
    open,
    opened: 0,
    answer: () => ({ ok: true }),
    edited: () => null,
    detailOf: () => null,
    tell(event) {
      for (const listener of listeners) listener(event);
    },
    facts(...facts) {
      for (const fact of facts) {
        goOn(world.feed.state, [fact]);
        world.tell({ v: 1, seq: world.feed.state.seq, at: '2026-01-01T00:00:00.000Z', ...fact });
      }
    },
    happen: (pick, said) => world.tell(happen(world.feed.state, pick, said)),
  };
  return world;
}

export function dashboardOf(ports: Ports, options: Partial<DashboardOptions> = {}): Dashboard {
  return new Dashboard({
    ports,
    keymap: createKeymap(),
    glyphs: UNICODE,
    columns: 80,
    rows: 24,
    readOnly: false,
    panelShare: 4,
    sort: 'graph',
    greeting: null,
    clock: Date.now,
    ...options,
  });
}

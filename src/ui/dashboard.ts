import { describeError, UserError } from '../core/errors.ts';
import type { RunEvent } from '../core/events.ts';
import { isActive } from '../core/lifecycle.ts';
import { needs } from '../core/needs.ts';
import type { Wish } from '../core/requests.ts';
import { CallFor } from './call-for.ts';
import type { Glyphs } from './glyphs.ts';
import type { KeyPress } from './keymap/key-press.ts';
import type { Keymap } from './keymap/keymap.ts';
import { OpenDetail } from './open-detail.ts';
import type { Outcome, Ports } from './ports.ts';
import { paste, press } from './reduce/press.ts';
import { settled } from './reduce/settled.ts';
import { type Effect, type Step, told } from './reduce/step.ts';
import { initialUi, type Sort, type UiState } from './ui-state.ts';
import type { Screen } from './view/layout.ts';
import { screenOf } from './view/screen.ts';
import type { View } from './view/view.ts';

export interface DashboardOptions {
  readonly ports: Ports;
  readonly keymap: Keymap;
  readonly glyphs: Glyphs;
  readonly columns: number;
  readonly rows: number;
  readonly readOnly: boolean;
  /** Tenths of the screen's height. */
  readonly panelShare: number;
  readonly sort: Sort;
  /** Stands on the screen for a moment at first; null for nothing. */
  readonly greeting: string | null;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Milliseconds between two frames that nobody's key has asked for. */
const BATCH = 100;
const TICK = 1_000;

/** What reads and writes files, or starts programs. */
const SLOW: ReadonlySet<Effect['kind']> = new Set<Effect['kind']>(['ask', 'attach', 'edit', 'go_on']);

/** The dashboard without a terminal: takes events, keys and answers, and has a screen to show. */
export class Dashboard {
  readonly #options: DashboardOptions;
  readonly #listeners = new Set<() => void>();
  readonly #detail: OpenDetail;
  readonly #calls: CallFor;
  readonly #unsubscribe: () => void;
  #ui: UiState;
  #screen: Screen | null = null;
  #batch: NodeJS.Timeout | null = null;
  #tick: NodeJS.Timeout | null = null;
  /** The run that was seen last; 0 for none. */
  #seen = 0;
  #closed = false;

  constructor(options: DashboardOptions) {
    const { ports, columns, rows, readOnly, panelShare, sort, greeting } = options;
    this.#options = options;
    const ui = { ...initialUi(this.#second()), columns, rows, readOnly, panelShare, sort };
    this.#ui = greeting === null ? ui : told(ui, greeting);
    this.#detail = new OpenDetail(ports.details, (detail) => this.#later({ ...this.#ui, detail }));
    this.#calls = new CallFor(ports.acts);
    this.#unsubscribe = ports.feed.subscribe(() => this.#later(this.#ui));
    this.#watchClock();
  }

  /** All that the screen is made of, as it is now. */
  get view(): View {
    const { ports, keymap, glyphs } = this.#options;
    const { state: run, standing, slots } = ports.feed;
    return { run, ui: this.#ui, standing, slots, keymap, glyphs };
  }

  /** The same object until something has changed. */
  readonly screen = (): Screen => {
    this.#screen ??= screenOf(atItsTime(this.view));
    return this.#screen;
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Every event of the run, but not those from before it was opened. Returns what ends that. */
  readonly onEvent = (listener: (event: RunEvent) => void): (() => void) =>
    this.#options.ports.feed.subscribe((event) => {
      if (event !== null && this.#options.ports.feed.standing.kind !== 'opening') listener(event);
    });

  /** Each press sees what the one before it has done, however many come at once. */
  press(keys: readonly KeyPress[]): void {
    for (const key of keys) this.#take((view) => press(view, key));
    this.#show();
  }

  /** A line for the person, until they have had the time to read it. */
  say(text: string): void {
    this.#ui = told({ ...this.#ui, now: this.#second() }, text, 'warn');
    this.#show();
  }

  paste(text: string): void {
    this.#take((view) => paste(view, text));
    this.#show();
  }

  resize(columns: number, rows: number): void {
    this.#ui = { ...this.#ui, columns, rows };
    this.#show();
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    this.#detail.close();
    if (this.#batch !== null) clearTimeout(this.#batch);
    if (this.#tick !== null) clearTimeout(this.#tick);
    this.#listeners.clear();
  }

  #take(step: (view: View) => Step): void {
    // Where nothing ticks, nobody has looked at the clock for long.
    this.#ui = { ...this.#ui, now: this.#second() };
    const { ui, effects } = step(this.view);
    this.#ui = ui;
    for (const effect of effects) void this.#do(effect);
  }

  /** With the next frame: of a burst of events there is one. */
  #later(ui: UiState): void {
    this.#ui = ui;
    if (this.#batch !== null || this.#closed) return;
    this.#batch = setTimeout(() => {
      this.#batch = null;
      this.#show();
    }, BATCH);
  }

  #show(): void {
    if (this.#closed) return;
    if (this.#batch !== null) clearTimeout(this.#batch);
    this.#batch = null;
    this.#ui = settled(this.#options.ports.feed.state, { ...this.#ui, now: this.#second() });
    this.#screen = null;
    this.#call();
    this.#detail.want(this.view);
    this.#watchClock();
    for (const listener of this.#listeners) listener();
  }

  /** Calls a person for what is new. What was before this dashboard, and a replay, call nobody. */
  #call(): void {
    const { state, standing } = this.#options.ports.feed;
    const isNews = state.run === this.#seen && standing.kind !== 'opening' && standing.kind !== 'replay';
    this.#seen = state.run;
    if (isNews) this.#calls.look(needs(state), state.graph);
    else this.#calls.known(needs(state));
  }

  /** At whole seconds, and only while something on the screen changes with time. */
  #watchClock(): void {
    if (this.#tick !== null || this.#closed || !this.#isTicking()) return;
    const wait = TICK - (this.#options.clock() % TICK);
    this.#tick = setTimeout(() => {
      this.#tick = null;
      const { toast } = this.#ui;
      const now = this.#second();
      if (toast !== null && now >= toast.until) this.#ui = { ...this.#ui, toast: null };
      this.#show();
    }, wait);
  }

  #isTicking(): boolean {
    const { run, standing, ui } = this.view;
    if (ui.toast !== null) return true;
    if (standing.kind === 'nobody' || standing.kind === 'opening') return false;
    if (standing.kind === 'replay') return standing.playing && !standing.ended;
    return run.outcome === null && [...run.tasks.values()].some(({ status }) => isActive(status));
  }

  #second(): number {
    const now = this.#options.clock();
    return now - (now % TICK);
  }

  async #do(effect: Effect): Promise<void> {
    try {
      // The frame that shows the key comes first: it is not to wait for a disk.
      if (SLOW.has(effect.kind)) await new Promise((resolve) => setImmediate(resolve));
      await this.#perform(effect);
    } catch (error) {
      if (error instanceof UserError) this.#report({ ok: false, message: error.message, hint: error.hint }, null);
      else this.#tell(describeError(error), 'bad');
    }
  }

  async #perform(effect: Effect): Promise<void> {
    const { acts } = this.#options.ports;
    switch (effect.kind) {
      case 'ask':
        return await this.#ask(effect.wishes, effect.done);
      case 'attach':
        return this.#report(await acts.attach(effect.task), null);
      case 'edit': {
        const { change, task } = effect;
        const text = await acts.edit(change.instructions ?? (await acts.description(task)));
        return this.#edited(task, text);
      }
      case 'go_on':
        return this.#report(await acts.goOn(), null);
      case 'leave':
        return acts.leave(effect.how);
      case 'play':
        return acts.play(effect.change);
      case 'suspend':
        return acts.suspend();
      case 'redraw':
        return acts.redraw();
    }
  }

  /** One after the other; the first that is refused is told, and the rest is still asked for. */
  async #ask(wishes: readonly Wish[], done: string): Promise<void> {
    const outcomes: Outcome[] = [];
    for (const wish of wishes) outcomes.push(await this.#options.ports.acts.ask(wish));
    const refused = outcomes.find((outcome) => !outcome.ok);
    this.#report(refused ?? { ok: true }, done);
  }

  #report(outcome: Outcome, done: string | null): void {
    if (!outcome.ok) this.#tell(outcome.hint === null ? outcome.message : `${outcome.message}: ${outcome.hint}`, 'bad');
    else if (done !== null) this.#tell(done, 'good');
  }

  #tell(text: string, tone: 'good' | 'bad'): void {
    this.#ui = told({ ...this.#ui, now: this.#second() }, text, tone);
    this.#show();
  }

  #edited(task: string, text: string | null): void {
    const { dialog } = this.#ui;
    if (text === null || dialog?.kind !== 'retry' || dialog.tasks[0] !== task) return this.#show();
    this.#ui = { ...this.#ui, dialog: { ...dialog, change: { ...dialog.change, instructions: text } } };
    this.#show();
  }
}

/** In a replay it is the run's clock that shows how long something takes. */
function atItsTime(view: View): View {
  return view.standing.kind === 'replay' ? { ...view, ui: { ...view.ui, now: view.standing.at } } : view;
}

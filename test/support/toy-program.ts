import type { PresetData } from '../../src/core/frameworks/preset-data.ts';
import type { AgentMonitor, AgentTerminal, TakenPrompt } from '../../src/steps/agents/monitor.ts';
import type { Screen, TerminalTraits } from '../../src/steps/frameworks/framework.ts';
import { makePreset } from '../../src/steps/frameworks/make-preset.ts';
import type { SimulatedClock } from './simulated-clock.ts';

/** What a toy program does. Times in milliseconds. */
export interface ToyManner {
  /** Before it shows anything; what is typed until then is lost. */
  readonly startsAfter?: number;
  /** The prompt of its command line, and what it does with it, so long after its start. */
  readonly argv?: { readonly prompt: string; readonly becomes: 'taken' | 'written' | 'lost'; readonly after?: number };
  /** One after the other; only these keys answer, the others leave it as it is. */
  readonly dialogs?: readonly { readonly name: string; readonly keys: readonly string[] }[];
  /** So many Enters do nothing, or are line breaks. */
  readonly swallows?: number;
  readonly newlines?: number;
  readonly folds?: boolean;
  /** How long a turn takes. */
  readonly turn?: number;
  readonly hooks?: boolean;
  /** After a prompt it asks this. */
  readonly asks?: string;
  /** How long it takes until what was pasted is shown. */
  readonly pasteShownAfter?: number;
}

const DATA: PresetData = {
  program: ['toy'],
  start: [],
  resume: null,
  approvals: { ask: [], skip: [] },
  model: [],
  session: [],
  hooks: [],
  headless: null,
  prompt: null,
  env: {},
  unset: [],
  dialogs: [
    { name: 'trust', kind: 'trust', shows: ['^DIALOG trust$'], keys: ['Down', 'Enter'], when: 'always' },
    { name: 'bypass', kind: 'warning', shows: ['^DIALOG bypass$'], keys: ['Down', 'Enter'], when: 'skip' },
    { name: 'login', kind: 'login', shows: ['^DIALOG login$'], keys: null, when: 'always' },
  ],
  screen: {
    lines: 20,
    input: '^> ?(.*)$',
    busy: ['^WORKING'],
    idle: ['^IDLE'],
    permission: ['^MAY I'],
    question: ['^WHICH'],
    login: [],
    limit: ['^LIMIT'],
    queued: ['^QUEUED'],
    pasted: ['^\\[pasted'],
  },
  title: { busy: [], idle: [] },
  keys: {
    approve: ['1'],
    deny: ['Escape'],
    choose: 'number',
    interrupt: ['Escape'],
    submit: ['Enter'],
  },
  submit: { settle: 100, waits: [500, 1_000, 2_000], queues: true },
  version: [],
  help: [],
  install: null,
  root: {},
};

export function toyTraits(changes: Partial<TerminalTraits> = {}): TerminalTraits {
  const { terminal } = makePreset('toy', DATA);
  if (terminal === undefined) throw new TypeError('a preset of data has a terminal');
  return { ...terminal, ...changes };
}

/** A monitor that is told by the test, or by its program. */
export class ToldMonitor implements AgentMonitor {
  readonly attention = null;
  readonly prompts: TakenPrompt[] = [];
  readonly usage = null;
  readonly session = null;
  readonly transcript = null;
  readonly canBePrompted = true;
  readonly #listeners = new Set<() => void>();

  take(source: TakenPrompt['source'], text: string): void {
    this.prompts.push({ source, text, at: 0 });
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  look(): void {}
  begin(): void {}
  close(): void {}
}

/** A program in a terminal, both without a process: its screen is what it would draw just now. */
export class ToyProgram implements AgentTerminal {
  readonly accepted: string[] = [];
  readonly pressed: string[] = [];
  readonly queue: string[] = [];
  readonly monitor = new ToldMonitor();
  /** What stands in its input. */
  text = '';
  isGone = false;
  /** Shown in place of everything else. */
  instead: readonly string[] | null = null;
  readonly #manner: ToyManner;
  readonly #clock: SimulatedClock;
  readonly #start: number;
  #dialog = 0;
  #mark = 0;
  #enters = 0;
  #busyUntil = 0;
  #asked: string | null = null;
  #argv: ToyManner['argv'];
  #pasted: { text: string; at: number } | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(clock: SimulatedClock, manner: ToyManner = {}) {
    this.#clock = clock;
    this.#manner = manner;
    this.#start = clock.now() + (manner.startsAfter ?? 0);
    this.#argv = manner.argv;
  }

  async screen(): Promise<Screen | null> {
    return this.isGone ? null : { lines: this.instead ?? this.#lines(), title: '' };
  }

  async paste(text: string): Promise<boolean> {
    if (this.#isReady() && this.#openDialog() === null && this.instead === null) {
      this.#pasted = { text, at: this.#clock.now() + (this.#manner.pasteShownAfter ?? 0) };
    }
    return !this.isGone;
  }

  async press(keys: readonly string[]): Promise<boolean> {
    for (const key of keys) this.#press(key);
    return !this.isGone;
  }

  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  take(prompt: string): void {
    this.accepted.push(prompt);
    this.#busyUntil = this.#clock.now() + (this.#manner.turn ?? 60_000);
    this.#asked = this.#manner.asks ?? null;
    if (this.#manner.hooks) this.monitor.take('hook', prompt);
  }

  #isReady(): boolean {
    return this.#clock.now() >= this.#start;
  }

  #openDialog(): { readonly name: string; readonly keys: readonly string[] } | null {
    return this.#manner.dialogs?.[this.#dialog] ?? null;
  }

  /** What has happened by itself until now. */
  #goOn(): void {
    const now = this.#clock.now();
    if (this.#pasted !== null && now >= this.#pasted.at) {
      this.text += this.#pasted.text;
      this.#pasted = null;
    }
    const argv = this.#argv;
    if (argv !== undefined && this.#openDialog() === null && now >= this.#start + (argv.after ?? 0)) {
      this.#argv = undefined;
      if (argv.becomes === 'taken') this.take(argv.prompt);
      if (argv.becomes === 'written') this.text = argv.prompt;
    }
    const next = now >= this.#busyUntil ? this.queue.shift() : undefined;
    if (next !== undefined) this.take(next);
  }

  #lines(): string[] {
    if (!this.#isReady()) return [];
    this.#goOn();
    const dialog = this.#openDialog();
    if (dialog !== null) return [`DIALOG ${dialog.name}`, `mark ${this.#mark}`];
    const said = this.accepted.map((prompt) => `said: ${prompt}`);
    if (this.#asked !== null) return [...said, '', this.#asked, '1. yes', '2. no'];
    const busy = this.#clock.now() < this.#busyUntil;
    const [first = '', ...more] = (this.#manner.folds && this.text !== '' ? '[pasted 1]' : this.text).split('\n');
    return [
      ...said,
      ...(busy ? ['WORKING'] : []),
      ...this.queue.map((prompt) => `QUEUED ${prompt}`),
      '──────────',
      `> ${first}`,
      ...more.map((line) => `  ${line}`),
      '──────────',
      busy ? 'esc stops' : 'IDLE',
    ];
  }

  #press(key: string): void {
    if (!this.#isReady()) return;
    this.#goOn();
    this.pressed.push(key);
    const dialog = this.#openDialog();
    if (dialog !== null) {
      if (key === dialog.keys[this.#mark]) this.#mark += 1;
      if (this.#mark < dialog.keys.length) return;
      this.#mark = 0;
      this.#dialog += 1;
    } else if (this.#asked !== null) {
      if (['1', '2', 'Escape'].includes(key)) this.#asked = null;
    } else if (key === 'Enter' && this.text !== '') this.#enter();
  }

  #enter(): void {
    this.#enters += 1;
    const { swallows = 0, newlines = 0 } = this.#manner;
    if (this.#enters <= swallows) return;
    if (this.#enters <= swallows + newlines) {
      this.text += '\n';
      return;
    }
    const text = this.text.replace(/\n+$/, '');
    this.text = '';
    if (this.#clock.now() < this.#busyUntil) this.queue.push(text);
    else this.take(text);
  }
}

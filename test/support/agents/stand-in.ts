import { setTimeout as delay } from 'node:timers/promises';
import { InputBox } from './input-box.ts';
import { type Key, keyReader } from './keys.ts';
import { type Menu, type MenuState, menuStep } from './menu.ts';
import { pastOf } from './past-turns.ts';
import type { Personality, Reporter, Retry, Session, StartDialog, TitleState, Trouble, View } from './personality.ts';
import type { Action, PromptSource } from './script.ts';
import { Stage } from './stage.ts';
import type { Live } from './terminal.ts';
import { type Chosen, runActions, type TurnHost } from './turn.ts';

interface OpenMenu {
  readonly menu: Menu;
  readonly to: string;
  state: MenuState;
  /** It is going to be drawn once more. */
  isPassing: boolean;
  readonly resolve: (chosen: Chosen & { key: string }) => void;
}

interface Sent {
  readonly text: string;
  readonly folded: boolean;
}

interface Turn {
  /** What was steered in. */
  readonly more: Action[];
  /** What goes on with the next prompt if this is broken off. */
  left: readonly Action[];
  readonly controller: AbortController;
  readonly prompt: string;
  readonly since: number;
  hasSpoken: boolean;
  retry: Retry | null;
}

const NOTHING_TO_DO: readonly Action[] = [{ say: 'There is nothing more in my script.' }];
const QUIT_MS = 2_000;
const TWICE_MS = 500;

/** A program in a terminal, from its start to its end. */
export class StandIn {
  readonly #personality: Personality;
  readonly #session: Session;
  readonly #reporter: Reporter;
  readonly #stage: Stage;
  readonly #box: InputBox;
  readonly #queue: Sent[] = [];
  #menu: OpenMenu | null = null;
  #turn: Turn | null = null;
  #ready = false;
  #frozen = false;
  #trouble: Trouble | null = null;
  #statusLine: string | null = null;
  #turns: number;
  #left: readonly Action[];
  #goOn: NodeJS.Timeout | undefined;
  #lastText = 0;
  #lastPaste = 0;
  #lastQuit = 0;
  #lastInterrupt = 0;
  #enters = 0;

  constructor(personality: Personality, session: Session) {
    this.#personality = personality;
    this.#session = session;
    this.#reporter = personality.reporter(session);
    this.#stage = new Stage(personality.look, session, (width) => this.#live(width));
    this.#box = new InputBox((text, number) => personality.input.fold(text, number));
    const past = session.resumed ? pastOf(session) : { turns: 0, left: 0 };
    this.#turns = past.turns;
    this.#left = past.left === 0 ? [] : (session.script.turns[past.turns - 1] ?? []).slice(-past.left);
  }

  async run(prompt: string | null): Promise<void> {
    const { start = {} } = this.#session.script;
    await this.#beginReading(delayOf(start.delayMs), start.loseEarlyInput === true);
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
      process.on(signal, () => void this.#exit(signal === 'SIGTERM' ? 143 : 129, '', 'other'));
    }
    this.#setTitle('start');
    await this.#startDialogs(prompt);
    this.#stage.open();
    await this.#reporter.started();
    this.#ready = true;
    this.#setTitle('idle');
    this.#stage.draw();
    this.#session.record({ kind: 'ready' });
    if (prompt === null || prompt === '') return;
    if (start.promptNotSubmitted === true) this.#box.type(prompt);
    else void this.#accept([{ text: prompt, folded: false }], 'argv');
    this.#stage.draw();
  }

  async #beginReading(ms: number, lose: boolean): Promise<void> {
    const reader = keyReader((key) => this.#onKey(key));
    if (lose) {
      const drop = (bytes: Buffer) => this.#session.record({ kind: 'lost', text: bytes.toString('utf8') });
      if (process.stdin.isTTY) process.stdin.setRawMode(true);
      process.stdin.on('data', drop);
      await delay(ms);
      process.stdin.off('data', drop);
    } else await delay(ms);
    this.#stage.begin();
    process.stdin.on('data', (bytes: Buffer) => reader.feed(bytes));
    process.stdin.on('end', () => void this.#exit(0, '', 'other'));
  }

  async #startDialogs(prompt: string | null): Promise<void> {
    const { start = {} } = this.#session.script;
    for (const named of start.dialogs ?? []) {
      const { name, always } = typeof named === 'string' ? { name: named, always: false } : named;
      const dialog = this.#personality.dialogs[name];
      if (dialog === undefined) throw new Error(`${this.#personality.name} has no dialog ${name}`);
      const shown = always || !dialog.avoided(this.#session);
      this.#session.record({ kind: 'dialog', name, shown });
      if (!shown) continue;
      if (dialog.leaksPrompt === true && prompt !== null) this.#recordPrompt(prompt, 'argv');
      await this.#pass(dialog, name);
      this.#stage.draw();
      await delay(start.dialogGapMs ?? 0);
    }
  }

  /** Until it is answered with what lets the program go on, or ends it. */
  async #pass(dialog: StartDialog, name: string): Promise<void> {
    for (;;) {
      const end = dialog.chosen((await this.#ask(dialog.menu, name)).row, this.#session);
      if (end === 'again' && this.#session.script.start?.loginSucceeds !== true) continue;
      return end === null || end === 'again' ? undefined : this.#exit(end.ends, end.text, 'other');
    }
  }

  #onKey(key: Key): void {
    if (this.#frozen) return;
    if (this.#menu !== null) this.#menuKey(this.#menu, key);
    else if (key.kind === 'text') {
      this.#box.type(key.text);
      this.#lastText = Date.now();
    } else if (key.kind === 'paste') {
      this.#box.paste(key.text);
      this.#lastPaste = Date.now();
    } else this.#boxKey(key.name);
    this.#stage.draw();
  }

  #menuKey(open: OpenMenu, key: Key): void {
    const step = menuStep(open.menu, open.state, key);
    if (step.kind === 'mistake') this.#mistake(key.kind === 'key' ? key.name : key.text, open.to);
    else if (step.kind === 'state') open.state = step.state;
    else if (open.isPassing) this.#session.record({ kind: 'enter', became: 'nothing' });
    else {
      this.#menu = null;
      if (open.menu.stays === true) this.#stage.show(open.menu.draw(open.state, this.#stage.width));
      open.resolve(step);
    }
  }

  #boxKey(name: string): void {
    const { input } = this.#personality;
    if (name === 'Enter') return this.#enter();
    if (name === 'C-j' || name === 'M-Enter') return this.#box.type('\n');
    if (name === 'BSpace') return this.#box.backspace();
    if (this.#turn !== null && name === input.queueKey && !this.#box.isEmpty) return this.#keep();
    if (name === 'C-u') return this.#box.clearLine();
    if (this.#turn !== null && input.interrupt.includes(name)) return this.#interruptKey(this.#turn);
    if (name === 'Escape' && this.#goOn !== undefined) return this.#stayStopped();
    if (name === 'C-c' && !this.#box.isEmpty) return this.#box.clear();
    if (input.quit.includes(name)) return this.#quitKey();
    this.#mistake(name, this.#turn === null ? 'box' : 'busy');
  }

  #quitKey(): void {
    if (Date.now() - this.#lastQuit < QUIT_MS) void this.#exit(0, '', 'prompt_input_exit');
    this.#lastQuit = Date.now();
  }

  /** What a program makes of Enter where one types. */
  #enter(): void {
    const { start = {} } = this.#session.script;
    if (this.#box.isEmpty) return;
    this.#enters += 1;
    const now = Date.now();
    const tooSoon =
      now - this.#lastText < this.#personality.input.enterGuardMs ||
      now - this.#lastPaste < (start.enterAfterPasteMs ?? 0);
    if (tooSoon || (start.firstEnterIsNewline === true && this.#enters === 1)) {
      this.#session.record({ kind: 'enter', became: 'newline' });
      return this.#box.type('\n');
    }
    if (this.#enters <= (start.swallowEnters ?? 0)) return this.#session.record({ kind: 'enter', became: 'nothing' });
    const { whileBusy } = this.#personality.input;
    if (this.#turn !== null && whileBusy === 'refuse') return this.#mistake('Enter', 'busy');
    const sent = { text: this.#box.text, folded: this.#box.isFolded };
    this.#box.clear();
    if (this.#turn !== null && whileBusy === 'steer') void this.#steer(this.#turn, sent);
    else if (!this.#ready || this.#turn !== null) void this.#enqueue(sent);
    else void this.#accept([sent], 'typed');
  }

  /** The running turn takes it at once, and what the script says for it comes after the rest. */
  async #steer(turn: Turn, { text, folded }: Sent): Promise<void> {
    this.#turns += 1;
    this.#recordPrompt(text, 'steered');
    this.#stage.show(this.#personality.look.prompt(text, this.#stage.width));
    turn.more.push(...this.#actionsOf(this.#turns));
    await this.#reporter.prompted(text, { how: 'steered', folded });
  }

  #keep(): void {
    const sent = { text: this.#box.text, folded: this.#box.isFolded };
    this.#box.clear();
    void this.#enqueue(sent);
  }

  async #enqueue(sent: Sent): Promise<void> {
    this.#queue.push(sent);
    this.#session.record({ kind: 'queued', text: sent.text });
    await this.#reporter.queued(sent.text);
  }

  #recordPrompt(text: string, from: PromptSource): void {
    this.#session.record({ kind: 'prompt', text, from, turn: this.#turns, session: this.#session.id });
  }

  async #accept(sent: readonly Sent[], from: 'argv' | 'typed' | 'queued'): Promise<void> {
    clearTimeout(this.#goOn);
    this.#goOn = undefined;
    const goesOn = this.#left.length > 0;
    if (!goesOn) this.#turns += 1;
    for (const { text } of sent) this.#recordPrompt(text, from);
    const text = sent.map((each) => each.text).join(this.#personality.input.joint ?? '');
    this.#stage.show(this.#personality.look.prompt(text, this.#stage.width));
    const actions = goesOn ? this.#left : this.#actionsOf(this.#turns);
    const folded = sent.some((each) => each.folded);
    await this.#work(text, actions, () => this.#reporter.prompted(text, { how: from, folded }));
  }

  #actionsOf(turn: number): readonly Action[] {
    const { turns, otherwise } = this.#session.script;
    return turns[turn - 1] ?? otherwise ?? NOTHING_TO_DO;
  }

  async #work(prompt: string, actions: readonly Action[], begin: () => Promise<void>): Promise<void> {
    const turn: Turn = {
      more: [],
      left: [],
      controller: new AbortController(),
      prompt,
      since: Date.now(),
      hasSpoken: false,
      retry: null,
    };
    this.#turn = turn;
    this.#trouble = null;
    this.#left = [];
    this.#stage.spin(() => this.#setTitle(this.#titleNow()));
    this.#setTitle('busy');
    this.#stage.draw();
    let next: string | null = null;
    try {
      await begin();
      let result = await runActions(actions, this.#host(turn));
      while (result.how === 'done' && turn.more.length > 0) {
        result = await runActions(turn.more.splice(0), this.#host(turn));
      }
      const { how, left, lastText } = result;
      this.#left = left;
      if (how === 'done') {
        this.#stage.show(this.#personality.look.turnDone(Math.round((Date.now() - turn.since) / 1000)));
        next = await this.#reporter.turnEnded(lastText);
      }
      this.#session.record({ kind: 'turn_ended', how, left: left.length });
    } catch (error) {
      if (!turn.controller.signal.aborted) throw error;
      await this.#reporter.interrupted();
      this.#left = turn.left;
      this.#session.record({ kind: 'turn_ended', how: 'interrupted', left: turn.left.length });
    }
    await this.#afterTurn(next);
  }

  async #afterTurn(next: string | null): Promise<void> {
    this.#statusLine = (await this.#reporter.statusLine?.()) ?? null;
    this.#turn = null;
    this.#stage.still();
    this.#setTitle('idle');
    this.#stage.draw();
    if (this.#personality.runsOnce?.(this.#session.args) === true) await this.#exit(0, '', 'other');
    if (next !== null) return this.#goOnWith(next);
    const waiting = this.#queue.splice(0, this.#personality.input.joint === null ? 1 : this.#queue.length);
    if (waiting.length > 0) await this.#accept(waiting, 'queued');
  }

  /** A hook did not let the turn end. */
  async #goOnWith(prompt: string): Promise<void> {
    this.#turns += 1;
    await this.#work(prompt, this.#actionsOf(this.#turns), async () => {});
  }

  #interruptKey(turn: Turn): void {
    const isSecond = Date.now() - this.#lastInterrupt < TWICE_MS;
    this.#lastInterrupt = Date.now();
    if (this.#personality.input.interruptTwice !== true || isSecond) this.#interrupt(turn);
  }

  #interrupt(turn: Turn): void {
    this.#session.record({ kind: 'interrupted' });
    if (this.#personality.input.restores && !turn.hasSpoken && this.#box.isEmpty) this.#box.type(turn.prompt);
    else this.#stage.show(this.#personality.look.interrupted());
    this.#menu = null;
    turn.controller.abort();
  }

  #stayStopped(): void {
    clearTimeout(this.#goOn);
    this.#goOn = undefined;
    this.#left = [];
    this.#trouble = null;
  }

  #host(turn: Turn): TurnHost {
    const show = (lines: readonly string[]) => {
      turn.hasSpoken = true;
      this.#stage.show(lines);
    };
    return {
      session: this.#session,
      personality: this.#personality,
      reporter: this.#reporter,
      signal: turn.controller.signal,
      width: this.#stage.width,
      show,
      ask: (menu, to) => this.#ask(menu, to),
      retrying: (retry) => {
        turn.retry = retry;
        this.#stage.draw();
      },
      trouble: (trouble) => {
        this.#trouble = trouble;
        this.#stage.draw();
      },
      keepFor: (left) => {
        turn.left = left;
      },
      exit: (code, text) => this.#exit(code, text, text === '' ? 'prompt_input_exit' : null),
      freeze: () => {
        this.#frozen = true;
        this.#stage.freeze();
      },
      goOnAfter: (ms) => {
        this.#goOn = setTimeout(() => {
          this.#goOn = undefined;
          void this.#work('', this.#left, async () => {});
        }, ms);
      },
    };
  }

  #ask(menu: Menu, to: string): Promise<Chosen> {
    return new Promise((done) => {
      const resolve = ({ row, words, key }: Chosen & { key: string }) => {
        const bad = row !== null && (menu.bad ?? []).includes(row);
        const text = words ?? (row === null ? '' : (menu.rows[row] ?? ''));
        this.#session.record({ kind: 'answer', to, row: row === null ? null : row + 1, text, key, bad });
        this.#setTitle(this.#turn === null ? 'start' : 'busy');
        done({ row, words });
      };
      const state = { selected: menu.preselected, words: null };
      const twice = this.#turn === null ? (this.#session.script.start?.dialogTwiceMs ?? 0) : 0;
      const open = { menu, to, state, isPassing: twice > 0, resolve };
      this.#menu = open;
      if (twice > 0) {
        setTimeout(() => {
          Object.assign(open, { state, isPassing: false });
          this.#stage.draw();
        }, twice);
      }
      this.#setTitle(this.#titleNow());
      this.#stage.draw();
    });
  }

  #mistake(key: string, where: string): void {
    this.#session.record({ kind: 'mistake', key, where });
  }

  /** A menu of a limit is not told in it. */
  #titleNow(): TitleState {
    return this.#menu === null || this.#menu.to === 'limit' ? 'busy' : 'asking';
  }

  #setTitle(now: TitleState): void {
    const state = this.#turns > 0 ? now : (({ idle: 'fresh', asking: 'dialog' } as const)[now as 'idle'] ?? now);
    this.#stage.title(state);
  }

  #live(width: number): Live {
    if (this.#menu !== null) return { lines: this.#menu.menu.draw(this.#menu.state, width) };
    return this.#ready ? this.#personality.look.live(this.#view(width)) : { lines: [''] };
  }

  #view(width: number): View {
    const turn = this.#turn;
    const seconds = turn === null ? 0 : Math.floor((Date.now() - turn.since) / 1000);
    return {
      width,
      session: this.#session,
      busy: turn === null ? null : { frame: this.#stage.frame, seconds, retry: turn.retry },
      input: this.#box.shown,
      isFolded: this.#box.isFolded,
      queued: this.#queue.map(({ text }) => text),
      turns: this.#turns,
      hasSpoken: turn?.hasSpoken ?? false,
      trouble: this.#trouble,
      statusLine: this.#statusLine,
    };
  }

  /** Without a reason it tells nobody that it ends. */
  async #exit(code: number, text: string, reason: string | null): Promise<never> {
    this.#frozen = true;
    if (reason !== null) await this.#reporter.ended(reason);
    this.#session.record({ kind: 'exited', code });
    this.#stage.end();
    if (text !== '') process.stderr.write(`${text.trimEnd()}\n`);
    process.exit(code);
  }
}

function delayOf(ms: number | readonly [number, number] | undefined): number {
  if (ms === undefined || typeof ms === 'number') return ms ?? 0;
  return ms[0] + Math.random() * (ms[1] - ms[0]);
}

import type { Look, Session, TitleState } from './personality.ts';
import { type Live, openTerminal, type Terminal } from './terminal.ts';

/** What a stand-in shows: its history, what stands below it, and its title. */
export class Stage {
  readonly #terminal: Terminal = openTerminal();
  readonly #look: Look;
  readonly #session: Session;
  readonly #live: (width: number) => Live;
  readonly #history: string[] = [];
  #frame = 0;
  #spinner: NodeJS.Timeout | undefined;
  #isDrawing = false;
  #isFrozen = false;
  #title: string | null = null;

  constructor(look: Look, session: Session, live: (width: number) => Live) {
    this.#look = look;
    this.#session = session;
    this.#live = live;
  }

  get width(): number {
    return this.#terminal.width;
  }

  get frame(): number {
    return this.#frame;
  }

  begin(): void {
    this.#terminal.begin();
    process.stdout.on('resize', () => this.draw());
    if (this.#look.probe !== undefined) this.#terminal.write(this.#look.probe);
  }

  /** What is shown from here on is the program itself, and no dialog before it. */
  open(): void {
    if (this.#look.alternate) this.#terminal.enterAlternate();
    this.show(this.#look.banner(this.#session, this.width));
  }

  show(lines: readonly string[]): void {
    this.#history.push(...lines);
    this.draw();
  }

  /** Once for all that changes now. */
  draw(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    setImmediate(() => {
      this.#isDrawing = false;
      if (!this.#isFrozen) this.#terminal.draw(this.#history, this.#live(this.width));
    });
  }

  title(state: TitleState): void {
    const title = this.#look.title(state, this.#frame, this.#session);
    if (title === null || title === this.#title) return;
    this.#title = title;
    this.#terminal.title(title);
  }

  spin(tick: () => void): void {
    this.still();
    this.#spinner = setInterval(() => {
      this.#frame += 1;
      tick();
      this.draw();
    }, this.#session.script.start?.spinnerMs ?? 250);
  }

  still(): void {
    clearInterval(this.#spinner);
  }

  freeze(): void {
    this.still();
    this.#isFrozen = true;
  }

  end(): void {
    this.freeze();
    this.#terminal.end();
  }
}
